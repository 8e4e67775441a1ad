//! Asks the kernel for its sockets (sock_diag(7)) and for TCP_INFO (tcp(7)).

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::AsFd;
use std::time::Duration;

use crate::diag::{Protocol, Socket, State, TcpInfo, Timer, TimerKind};
use crate::netlink::{DUMP, Message, Netlink};
use crate::sys;

const SOCK_DIAG_BY_FAMILY: u16 = 20;
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
            netlink.exchange(question, |_, answer| {
                sockets.extend(socket(answer, protocol))
            })?;
        }
    }
    Ok(sockets)
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
