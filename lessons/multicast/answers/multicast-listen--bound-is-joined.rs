//! Wrong on purpose: it believes that who binds to the port of a group hears
//! the group.

use socket2::{Domain, Socket, Type};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::{io, thread};

fn main() -> io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut next = || arguments.next().expect("GROUP PORT INTERFACE");
    let group: Ipv4Addr = next().parse().expect("a group");
    let port: u16 = next().parse().expect("a port");
    let interface: Ipv4Addr = next().parse().expect("an interface");
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, None)?;
    socket.set_reuse_address(true)?;
    socket.bind(&SocketAddr::from((Ipv4Addr::UNSPECIFIED, port)).into())?;
    let _ = interface;
    let socket: UdpSocket = socket.into();
    println!("listening on {group}:{port}");
    thread::spawn(|| {
        for line in io::stdin().lines() {
            if line.is_ok_and(|line| line == "quit") {
                break;
            }
        }
        std::process::exit(0);
    });
    let mut buffer = [0; 65_507];
    loop {
        let (length, from) = socket.recv_from(&mut buffer)?;
        let printable = |byte: &u8| match byte {
            0x20..=0x7e => char::from(*byte),
            _ => '.',
        };
        let text: String = buffer[..length].iter().map(printable).collect();
        println!("{from} {text}");
    }
}
