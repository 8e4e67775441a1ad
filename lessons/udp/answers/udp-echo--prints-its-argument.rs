//! Wrong on purpose: it believes that the address it binds is the address
//! that it has then.

use std::io;
use std::net::UdpSocket;

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:0".into());
    let socket = UdpSocket::bind(&address)?;
    println!("listening on {address}");
    let mut buffer = [0; 65_507];
    loop {
        let (length, from) = socket.recv_from(&mut buffer)?;
        socket.send_to(&buffer[..length], from)?;
    }
}
