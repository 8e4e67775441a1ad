//! An address of this machine on which nobody else talks.

use crate::PATIENCE;
use socket2::{Domain, Protocol, SockAddr, Socket, Type};
use std::io::{self, Read};
use std::net::{Ipv4Addr, SocketAddr};

// ANCHOR: quiet_address
/// Raw sockets have no ports: each gets all that comes for its protocol and
/// its address. On Linux every address that begins with 127 is this machine,
/// so this program takes one made of its process id. Elsewhere it shares.
pub fn own() -> Ipv4Addr {
    if cfg!(target_os = "linux") {
        // A process id has at most 22 bits: 127.128.0.1 to 127.191.255.255.
        Ipv4Addr::from(0x7f80_0000 | std::process::id() & 0x3f_ffff)
    } else {
        Ipv4Addr::LOCALHOST
    }
}

/// A raw socket that hears what comes from that address to that address.
///
/// On Linux this takes the capability CAP_NET_RAW, which root has: raw(7).
pub fn raw(protocol: Protocol) -> io::Result<Socket> {
    let address = SockAddr::from(SocketAddr::from((own(), 0)));
    let mut socket = Socket::new(Domain::IPV4, Type::RAW, Some(protocol))?;
    socket.bind(&address)?;
    socket.connect(&address)?;
    // Until here it heard everybody on this machine: that is thrown away.
    socket.set_nonblocking(true)?;
    while socket.read(&mut [0; 1500]).is_ok() {}
    socket.set_nonblocking(false)?;
    socket.set_read_timeout(Some(PATIENCE))?;
    Ok(socket)
}
// ANCHOR_END: quiet_address
