//! Asks the kernel for its sockets (sock_diag(7)) and for TCP_INFO (tcp(7)).

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::AsFd;
use std::time::Duration;

use crate::diag::{Protocol, Socket, State, TcpInfo, Timer, TimerKind};
use crate::netlink::{ACK, DUMP, Message, Netlink, attributes};
use crate::sys;

const SOCK_DIAG_BY_FAMILY: u16 = 20;
/// INET_DIAG_INFO of linux/inet_diag.h: an attribute with a `struct tcp_info`.
const INFO: u8 = 2;
/// The length of `struct inet_diag_msg`; attributes follow it.
const MESSAGE: usize = 72;
/// Where `SO_MEMINFO` counts drops: SK_MEMINFO_DROPS of linux/sock_diag.h, in words of 32 bits.
const DROPS: usize = 8;
/// More than any kernel's `struct tcp_info` so far.
const TCP_INFO_ROOM: usize = 1024;

/// All TCP and UDP sockets in the calling thread's network namespace, of all users.
///
/// # Errors
/// What the kernel answers; `NotFound` if it has no tcp_diag or udp_diag.
pub fn sockets() -> io::Result<Vec<Socket>> {
    let mut netlink = Netlink::open(libc::NETLINK_SOCK_DIAG)?;
    let mut sockets = Vec::new();
    for (number, protocol) in [
        (libc::IPPROTO_TCP, Protocol::Tcp),
        (libc::IPPROTO_UDP, Protocol::Udp),
    ] {
        for family in [libc::AF_INET, libc::AF_INET6] {
            // struct inet_diag_req_v2: family, protocol, extensions, padding, states (all), and
            // a socket id that is not used for a dump.
            let question = Message::new(SOCK_DIAG_BY_FAMILY, DUMP)
                .raw(&[family as u8, number as u8, 0, 0])
                .raw(&u32::MAX.to_ne_bytes())
                .raw(&[0; 48]);
            netlink.exchange(question, |answer| sockets.extend(socket(answer, protocol)))?;
        }
    }
    Ok(sockets)
}

/// One end of a TCP connection in the calling thread's network namespace: the socket at `local`
/// that is connected to `peer`. Asks for it alone, where [`sockets`] goes through all there are.
///
/// # Errors
/// As [`sockets`], but without tcp_diag there is no connection; `InvalidInput` if the addresses are
/// of two families.
pub fn connection(local: SocketAddr, peer: SocketAddr) -> io::Result<Option<Socket>> {
    Ok(end(local, peer, 0)?.map(|(socket, _)| socket))
}

/// The same, with what the kernel knows of that end.
///
/// # Errors
/// As [`connection`].
pub fn connection_info(
    local: SocketAddr,
    peer: SocketAddr,
) -> io::Result<Option<(Socket, TcpInfo)>> {
    end(local, peer, 1 << (INFO - 1))
}

/// One end of a connection, with the extensions that are asked for.
fn end(
    local: SocketAddr,
    peer: SocketAddr,
    extensions: u8,
) -> io::Result<Option<(Socket, TcpInfo)>> {
    let family = match (local, peer) {
        (SocketAddr::V4(_), SocketAddr::V4(_)) => libc::AF_INET,
        (SocketAddr::V6(_), SocketAddr::V6(_)) => libc::AF_INET6,
        _ => return Err(io::ErrorKind::InvalidInput.into()),
    };
    // As for a dump, but with a socket id: ports, addresses, any interface, and no cookie.
    let mut question = Message::new(SOCK_DIAG_BY_FAMILY, ACK)
        .raw(&[family as u8, libc::IPPROTO_TCP as u8, extensions, 0])
        .raw(&u32::MAX.to_ne_bytes());
    for end in [local, peer] {
        question = question.raw(&end.port().to_be_bytes());
    }
    for end in [local, peer] {
        let mut room = [0; 16];
        match end.ip() {
            IpAddr::V4(ip) => room[..4].copy_from_slice(&ip.octets()),
            IpAddr::V6(ip) => room.copy_from_slice(&ip.octets()),
        }
        question = question.raw(&room);
    }
    let question = question.raw(&[0; 4]).raw(&[0xff; 8]);
    let mut found = None;
    let asked = Netlink::open(libc::NETLINK_SOCK_DIAG)?.exchange(question, |answer| {
        let info = answer.get(MESSAGE..).unwrap_or_default();
        let info = attributes(info).find(|(kind, _)| *kind == u16::from(INFO));
        let info = TcpInfo::from_bytes(info.unwrap_or_default().1);
        let socket = socket(answer, Protocol::Tcp);
        found = socket.map(|socket| (socket, info)).or(found.take());
    });
    match asked {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        asked => asked?,
    }
    // Where no such connection is, the kernel finds the socket that listens.
    let same = |one: SocketAddr, other: SocketAddr| {
        one.port() == other.port() && one.ip().to_canonical() == other.ip().to_canonical()
    };
    Ok(found.filter(|(found, _)| same(found.local, local) && same(found.peer, peer)))
}

/// What the kernel knows of a TCP socket.
///
/// # Errors
/// As getsockopt(2); `InvalidInput` or `Unsupported` for other sockets.
pub fn tcp_info(socket: &impl AsFd) -> io::Result<TcpInfo> {
    let bytes = sys::option_bytes(socket, libc::IPPROTO_TCP, libc::TCP_INFO, TCP_INFO_ROOM)?;
    Ok(TcpInfo::from_bytes(&bytes))
}

/// How many packets a socket has dropped since it was made; of a listening socket, how many
/// segments met a full queue, SYNs among them (SO_MEMINFO, Linux 4.12).
///
/// # Errors
/// As getsockopt(2); `Unsupported` if the kernel does not count them.
pub fn drops(socket: &impl AsFd) -> io::Result<u32> {
    let room = 4 * (DROPS + 1);
    let bytes = sys::option_bytes(socket, libc::SOL_SOCKET, libc::SO_MEMINFO, room)?;
    let word = bytes.get(4 * DROPS..).and_then(<[u8]>::first_chunk);
    let word = word.ok_or(io::ErrorKind::Unsupported)?;
    Ok(u32::from_ne_bytes(*word))
}

/// A `struct inet_diag_msg`.
fn socket(bytes: &[u8], protocol: Protocol) -> Option<Socket> {
    let (&family, &state) = (bytes.first()?, bytes.get(1)?);
    let (&timer, &retransmits) = (bytes.get(2)?, bytes.get(3)?);
    let word = |at: usize| Some(u32::from_ne_bytes(*bytes.get(at..)?.first_chunk()?));
    let port = |at: usize| Some(u16::from_be_bytes(*bytes.get(at..)?.first_chunk()?));
    let address = |at: usize| -> Option<IpAddr> {
        let rest = bytes.get(at..)?;
        if i32::from(family) == libc::AF_INET {
            return Some(Ipv4Addr::from(*rest.first_chunk::<4>()?).into());
        }
        Some(Ipv6Addr::from(*rest.first_chunk::<16>()?).into())
    };
    let kind = match timer {
        0 => None,
        1 => Some(TimerKind::Retransmit),
        2 => Some(TimerKind::KeepAlive),
        3 => Some(TimerKind::TimeWait),
        4 => Some(TimerKind::Persist),
        other => Some(TimerKind::Other(other)),
    };
    let left = Duration::from_millis(word(52)?.into());
    Some(Socket {
        protocol,
        state: State::from_number(state),
        local: SocketAddr::new(address(8)?, port(4)?),
        peer: SocketAddr::new(address(24)?, port(6)?),
        receive_queue: word(56)?,
        send_queue: word(60)?,
        timer: kind.map(|kind| Timer { kind, left }),
        retransmits,
        inode: word(68)?,
        uid: word(64)?,
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::{Ipv6Addr, TcpListener, TcpStream};

    use super::*;

    #[test]
    fn one_end_of_a_connection_is_found_and_nothing_else() {
        for at in [IpAddr::from([127, 0, 0, 1]), Ipv6Addr::LOCALHOST.into()] {
            let Ok(listener) = TcpListener::bind((at, 0)) else {
                eprintln!("NOT CHECKED: {at} is not there");
                continue;
            };
            let server = listener.local_addr().unwrap();
            let mut client = TcpStream::connect(server).unwrap();
            let mine = client.local_addr().unwrap();
            client.write_all(b"five!").unwrap();
            let there = connection(server, mine).unwrap().unwrap();
            assert_eq!((there.local, there.peer), (server, mine));
            assert_eq!(there.receive_queue, 5);
            assert!(sockets().unwrap().contains(&there));
            let here = connection(mine, server).unwrap().unwrap();
            assert_eq!((here.send_queue, here.state), (0, State::Established));
            let (same, info) = connection_info(server, mine).unwrap().unwrap();
            assert_eq!((same.local, info.bytes_received), (server, Some(5)));
            let info = connection_info(mine, server).unwrap().unwrap().1;
            assert_eq!(info, tcp_info(&client).unwrap());
            // The one that listens is no end of a connection.
            assert_eq!(connection(server, SocketAddr::new(at, 1)).unwrap(), None);
            assert_eq!(connection(mine, SocketAddr::new(at, 1)).unwrap(), None);
        }
    }

    #[test]
    fn a_syn_that_met_a_full_backlog_is_counted() {
        use socket2::{Domain, Socket, Type};
        let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        let free = SocketAddr::from(([127, 0, 0, 1], 0));
        listener.bind(&free.into()).unwrap();
        listener.listen(0).unwrap();
        let address = listener.local_addr().unwrap().as_socket().unwrap();
        let _filler = TcpStream::connect(address).unwrap();
        assert_eq!(drops(&listener).unwrap(), 0);
        let soon = Duration::from_millis(50);
        assert!(TcpStream::connect_timeout(&address, soon).is_err());
        assert_eq!(drops(&listener).unwrap(), 1);
    }
}
