//! Right, if slow: it sends, reads and prints one byte at a time.

use std::io::{self, Read, Write};
use std::net::TcpStream;

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:4000".into());
    eprintln!("about to connect to {address}");
    let mut stream = TcpStream::connect(address)?;
    for byte in b"get\n" {
        stream.write_all(&[*byte])?;
    }
    let mut out = io::stdout().lock();
    let mut byte = [0];
    while stream.read(&mut byte)? == 1 {
        out.write_all(&byte)?;
    }
    out.flush()
}
