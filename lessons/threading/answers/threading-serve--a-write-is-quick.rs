//! Wrong on purpose: it believes that a write does not wait, so that a lock may
//! be held around it.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// How many lines were answered.
static ANSWERED: Mutex<u64> = Mutex::new(0);

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:0".into());
    let listener = TcpListener::bind(address)?;
    println!("listening on {}", listener.local_addr()?);
    for stream in listener.incoming().flatten() {
        thread::spawn(move || serve(&stream));
    }
    Ok(())
}

fn serve(stream: &TcpStream) -> io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 {
        line.make_ascii_uppercase();
        let mut answered =
            ANSWERED.lock().unwrap_or_else(PoisonError::into_inner);
        (&*stream).write_all(&line)?;
        *answered += 1;
        line.clear();
    }
    Ok(())
}
