//! Wrong on purpose: it believes that a read that does not fill its buffer
//! was the last one.

use std::io::{self, Read, Write};
use std::net::TcpStream;

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:4000".into());
    let mut stream = TcpStream::connect(address)?;
    stream.write_all(b"get\n")?;
    let mut buffer = [0; 1024];
    loop {
        let length = stream.read(&mut buffer)?;
        io::stdout().write_all(&buffer[..length])?;
        if length < buffer.len() {
            return Ok(());
        }
    }
}
