//! A solution of `udp-echo`.

use std::io;
use std::net::UdpSocket;

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:0".into());
    let socket = UdpSocket::bind(address)?;
    println!("listening on {}", socket.local_addr()?);
    // No datagram of IPv4 is longer than this.
    let mut buffer = [0; 65_507];
    loop {
        // An error here is the report of a reply that nobody wanted, such as
        // to a client that has gone: no reason to stop serving the others.
        if let Ok((length, from)) = socket.recv_from(&mut buffer) {
            let _ = socket.send_to(&buffer[..length], from);
        }
    }
}
