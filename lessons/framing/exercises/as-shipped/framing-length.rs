//! Exercise: messages with their length in front, in both directions.
//!
//!     cargo run -- check framing-length
//!
//! It takes the address to bind as its only argument, such as 127.0.0.1:0,
//! prints `listening on ADDR` with the address it really got, and serves one
//! client after the other until it is killed.

use std::io;
use std::net::{TcpListener, TcpStream};

/// The longest message that is answered.
const LIMIT: usize = 1_048_576;

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:0".into());
    let listener = TcpListener::bind(address)?;
    println!("listening on {}", listener.local_addr()?);
    for client in listener.incoming() {
        // A client that broke off is no reason to stop serving the others.
        let _ = client.and_then(serve);
    }
    Ok(())
}

fn serve(_client: TcpStream) -> io::Result<()> {
    // TODO: read four bytes, the length, most significant byte first.
    // TODO: end the connection if the length is above LIMIT.
    // TODO: read so many bytes, and send them back in reverse order,
    // with their length in front.
    // TODO: go on until the client ends its side.
    let _longest = LIMIT;
    Ok(())
}
