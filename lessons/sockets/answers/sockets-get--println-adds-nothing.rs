//! Wrong on purpose: it believes that println! prints just what it is given.

use std::io::{self, Read, Write};
use std::net::TcpStream;

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:4000".into());
    let mut stream = TcpStream::connect(address)?;
    stream.write_all(b"get\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    println!("{answer}");
    Ok(())
}
