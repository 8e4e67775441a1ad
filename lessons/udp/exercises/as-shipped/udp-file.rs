//! Exercise: a sender that carries a file over UDP, whole and in order.
//!
//!     cargo run -- check udp-file
//!
//! It takes the address of the receiver as its only argument, and the file on
//! standard input. A datagram is a number in four bytes, and up to 1,024
//! bytes of the file; an acknowledgment is the number alone.

use std::io::{self, Read};
use std::net::UdpSocket;

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:4000".into());
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    socket.connect(address)?;
    let mut block = [0; 1024];
    loop {
        let length = io::stdin().read(&mut block)?;
        eprintln!("{length} bytes are not sent yet");
        // TODO: send this block with its number, and wait 100 ms for the
        // acknowledgment of that number; whatever else comes is ignored.
        // TODO: send it again if none comes; after five tries in all, fail.
        if length == 0 {
            // TODO: the end, a number without data, needs its
            // acknowledgment, too.
            return Ok(());
        }
    }
}
