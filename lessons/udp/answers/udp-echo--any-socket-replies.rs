//! Wrong on purpose: it believes that any socket of its own can send the reply.

use std::io;
use std::net::UdpSocket;

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:0".into());
    let socket = UdpSocket::bind(address)?;
    println!("listening on {}", socket.local_addr()?);
    let mut buffer = [0; 65_507];
    loop {
        let (length, from) = socket.recv_from(&mut buffer)?;
        let reply = UdpSocket::bind("127.0.0.1:0")?;
        reply.send_to(&buffer[..length], from)?;
    }
}
