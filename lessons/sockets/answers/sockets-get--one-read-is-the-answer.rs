//! Wrong on purpose: it believes that one read returns the whole answer.

use std::io::{self, Read, Write};
use std::net::TcpStream;

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:4000".into());
    let mut stream = TcpStream::connect(address)?;
    stream.write_all(b"get\n")?;
    let mut buffer = [0; 4096];
    let length = stream.read(&mut buffer)?;
    io::stdout().write_all(&buffer[..length])
}
