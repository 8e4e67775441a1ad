//! Loopback: sockets really opened, and bytes really sent through them.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::time::Duration;

use socket2::SockRef;

use super::{Check, State};

/// How long loopback may take; it needs microseconds.
const DEADLINE: Duration = Duration::from_secs(2);
const BYTES: &[u8; 4] = b"ping";

/// TCP and UDP over 127.0.0.1, which every lesson uses.
pub fn needed() -> [Check; 2] {
    let host = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let get = "see what your firewall or sandbox does to the interface `lo`";
    [
        check(
            "TCP on 127.0.0.1",
            tcp(host),
            "every TCP lesson, and this book's page",
            get,
        ),
        check("UDP on 127.0.0.1", udp(host), "every UDP lesson", get),
    ]
}

/// TCP over ::1.
pub fn ipv6() -> Check {
    check(
        "TCP on ::1",
        tcp(IpAddr::V6(Ipv6Addr::LOCALHOST)),
        "experiments that compare IPv4 with IPv6",
        "sudo sysctl net.ipv6.conf.lo.disable_ipv6=0",
    )
}

fn check(what: &str, result: io::Result<SocketAddr>, needed_for: &'static str, get: &str) -> Check {
    let (state, found) = match result {
        Ok(address) => (State::Ok, format!("4 bytes came through {address}")),
        Err(error) if error.kind() == ErrorKind::AddrNotAvailable => {
            (State::Missing, error.to_string())
        }
        Err(error) => (State::Refused, error.to_string()),
    };
    Check {
        what: what.to_owned(),
        state,
        found,
        needed_for,
        get: Some(get.to_owned()),
    }
}

fn tcp(host: IpAddr) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind((host, 0))?;
    let address = listener.local_addr()?;
    let mut client = TcpStream::connect_timeout(&address, DEADLINE)?;
    // A call of accept ends then, too (SO_RCVTIMEO, socket(7)).
    SockRef::from(&listener).set_read_timeout(Some(DEADLINE))?;
    let (mut server, _) = listener.accept()?;
    client.write_all(BYTES)?;
    server.set_read_timeout(Some(DEADLINE))?;
    let mut got = [0; BYTES.len()];
    server.read_exact(&mut got)?;
    same(&got, address)
}

fn udp(host: IpAddr) -> io::Result<SocketAddr> {
    let receiver = UdpSocket::bind((host, 0))?;
    let address = receiver.local_addr()?;
    UdpSocket::bind((host, 0))?.send_to(BYTES, address)?;
    receiver.set_read_timeout(Some(DEADLINE))?;
    let mut got = [0; 16];
    let (length, _) = receiver.recv_from(&mut got)?;
    same(&got[..length], address)
}

fn same(got: &[u8], address: SocketAddr) -> io::Result<SocketAddr> {
    match got == BYTES {
        true => Ok(address),
        false => Err(io::Error::other("other bytes arrived than were sent")),
    }
}
