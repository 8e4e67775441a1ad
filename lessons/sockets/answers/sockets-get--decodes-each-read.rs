//! Wrong on purpose: it believes that the bytes of one read can be decoded as
//! text.

use std::io::{self, Read, Write};
use std::net::TcpStream;

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:4000".into());
    let mut stream = TcpStream::connect(address)?;
    stream.write_all(b"get\n")?;
    let mut buffer = [0; 4096];
    loop {
        let length = stream.read(&mut buffer)?;
        if length == 0 {
            return Ok(());
        }
        print!("{}", String::from_utf8_lossy(&buffer[..length]));
        io::stdout().flush()?;
    }
}
