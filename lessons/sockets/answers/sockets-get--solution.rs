//! A solution of `sockets-get`.

use std::io::{self, Read, Write};
use std::net::TcpStream;

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:4000".into());
    let mut stream = TcpStream::connect(address)?;
    stream.write_all(b"get\n")?;
    let mut out = io::stdout();
    let mut buffer = [0; 4096];
    loop {
        // 0 is the end of the stream. An error is no end: it leaves main, and
        // whoever reads the answer is told that it is not whole.
        let length = stream.read(&mut buffer)?;
        if length == 0 {
            return Ok(());
        }
        out.write_all(&buffer[..length])?;
        // Standard output keeps a line until it is complete.
        out.flush()?;
    }
}
