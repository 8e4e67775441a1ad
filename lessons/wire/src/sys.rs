//! All unsafe code of the crate: system calls that neither std nor socket2 wraps.

mod init;
mod mmsg;

use std::io;
use std::mem;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::time::Duration;

use libc::{c_int, c_ulong, c_void};
use socket2::{SockAddr, SockAddrStorage};

pub(crate) use init::contain;
pub(crate) use mmsg::{Inbox, send_all};

/// Gives the calling thread (NEWUSER: the process) new namespaces (unshare(2)).
pub(crate) fn unshare(flags: c_int) -> io::Result<()> {
    // SAFETY: unshare takes a number and touches no memory; the flags used here (user, network and
    // process id namespaces) do not change what other threads may assume about shared files.
    check(unsafe { libc::unshare(flags) }).map(drop)
}

/// Moves the calling thread into the network namespace of `file` (setns(2)).
pub(crate) fn enter_network(file: BorrowedFd<'_>) -> io::Result<()> {
    // SAFETY: the descriptor is open while it is borrowed, and setns touches no memory.
    check(unsafe { libc::setns(file.as_raw_fd(), libc::CLONE_NEWNET) }).map(drop)
}

/// The effective user and group of the process (getuid(2)).
pub(crate) fn effective_ids() -> (u32, u32) {
    // SAFETY: both take nothing, touch no memory and cannot fail.
    unsafe { (libc::geteuid(), libc::getegid()) }
}

/// The address of an interface for a packet socket (packet(7)); `mac` is the receiver's.
pub(crate) fn link_address(interface: u32, protocol: u16, mac: [u8; 6]) -> SockAddr {
    let mut storage = SockAddrStorage::zeroed();
    // SAFETY: sockaddr_ll is one of the address types of this platform.
    let address = unsafe { storage.view_as::<libc::sockaddr_ll>() };
    address.sll_family = libc::AF_PACKET as u16;
    address.sll_protocol = protocol.to_be();
    address.sll_ifindex = interface as i32;
    address.sll_halen = 6;
    address.sll_addr[..6].copy_from_slice(&mac);
    let len = mem::size_of::<libc::sockaddr_ll>() as libc::socklen_t;
    // SAFETY: the storage was filled as the sockaddr_ll that its family names, of this length.
    unsafe { SockAddr::new(storage, len) }
}

/// Sets a socket option that is an int.
pub(crate) fn set_option(
    socket: impl AsFd,
    level: c_int,
    name: c_int,
    value: c_int,
) -> io::Result<()> {
    let len = mem::size_of::<c_int>() as libc::socklen_t;
    let value: *const c_int = &raw const value;
    let fd = socket.as_fd().as_raw_fd();
    // SAFETY: `value` points to an int that lives until the call returns, and `len` is its size.
    check(unsafe { libc::setsockopt(fd, level, name, value.cast(), len) }).map(drop)
}

/// Reads a socket option of unknown size: what the kernel returned, at most `room` bytes.
pub(crate) fn option_bytes(
    socket: impl AsFd,
    level: c_int,
    name: c_int,
    room: usize,
) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; room];
    let mut len = room as libc::socklen_t;
    let fd = socket.as_fd().as_raw_fd();
    let to: *mut c_void = bytes.as_mut_ptr().cast();
    // SAFETY: `to` points to `len` writable bytes that live until the call returns.
    check(unsafe { libc::getsockopt(fd, level, name, to, &raw mut len) })?;
    bytes.truncate(len as usize);
    Ok(bytes)
}

/// Makes the kernel fill in the checksums of packets sent on an interface of the calling thread's
/// network namespace (netdevice(7), ETHTOOL_STXCSUM of linux/ethtool.h).
pub(crate) fn fill_in_checksums(socket: impl AsFd, interface: &str) -> io::Result<()> {
    const SIOCETHTOOL: c_ulong = 0x8946;
    const ETHTOOL_STXCSUM: u32 = 0x17;
    // struct ethtool_value: the command and its argument, 0 for off.
    let mut value: [u32; 2] = [ETHTOOL_STXCSUM, 0];
    // SAFETY: all zeros is a valid ifreq.
    let mut request: libc::ifreq = unsafe { mem::zeroed() };
    for (to, from) in request.ifr_name.iter_mut().zip(interface.bytes().take(15)) {
        *to = from as libc::c_char;
    }
    request.ifr_ifru.ifru_data = value.as_mut_ptr().cast();
    let fd = socket.as_fd().as_raw_fd();
    // SAFETY: the request names an ethtool_value, and both live until the call returns.
    check(unsafe { libc::ioctl(fd, SIOCETHTOOL as _, &raw mut request) }).map(drop)
}

/// Waits until one of the descriptors can be read, at most `within` (ppoll(2)).
/// Returns which can; none after `within` or a signal.
pub(crate) fn readable<const N: usize>(
    fds: [BorrowedFd<'_>; N],
    within: Option<Duration>,
) -> io::Result<[bool; N]> {
    let mut polled = fds.map(|fd| libc::pollfd {
        fd: fd.as_raw_fd(),
        events: libc::POLLIN,
        revents: 0,
    });
    let within = within.map(|time| libc::timespec {
        tv_sec: time.as_secs() as _,
        tv_nsec: time.subsec_nanos() as _,
    });
    let time = within
        .as_ref()
        .map_or(std::ptr::null(), |time| &raw const *time);
    let count = N as libc::nfds_t;
    // SAFETY: `polled` has N entries, `time` is null or points to a timespec, and all live until
    // the call returns; the descriptors are open while they are borrowed.
    let result = unsafe { libc::ppoll(polled.as_mut_ptr(), count, time, std::ptr::null()) };
    match check(result) {
        Ok(_) => Ok(polled.map(|p| p.revents != 0)),
        Err(e) if e.kind() == io::ErrorKind::Interrupted => Ok([false; N]),
        Err(e) => Err(e),
    }
}

/// Sends a signal to a process, or with a negative number to a process group (kill(2)).
pub(crate) fn signal(process: i32, signal: c_int) -> io::Result<()> {
    // SAFETY: kill takes numbers and touches no memory.
    check(unsafe { libc::kill(process, signal) }).map(drop)
}

fn check(result: c_int) -> io::Result<c_int> {
    if result == -1 {
        Err(io::Error::last_os_error())
    } else {
        Ok(result)
    }
}
