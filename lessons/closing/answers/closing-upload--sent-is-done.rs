//! Wrong on purpose: it believes that when the last write has
//! returned, the server has got the file.

use std::io::{self, Write};
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
    Ok(format!("sent {} bytes\n", file.len()))
}
