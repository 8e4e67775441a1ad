//! Messages to the kernel's routing and socket tables (netlink(7)), built by hand.

use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::time::Duration;

use libc::c_int;
use socket2::{Domain, Protocol, Socket, Type};

use crate::sys;

/// A netlink socket in the network namespace of the thread that opened it.
pub(crate) struct Netlink {
    socket: Socket,
    sequence: u32,
}

/// A message under construction: header, fixed part, attributes.
pub(crate) struct Message {
    bytes: Vec<u8>,
}

pub(crate) const REQUEST: u16 = libc::NLM_F_REQUEST as u16;
pub(crate) const ACK: u16 = REQUEST | libc::NLM_F_ACK as u16;
pub(crate) const CREATE: u16 = ACK | libc::NLM_F_CREATE as u16 | libc::NLM_F_EXCL as u16;
pub(crate) const DUMP: u16 = REQUEST | libc::NLM_F_DUMP as u16;

/// The kernel answers at once; this is only so that nothing waits forever.
const DEADLINE: Duration = Duration::from_secs(5);
const HEADER: usize = 16;

impl Netlink {
    /// Opens one for a protocol such as NETLINK_ROUTE.
    pub(crate) fn open(protocol: c_int) -> io::Result<Netlink> {
        let domain = Domain::from(libc::AF_NETLINK);
        let socket = Socket::new(domain, Type::RAW, Some(Protocol::from(protocol)))?;
        socket.set_read_timeout(Some(DEADLINE))?;
        Ok(Netlink {
            socket,
            sequence: 0,
        })
    }

    /// Sets an option of level SOL_NETLINK.
    pub(crate) fn set_option(&self, name: c_int, value: c_int) -> io::Result<()> {
        sys::set_option(&self.socket, libc::SOL_NETLINK, name, value)
    }

    /// Waits for news nobody asked for, at most `within`, and gives their content to `each`.
    pub(crate) fn listen(
        &mut self,
        within: Duration,
        mut each: impl FnMut(&[u8]),
    ) -> io::Result<()> {
        let [ready] = sys::readable([self.socket.as_fd()], Some(within))?;
        if !ready {
            return Ok(());
        }
        let mut buffer = vec![0; 32 * 1024];
        let len = (&self.socket).read(&mut buffer)?;
        let mut rest = buffer.get(..len).unwrap_or(&[]);
        while let Some((_, _, content, after)) = next(rest) {
            rest = after;
            each(content);
        }
        Ok(())
    }

    /// Sends a message made with ACK and waits for the kernel's verdict.
    pub(crate) fn request(&mut self, message: Message) -> io::Result<()> {
        self.exchange(message, |_| {})
    }

    /// Sends a message, and gives the content of every answer to `each`.
    pub(crate) fn exchange(
        &mut self,
        message: Message,
        mut each: impl FnMut(&[u8]),
    ) -> io::Result<()> {
        self.sequence += 1;
        let bytes = message.finish(self.sequence);
        (&self.socket).write_all(&bytes)?;
        let mut buffer = vec![0; 32 * 1024];
        loop {
            let len = (&self.socket).read(&mut buffer)?;
            let mut rest = buffer.get(..len).unwrap_or(&[]);
            while let Some((kind, sequence, content, after)) = next(rest) {
                rest = after;
                if sequence != self.sequence {
                    continue;
                }
                match c_int::from(kind) {
                    libc::NLMSG_DONE => return Ok(()),
                    libc::NLMSG_ERROR => {
                        let code = content.first_chunk().map_or(0, |c| i32::from_ne_bytes(*c));
                        return match code {
                            0 => Ok(()),
                            code => Err(io::Error::from_raw_os_error(-code)),
                        };
                    }
                    _ => each(content),
                }
            }
        }
    }
}

impl Message {
    /// A message of a type such as RTM_NEWLINK with flags such as [`ACK`].
    pub(crate) fn new(kind: u16, flags: u16) -> Message {
        let mut bytes = vec![0; HEADER];
        bytes[4..6].copy_from_slice(&kind.to_ne_bytes());
        bytes[6..8].copy_from_slice(&flags.to_ne_bytes());
        Message { bytes }
    }

    /// Appends bytes as they are.
    pub(crate) fn raw(mut self, bytes: &[u8]) -> Message {
        self.bytes.extend_from_slice(bytes);
        self
    }

    /// Appends an attribute.
    pub(crate) fn attr(self, kind: u16, content: &[u8]) -> Message {
        self.nest(kind, |message| message.raw(content))
    }

    /// Appends an attribute whose content `fill` appends.
    pub(crate) fn nest(mut self, kind: u16, fill: impl FnOnce(Message) -> Message) -> Message {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(&[0; 4]);
        let mut message = fill(self);
        let len = (message.bytes.len() - start) as u16;
        message.bytes[start..start + 2].copy_from_slice(&len.to_ne_bytes());
        message.bytes[start + 2..start + 4].copy_from_slice(&kind.to_ne_bytes());
        message
            .bytes
            .resize(message.bytes.len().next_multiple_of(4), 0);
        message
    }

    fn finish(mut self, sequence: u32) -> Vec<u8> {
        let len = self.bytes.len() as u32;
        self.bytes[0..4].copy_from_slice(&len.to_ne_bytes());
        self.bytes[8..12].copy_from_slice(&sequence.to_ne_bytes());
        self.bytes
    }
}

/// The attributes in `bytes`: type and content.
pub(crate) fn attributes(mut bytes: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let (len, kind) = (half(bytes, 0)?, half(bytes, 2)?);
        let content = bytes.get(4..usize::from(len))?;
        bytes = bytes
            .get(usize::from(len).next_multiple_of(4)..)
            .unwrap_or(&[]);
        Some((kind, content))
    })
}

/// Type, sequence number and content of the first message, and what comes after it.
fn next(bytes: &[u8]) -> Option<(u16, u32, &[u8], &[u8])> {
    let len = u32::from_ne_bytes(*bytes.first_chunk()?) as usize;
    let kind = half(bytes, 4)?;
    let sequence = u32::from_ne_bytes(*bytes.get(8..)?.first_chunk()?);
    let content = bytes.get(HEADER..len)?;
    let rest = bytes.get(len.next_multiple_of(4)..).unwrap_or(&[]);
    Some((kind, sequence, content, rest))
}

fn half(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_ne_bytes(*bytes.get(at..)?.first_chunk()?))
}
