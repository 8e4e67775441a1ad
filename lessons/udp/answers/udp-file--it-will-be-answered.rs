//! Wrong on purpose: it believes that what it sends arrives, and what is answered
//! comes back.

use std::io::{self, Read};
use std::net::UdpSocket;

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:4000".into());
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    socket.connect(address)?;
    let mut block = [0; 1024];
    for number in 0_u32.. {
        let number = number.to_be_bytes();
        let length = io::stdin().read(&mut block)?;
        socket.send(&[&number, &block[..length]].concat())?;
        let mut ack = [0; 5];
        let mut length_of_ack = 0;
        while ack[..length_of_ack] != number {
            length_of_ack = socket.recv(&mut ack)?;
        }
        if length == 0 {
            break;
        }
    }
    Ok(())
}
