//! Exercise: a server that sends each datagram back to whoever sent it.
//!
//!     cargo run -- check udp-echo
//!
//! It takes the address to bind as its only argument, such as 127.0.0.1:0,
//! prints `listening on ADDR` with the address it really got, and serves
//! until it is killed.

use std::io;
use std::net::UdpSocket;

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:0".into());
    let socket = UdpSocket::bind(address)?;
    println!("listening on {}", socket.local_addr()?);
    // TODO: receive a datagram, send it back, and go on with the next.
    Ok(())
}
