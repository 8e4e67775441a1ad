//! Wrong on purpose: it believes that when read fails, the connection
//! is over, and it has what it has.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};

fn main() -> io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(address), Some(file)) = (arguments.next(), arguments.next())
    else {
        return Err(io::Error::other("it takes an address and a file"));
    };
    let bytes = std::fs::read(file)?;
    let answer = upload(&address, &bytes)?;
    print!("{answer}");
    Ok(())
}

fn upload(address: &str, file: &[u8]) -> io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.write_all(file)?;
    stream.shutdown(Shutdown::Write)?;
    let mut answer = Vec::new();
    let mut buffer = [0; 1000];
    while let Ok(length @ 1..) = stream.read(&mut buffer) {
        answer.extend_from_slice(&buffer[..length]);
    }
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
