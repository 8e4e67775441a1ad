//! Wrong on purpose: it believes that a server has a connection with the
//! client that spoke first.

use std::io;
use std::net::UdpSocket;

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:0".into());
    let socket = UdpSocket::bind(address)?;
    println!("listening on {}", socket.local_addr()?);
    let mut buffer = [0; 65_507];
    let (length, peer) = socket.recv_from(&mut buffer)?;
    socket.send_to(&buffer[..length], peer)?;
    loop {
        let (length, _) = socket.recv_from(&mut buffer)?;
        socket.send_to(&buffer[..length], peer)?;
    }
}
