//! Wrong on purpose: it believes that to tell the server that it has
//! ended, it closes the connection.

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
    stream.shutdown(Shutdown::Both)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    match answer.ends_with('\n') {
        true => Ok(answer),
        false => Err(ErrorKind::UnexpectedEof.into()),
    }
}
