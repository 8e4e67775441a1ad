//! Wrong on purpose: it believes that a read that returns 0 only means that
//! nothing has come yet.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:4000".into());
    let mut stream = TcpStream::connect(address)?;
    stream.write_all(b"get\n")?;
    let mut buffer = [0; 4096];
    loop {
        let length = stream.read(&mut buffer)?;
        if length == 0 {
            thread::sleep(Duration::from_millis(10));
            continue;
        }
        io::stdout().write_all(&buffer[..length])?;
        io::stdout().flush()?;
    }
}
