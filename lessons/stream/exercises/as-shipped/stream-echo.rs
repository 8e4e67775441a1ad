//! Exercise: a server that sends back every byte, until its client ends.
//!
//!     cargo run -- check stream-echo
//!
//! It takes the address to bind as its only argument, such as 127.0.0.1:0,
//! prints `listening on ADDR` with the address it really got, and serves one
//! client after the other until it is killed.

use std::io;
use std::net::TcpListener;

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:0".into());
    let listener = TcpListener::bind(address)?;
    println!("listening on {}", listener.local_addr()?);
    // TODO: accept a client.
    // TODO: send back what it sends, until it ends its side.
    // TODO: go on with the next client, whatever became of this one.
    Ok(())
}
