//! Many packets in one system call (recvmmsg(2), sendmmsg(2)).

use std::io;
use std::mem;
use std::os::fd::{AsFd, AsRawFd};
use std::time::{Duration, SystemTime};

use libc::{c_int, iovec, mmsghdr};
use socket2::SockAddr;

/// Packets in one call.
const BATCH: usize = 32;
/// Room for one timestamp, in words so that it is aligned as a control message must be.
const CONTROL: usize = 8;

/// Buffers for packets that come in.
pub(crate) struct Inbox {
    size: usize,
    bytes: Vec<u8>,
    control: [[u64; CONTROL]; BATCH],
    lengths: Vec<(usize, SystemTime)>,
}

impl Inbox {
    /// Room for packets of `size` bytes; longer ones are cut.
    pub(crate) fn new(size: usize) -> Inbox {
        Inbox {
            size,
            bytes: vec![0; size * BATCH],
            control: [[0; CONTROL]; BATCH],
            lengths: Vec::new(),
        }
    }

    /// Takes what the socket has, without waiting, and returns how many packets that is.
    pub(crate) fn receive(&mut self, socket: impl AsFd) -> io::Result<usize> {
        self.lengths.clear();
        let mut places = [const {
            iovec {
                iov_base: std::ptr::null_mut(),
                iov_len: 0,
            }
        }; BATCH];
        // SAFETY: all zeros is a valid mmsghdr: no address, no buffers, no control.
        let mut headers: [mmsghdr; BATCH] = unsafe { mem::zeroed() };
        let buffers = self.bytes.chunks_exact_mut(self.size);
        let slots = headers.iter_mut().zip(places.iter_mut()).zip(buffers);
        for (((header, place), buffer), control) in slots.zip(self.control.iter_mut()) {
            place.iov_base = buffer.as_mut_ptr().cast();
            place.iov_len = buffer.len();
            header.msg_hdr.msg_iov = place;
            header.msg_hdr.msg_iovlen = 1;
            header.msg_hdr.msg_control = control.as_mut_ptr().cast();
            header.msg_hdr.msg_controllen = mem::size_of_val(control) as _;
        }
        let (fd, first) = (socket.as_fd().as_raw_fd(), headers.as_mut_ptr());
        let flags = libc::MSG_DONTWAIT;
        // SAFETY: each header points to a buffer and control words that live in `self` and to an
        // iovec that lives in `places`, all until the call returns, and gives their right sizes.
        let count =
            unsafe { libc::recvmmsg(fd, first, BATCH as _, flags as _, std::ptr::null_mut()) };
        if count < 0 {
            let error = io::Error::last_os_error();
            let nothing = matches!(
                error.kind(),
                io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
            );
            return if nothing { Ok(0) } else { Err(error) };
        }
        let received = headers.iter().zip(&self.control).take(count as usize);
        for (header, control) in received {
            let time = timestamp(control).unwrap_or_else(SystemTime::now);
            self.lengths.push((header.msg_len as usize, time));
        }
        Ok(count as usize)
    }

    /// The packets of the last [`receive`](Inbox::receive), with the kernel's timestamps.
    pub(crate) fn packets(&self) -> impl Iterator<Item = (&[u8], SystemTime)> {
        let buffers = self.bytes.chunks_exact(self.size);
        buffers
            .zip(&self.lengths)
            .map(|(buffer, &(len, time))| (&buffer[..len.min(self.size)], time))
    }
}

/// Sends packets in order until one fails: how many were sent, and the error.
pub(crate) fn send_all<'a>(
    socket: impl AsFd,
    packets: &mut dyn Iterator<Item = (&'a SockAddr, &'a [u8])>,
) -> (usize, Option<io::Error>) {
    let mut total = 0;
    loop {
        let mut places = [const {
            iovec {
                iov_base: std::ptr::null_mut(),
                iov_len: 0,
            }
        }; BATCH];
        // SAFETY: all zeros is a valid mmsghdr: no address, no buffers, no control.
        let mut headers: [mmsghdr; BATCH] = unsafe { mem::zeroed() };
        let mut filled = 0;
        for (header, place) in headers.iter_mut().zip(places.iter_mut()) {
            let Some((address, bytes)) = packets.next() else {
                break;
            };
            place.iov_base = bytes.as_ptr().cast_mut().cast();
            place.iov_len = bytes.len();
            header.msg_hdr.msg_iov = place;
            header.msg_hdr.msg_iovlen = 1;
            header.msg_hdr.msg_name = address.as_ptr().cast_mut().cast();
            header.msg_hdr.msg_namelen = address.len();
            filled += 1;
        }
        if filled == 0 {
            return (total, None);
        }
        let fd = socket.as_fd().as_raw_fd();
        let mut done = 0;
        while done < filled {
            let (first, count) = (headers[done..filled].as_mut_ptr(), filled - done);
            // SAFETY: the first `filled` headers point to addresses and packets that live for 'a
            // and to iovecs in `places`; the kernel only reads them, so that the cast from const
            // changes nothing.
            let sent: c_int = unsafe { libc::sendmmsg(fd, first, count as _, 0) };
            if sent < 0 {
                let error = io::Error::last_os_error();
                if error.kind() == io::ErrorKind::Interrupted {
                    continue;
                }
                return (total, Some(error));
            }
            done += sent as usize;
            total += sent as usize;
        }
    }
}

/// The SCM_TIMESTAMPNS control message (socket(7)): length, level, type, seconds, nanoseconds.
fn timestamp(control: &[u64; CONTROL]) -> Option<SystemTime> {
    // Where a long has four bytes the layout is another, and the time of receipt must do.
    if mem::size_of::<usize>() != 8 {
        return None;
    }
    let [len, kind, seconds, nanos, ..] = *control;
    let level_and_type = kind.to_ne_bytes();
    let (level, name) = level_and_type.split_at(4);
    let is = |bytes: &[u8], value: c_int| bytes == value.to_ne_bytes();
    let timestamped = len >= 32 && is(level, libc::SOL_SOCKET) && is(name, libc::SO_TIMESTAMPNS);
    let since = Duration::new(seconds, u32::try_from(nanos).ok()?);
    timestamped.then(|| SystemTime::UNIX_EPOCH + since)
}
