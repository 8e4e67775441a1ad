//! Exercise: a client that sends a file, ends its side, and prints the answer.
//!
//!     cargo run -- check closing-upload
//!
//! It takes the address to connect to and the name of a file. The answer is
//! a line; if it does not come whole, the program fails.

use std::io;
use std::net::TcpStream;

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

fn upload(address: &str, _file: &[u8]) -> io::Result<String> {
    let _stream = TcpStream::connect(address)?;
    // TODO: send the bytes of the file.
    // TODO: end your side, so that the server knows that this was all.
    // TODO: read the answer to the end; what does not end with a newline is
    // not whole, and that is an error.
    Ok(String::new())
}
