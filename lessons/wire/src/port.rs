//! One end of the wire: a packet socket on the interface whose peer is a host's `wire0`.

use std::io::{self, PipeReader, PipeWriter, Write};
use std::os::fd::{AsFd, BorrowedFd};

use socket2::{Domain, SockAddr, Socket, Type};

use crate::packet::Side;
use crate::queue::Outgoing;
use crate::sys::{self, Inbox};

/// Sends to and receives from one host.
pub(crate) struct Port {
    socket: Socket,
    ipv4: SockAddr,
    ipv6: SockAddr,
}

/// Interrupts the wire's thread so that it looks at the state again.
pub(crate) struct Waker(PipeWriter);

/// Packets of every protocol (packet(7)).
pub(crate) const ETH_P_ALL: u16 = 3;
const ETH_P_IP: u16 = 0x0800;
const ETH_P_IPV6: u16 = 0x86dd;
/// Room for packets the wire has not taken yet; the kernel caps it at net.core.rmem_max.
const RECEIVE_BUFFER: usize = 4 << 20;

impl Port {
    /// Opens it in the calling thread's network namespace, on the interface with this index.
    pub(crate) fn open(interface: u32, side: Side) -> io::Result<Port> {
        // Protocol 0: it hears nothing until it is bound, so no stray packet comes first.
        let socket = Socket::new(Domain::PACKET, Type::DGRAM, None)?;
        sys::set_option(&socket, libc::SOL_SOCKET, libc::SO_TIMESTAMPNS, 1)?;
        socket.set_recv_buffer_size(RECEIVE_BUFFER)?;
        // What it sends itself it does not hear, and nobody else sends here.
        socket.bind(&sys::link_address(interface, ETH_P_ALL, [0; 6]))?;
        let mac = host_mac(side);
        Ok(Port {
            socket,
            ipv4: sys::link_address(interface, ETH_P_IP, mac),
            ipv6: sys::link_address(interface, ETH_P_IPV6, mac),
        })
    }

    /// Sends packets in order until one fails: how many were sent, and the error.
    pub(crate) fn send(&self, packets: &[Outgoing]) -> (usize, Option<io::Error>) {
        let mut packets = packets.iter().map(|packet| {
            let six = packet.bytes.first().is_some_and(|byte| byte >> 4 == 6);
            (if six { &self.ipv6 } else { &self.ipv4 }, &*packet.bytes)
        });
        sys::send_all(&self.socket, &mut packets)
    }

    /// Takes what has come, without waiting.
    pub(crate) fn receive(&self, inbox: &mut Inbox) -> io::Result<usize> {
        inbox.receive(&self.socket)
    }

    /// Packets that found no room since the last call.
    pub(crate) fn lost(&self) -> u64 {
        lost(&self.socket)
    }
}

/// Packets for which a packet socket had no room since the last call
/// (PACKET_STATISTICS, packet(7)).
pub(crate) fn lost(socket: &Socket) -> u64 {
    let statistics = sys::option_bytes(socket, libc::SOL_PACKET, libc::PACKET_STATISTICS, 8);
    let drops = statistics
        .ok()
        .and_then(|bytes| bytes.get(4..)?.first_chunk().copied());
    drops.map_or(0, |drops| u32::from_ne_bytes(drops).into())
}

impl Waker {
    /// A waker, and what the wire's thread must poll.
    pub(crate) fn new() -> io::Result<(Waker, PipeReader)> {
        let (reader, writer) = io::pipe()?;
        Ok((Waker(writer), reader))
    }

    pub(crate) fn wake(&self) {
        // If this fails the thread has ended, and there is nobody to wake.
        let _ = (&self.0).write(&[0]);
    }
}

impl AsFd for Port {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

/// The hardware address of a host's `wire0`; locally administered (IEEE 802).
pub(crate) fn host_mac(side: Side) -> [u8; 6] {
    [0x02, 0, 0, 0, 0, 0x0a + side.index() as u8]
}
