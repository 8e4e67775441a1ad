//! Exercise: a server that answers each line with the same line in capitals,
//! for many clients at once.
//!
//!     cargo run -- check threading-serve
//!
//! It takes the address to bind as its only argument, prints
//! `listening on ADDR` once it is ready, and runs until it is killed.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:0".into());
    let listener = TcpListener::bind(address)?;
    println!("listening on {}", listener.local_addr()?);
    // TODO: this serves one client, and then no other.
    let (stream, _) = listener.accept()?;
    serve(&stream)
}

fn serve(stream: &TcpStream) -> io::Result<()> {
    for line in BufReader::new(stream).lines() {
        let answer = line?.to_ascii_uppercase() + "\n";
        (&*stream).write_all(answer.as_bytes())?;
    }
    Ok(())
}
