//! What waits in the kernel for one side of a connection.

use std::net::SocketAddr;

/// The two queues of a connected TCP socket, in bytes.
pub struct Queues {
    /// Sent or waiting to be sent, and not yet acknowledged.
    pub unacknowledged: u64,
    /// Received, and not yet read by the program.
    pub unread: u64,
}

/// The queues of the socket at `local` that is connected to `peer`, or
/// `None` where the system does not tell: /proc/net/tcp, see proc(5).
#[cfg(target_os = "linux")]
pub fn queues(local: SocketAddr, peer: SocketAddr) -> Option<Queues> {
    let table = std::fs::read_to_string("/proc/net/tcp").ok()?;
    // Columns: number, local address, peer, state, both queues, ...
    let mut rows = table.lines().map(|row| row.split_whitespace());
    let mut row = rows.find(|row| {
        let mut columns = row.clone().skip(1);
        let mut ends_in = |port: u16| {
            let port = format!(":{port:04X}");
            columns.next().is_some_and(|c| c.ends_with(&port))
        };
        ends_in(local.port()) && ends_in(peer.port())
    })?;
    let (sent, received) = row.nth(4)?.split_once(':')?;
    Some(Queues {
        unacknowledged: u64::from_str_radix(sent, 16).ok()?,
        unread: u64::from_str_radix(received, 16).ok()?,
    })
}

/// Other systems do not show this as a file.
#[cfg(not(target_os = "linux"))]
pub fn queues(_local: SocketAddr, _peer: SocketAddr) -> Option<Queues> {
    None
}
