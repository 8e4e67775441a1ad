//! Wrong on purpose: it believes that a thread in accept notices that a flag
//! was set.

use std::io::{self, BufRead, BufReader, Write};
use std::net::Shutdown;
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// Whether standard input has ended.
static STOPPING: AtomicBool = AtomicBool::new(false);

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:0".into());
    let listener = TcpListener::bind(address)?;
    println!("listening on {}", listener.local_addr()?);
    thread::spawn(move || {
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
        STOPPING.store(true, Ordering::SeqCst);
    });
    let mut clients = Vec::new();
    while !STOPPING.load(Ordering::SeqCst) {
        let (stream, _) = listener.accept()?;
        let ours = stream.try_clone()?;
        clients.push((ours, thread::spawn(move || serve(&stream))));
    }
    drop(listener);
    for (stream, _) in &clients {
        let _ = stream.shutdown(Shutdown::Read);
    }
    for (_, thread) in clients {
        let _ = thread.join();
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
