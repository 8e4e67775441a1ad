//! Two sockets that are connected to each other, one pair for each type.

use crate::private_folder::PrivateFolder;
use crate::{PATIENCE, quiet_address};
use socket2::{Domain, Protocol, SockAddr, Socket, Type};
use std::io;
use std::net::{TcpListener, TcpStream, UdpSocket};

// ANCHOR: pairs
/// A sender and a receiver, each knowing the other's address.
pub type Pair = io::Result<(Socket, Socket)>;

/// Stream over IP: TCP.
pub fn tcp() -> Pair {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let sender = TcpStream::connect_timeout(&address, PATIENCE)?;
    let (receiver, _) = listener.accept()?;
    sender.set_nodelay(true)?; // let each small write leave at once
    Ok((sender.into(), receiver.into()))
}

/// Datagram over IP: UDP.
pub fn udp() -> Pair {
    let receiver = UdpSocket::bind("127.0.0.1:0")?;
    let sender = UdpSocket::bind("127.0.0.1:0")?;
    sender.connect(receiver.local_addr()?)?;
    receiver.connect(sender.local_addr()?)?;
    Ok((sender.into(), receiver.into()))
}

/// Raw IP: 253 is the protocol number for experiments, by RFC 3692.
///
/// There are no ports, so one address must not be shared with others.
pub fn raw() -> Pair {
    let protocol = Protocol::from(253);
    Ok((quiet_address::raw(protocol)?, quiet_address::raw(protocol)?))
}

/// Unix-domain datagrams to a receiver that has a path, like a logger.
pub fn to_a_path() -> Pair {
    let folder = PrivateFolder::new("pair")?;
    let path = SockAddr::unix(folder.file("receiver"))?;
    let receiver = Socket::new(Domain::UNIX, Type::DGRAM, None)?;
    receiver.bind(&path)?;
    let sender = Socket::new(Domain::UNIX, Type::DGRAM, None)?;
    sender.connect(&path)?;
    // The sender knows its receiver now; the folder and the name can go.
    Ok((sender, receiver))
}

/// Any type that the Unix domain has, by socketpair(2): no names needed.
#[cfg(unix)]
pub fn unix(kind: Type) -> Pair {
    Socket::pair(Domain::UNIX, kind, None)
}
// ANCHOR_END: pairs

/// Windows has no socketpair.
#[cfg(not(unix))]
pub fn unix(_: Type) -> Pair {
    Err(io::ErrorKind::Unsupported.into())
}
