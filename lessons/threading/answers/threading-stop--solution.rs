//! A solution of `threading-stop`.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{Shutdown, SocketAddr};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// Whether standard input has ended.
static STOPPING: AtomicBool = AtomicBool::new(false);

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:0".into());
    let listener = TcpListener::bind(address)?;
    println!("listening on {}", listener.local_addr()?);
    let here = listener.local_addr()?;
    thread::spawn(move || wait_for_the_end(here));
    let mut clients = Vec::new();
    for stream in listener.incoming() {
        if STOPPING.load(Ordering::SeqCst) {
            break;
        }
        // That one cannot be accepted does not end the others.
        let Ok(stream) = stream else { continue };
        let Ok(ours) = stream.try_clone() else {
            continue;
        };
        clients.push((ours, thread::spawn(move || serve(&stream))));
    }
    // Who comes late is refused from here on.
    drop(listener);
    for (stream, _) in &clients {
        // Its thread reads what has arrived, and then the end.
        let _ = stream.shutdown(Shutdown::Read);
    }
    for (_, thread) in clients {
        let _ = thread.join();
    }
    Ok(())
}

fn wait_for_the_end(here: SocketAddr) {
    let _ = io::copy(&mut io::stdin(), &mut io::sink());
    STOPPING.store(true, Ordering::SeqCst);
    // Accept sleeps until somebody comes; so somebody comes.
    let _ = TcpStream::connect(here);
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
