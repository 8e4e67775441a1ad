//! Wrong on purpose: it believes that to stop is to finish what there is.

use std::io::{self, BufRead, BufReader, Write};
use std::net::Shutdown;
use std::net::{TcpListener, TcpStream};
use std::sync::Mutex;
use std::thread::{self, JoinHandle};

type Client = (TcpStream, JoinHandle<io::Result<()>>);

static CLIENTS: Mutex<Vec<Client>> = Mutex::new(Vec::new());

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:0".into());
    let listener = TcpListener::bind(address)?;
    println!("listening on {}", listener.local_addr()?);
    thread::spawn(|| {
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
        let clients = CLIENTS.lock().map(|mut all| std::mem::take(&mut *all));
        for (stream, thread) in clients.into_iter().flatten() {
            let _ = stream.shutdown(Shutdown::Read);
            let _ = thread.join();
        }
        std::process::exit(0);
    });
    for stream in listener.incoming() {
        let stream = stream?;
        let ours = stream.try_clone()?;
        let thread = thread::spawn(move || serve(&stream));
        if let Ok(mut clients) = CLIENTS.lock() {
            clients.push((ours, thread));
        }
    }
    Ok(())
}

fn serve(stream: &TcpStream) -> io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 {
        line.make_ascii_uppercase();
        (&*stream).write_all(&line)?;
        line.clear();
    }
    Ok(())
}
