//! Wrong on purpose: it believes that nobody is there if nothing comes in time.

use std::io::{self, Read};
use std::net::UdpSocket;
use std::time::Duration;

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:4000".into());
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    socket.connect(address)?;
    socket.set_read_timeout(Some(Duration::from_millis(300)))?;
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
