//! How many datagrams the kernel dropped because a socket's queue was full.

/// Datagrams that the UDP socket on this port has lost, or `None` where the
/// system does not tell: the last column of /proc/net/udp, see proc(5).
#[cfg(target_os = "linux")]
pub fn drops(port: u16) -> Option<u64> {
    // The second column is the local address, as in `0100007F:A1B2`.
    let port = format!(":{port:04X}");
    let table = std::fs::read_to_string("/proc/net/udp").ok()?;
    let mut rows = table.lines().map(|row| row.split_whitespace());
    let mut row = rows.find(|row| {
        let local = row.clone().nth(1);
        local.is_some_and(|address| address.ends_with(&port))
    })?;
    row.next_back()?.parse().ok()
}

/// Other systems do not show this counter by socket.
#[cfg(not(target_os = "linux"))]
pub fn drops(_port: u16) -> Option<u64> {
    None
}
