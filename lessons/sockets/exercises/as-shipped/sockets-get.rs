//! Exercise: a client that sends a request and prints the whole answer.
//!
//!     cargo run -- check sockets-get
//!
//! It takes the address of a server as its only argument, such as
//! 127.0.0.1:4000, sends the line `get`, and prints what comes back, byte for
//! byte, until the server ends. If anything fails, it says so and fails, too.

use std::io;
use std::net::TcpStream;

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:4000".into());
    let stream = TcpStream::connect(address)?;
    eprintln!("connected from {}", stream.local_addr()?);
    // TODO: send the request, a line.
    // TODO: read the answer to its end, and print its bytes, nothing else.
    Ok(())
}
