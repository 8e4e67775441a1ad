//! Wrong on purpose: it believes that one read returns the whole
//! answer.

use std::io::{self, ErrorKind, Read, Write};
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
    let mut buffer = [0; 1000];
    let length = stream.read(&mut buffer)?;
    if length == 0 {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    Ok(String::from_utf8_lossy(&buffer[..length]).into_owned())
}
