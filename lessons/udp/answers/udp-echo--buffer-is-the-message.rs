//! Wrong on purpose: it believes that what it received is its buffer.

use std::io;
use std::net::UdpSocket;

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:0".into());
    let socket = UdpSocket::bind(address)?;
    println!("listening on {}", socket.local_addr()?);
    let mut buffer = [0; 1500];
    loop {
        let (_, from) = socket.recv_from(&mut buffer)?;
        socket.send_to(&buffer, from)?;
    }
}
