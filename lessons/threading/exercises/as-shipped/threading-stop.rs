//! Exercise: the server of threading-serve, which stops cleanly when its
//! standard input ends.
//!
//!     cargo run -- check threading-stop
//!
//! From then on it accepts nobody, answers each line that had arrived whole,
//! and ends within two seconds with exit status 0.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:0".into());
    let listener = TcpListener::bind(address)?;
    println!("listening on {}", listener.local_addr()?);
    // TODO: somebody has to wait for the end of standard input, and to wake
    // those who wait in accept and in read.
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
        (&*stream).write_all(&line)?;
        line.clear();
    }
    Ok(())
}
