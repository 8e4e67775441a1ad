//! Wrong on purpose: it believes that the kernel makes it wait if it sends too fast.

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
        if length == 0 {
            break;
        }
    }
    Ok(())
}
