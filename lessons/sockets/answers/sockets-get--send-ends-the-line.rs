//! Wrong on purpose: it believes that what it sends with one call arrives as
//! one message, so that its end is clear.

use std::io::{self, Read, Write};
use std::net::TcpStream;

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:4000".into());
    let mut stream = TcpStream::connect(address)?;
    stream.write_all(b"get")?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    io::stdout().write_all(&answer)
}
