//! Wrong on purpose: it believes that a lock around all that a client does
//! keeps the threads apart.

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
    // Nothing has come yet, so nothing is locked yet.
    while !reader.fill_buf()?.is_empty() {
        let mut answered =
            ANSWERED.lock().unwrap_or_else(PoisonError::into_inner);
        let mut line = Vec::new();
        reader.read_until(b'\n', &mut line)?;
        line.make_ascii_uppercase();
        (&*stream).write_all(&line)?;
        *answered += 1;
    }
    Ok(())
}
