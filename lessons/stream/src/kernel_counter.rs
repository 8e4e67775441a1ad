//! What the kernel knows of segments: how many, and how long at most.

use std::net::TcpStream;

/// Segments with data, over all connections, or `None` where the system does
/// not tell: TCPOrigDataSent in /proc/net/netstat.
///
/// Other programs on this machine count too, so a difference between two
/// readings is an upper limit for what happened in between.
#[cfg(target_os = "linux")]
pub fn data_segments() -> Option<u64> {
    let table = std::fs::read_to_string("/proc/net/netstat").ok()?;
    // Two lines a group: one with the names, one with the numbers.
    let mut group = table.lines().filter(|row| row.starts_with("TcpExt:"));
    let names = group.next()?.split_whitespace();
    let numbers = group.next()?.split_whitespace();
    let mut counters = names.zip(numbers);
    let (_, number) = counters.find(|(name, _)| *name == "TCPOrigDataSent")?;
    number.parse().ok()
}

/// Other systems do not show this counter as a file.
#[cfg(not(target_os = "linux"))]
pub fn data_segments() -> Option<u64> {
    None
}

/// The most bytes that a segment of this connection carries, or `None`
/// where the system does not tell: TCP_MAXSEG, see tcp(7).
#[cfg(unix)]
pub fn longest_segment(connection: &TcpStream) -> Option<u32> {
    socket2::SockRef::from(connection).tcp_mss().ok()
}

/// Other systems do not have this option.
#[cfg(not(unix))]
pub fn longest_segment(_connection: &TcpStream) -> Option<u32> {
    None
}
