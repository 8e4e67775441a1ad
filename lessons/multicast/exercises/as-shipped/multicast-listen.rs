//! Exercise: a program that joins a group and prints what comes.
//!
//!     cargo run -- check multicast-listen
//!
//! It takes a group, a port and the address of an interface as its arguments,
//! such as 239.1.2.3 7777 127.0.0.1.

use std::io;
use std::net::{Ipv4Addr, UdpSocket};

fn main() -> io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut next = || arguments.next().expect("GROUP PORT INTERFACE");
    let group: Ipv4Addr = next().parse().expect("a group");
    let port: u16 = next().parse().expect("a port");
    let _interface: Ipv4Addr = next().parse().expect("an interface");
    // TODO: others on this host may want the same port (SO_REUSEADDR).
    // TODO: which address may a member be bound to? And who has joined?
    let socket = UdpSocket::bind(("127.0.0.1", port))?;
    println!("listening on {group}:{port}");
    // TODO: end when standard input does, or brings a line `quit`.
    let mut buffer = [0; 65_507];
    loop {
        let (length, from) = socket.recv_from(&mut buffer)?;
        // TODO: what is not printable becomes a dot.
        let text = String::from_utf8_lossy(&buffer[..length]);
        println!("{from} {text}");
    }
}
