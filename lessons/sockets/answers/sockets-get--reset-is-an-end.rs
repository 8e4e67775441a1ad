//! Wrong on purpose: it believes that the answer has ended, however the
//! connection ends.

use std::io::{self, Read, Write};
use std::net::TcpStream;

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:4000".into());
    let mut stream = TcpStream::connect(address)?;
    stream.write_all(b"get\n")?;
    let mut buffer = [0; 4096];
    while let Ok(length @ 1..) = stream.read(&mut buffer) {
        io::stdout().write_all(&buffer[..length])?;
        io::stdout().flush()?;
    }
    Ok(())
}
