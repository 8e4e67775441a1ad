//! The state of sockets, as the kernel tells it: sock_diag(7) and TCP_INFO (tcp(7)).

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

#[cfg(target_os = "linux")]
pub use crate::inet_diag::{connection, connection_info, drops, sockets, tcp_info};

/// Says that this system is not asked.
///
/// # Errors
/// Always: `Unsupported`.
#[cfg(not(target_os = "linux"))]
pub fn sockets() -> std::io::Result<Vec<Socket>> {
    Err(std::io::ErrorKind::Unsupported.into())
}

/// Says that this system is not asked.
///
/// # Errors
/// Always: `Unsupported`.
#[cfg(not(target_os = "linux"))]
pub fn connection(_: SocketAddr, _: SocketAddr) -> std::io::Result<Option<Socket>> {
    Err(std::io::ErrorKind::Unsupported.into())
}

/// Says that this system is not asked.
///
/// # Errors
/// Always: `Unsupported`.
#[cfg(not(target_os = "linux"))]
pub fn connection_info(_: SocketAddr, _: SocketAddr) -> std::io::Result<Option<(Socket, TcpInfo)>> {
    Err(std::io::ErrorKind::Unsupported.into())
}

/// Says that this system is not asked.
///
/// # Errors
/// Always: `Unsupported`.
#[cfg(not(target_os = "linux"))]
pub fn drops<S>(_: &S) -> std::io::Result<u32> {
    Err(std::io::ErrorKind::Unsupported.into())
}

/// A socket of a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Socket {
    /// TCP or UDP.
    pub protocol: Protocol,
    /// Its state.
    pub state: State,
    /// Its own address; unspecified if bound to all.
    pub local: SocketAddr,
    /// Port 0 if it has none.
    pub peer: SocketAddr,
    /// Bytes received and not read; of a listening socket, connections not accepted.
    pub receive_queue: u32,
    /// Bytes written and not acknowledged; of a listening socket, its backlog.
    pub send_queue: u32,
    /// What the socket waits for, if a timer runs.
    pub timer: Option<Timer>,
    /// How often the oldest unacknowledged segment, or the probe, has been sent again.
    pub retransmits: u8,
    /// The number of the socket's file; 0 if no program holds it: not accepted yet, closed by its
    /// program, or in TIME_WAIT.
    pub inode: u32,
    /// The user that owns it.
    pub uid: u32,
}

/// The transport protocol of a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Protocol {
    Tcp,
    Udp,
}

/// The state of a socket (RFC 9293 section 3.3.2; the numbers are those of linux/tcp_states.h).
///
/// UDP sockets have only `Established` (connected) and `Close` (not connected).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum State {
    Established,
    SynSent,
    SynRecv,
    FinWait1,
    FinWait2,
    TimeWait,
    Close,
    CloseWait,
    LastAck,
    Listen,
    Closing,
    /// A number this crate does not know.
    Other(u8),
}

/// A running timer of a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timer {
    /// What it is for.
    pub kind: TimerKind,
    /// Until it fires.
    pub left: Duration,
}

/// What a timer is for (idiag_timer, sock_diag(7)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimerKind {
    /// To send again what is not acknowledged, or to probe for its loss.
    Retransmit,
    /// To send a keep-alive; the kernel uses it for orphans in FIN_WAIT2 too.
    KeepAlive,
    /// To leave TIME_WAIT.
    TimeWait,
    /// To probe a window of zero.
    Persist,
    /// A number this crate does not know.
    Other(u8),
}

/// What the kernel knows of a TCP connection (`struct tcp_info` of linux/tcp.h).
///
/// The fields that are options came after Linux 2.6: None if this kernel did not return them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TcpInfo {
    /// Never `TimeWait`: the socket's file then says `Close`. Ask [`sockets`] for that.
    pub state: Option<State>,
    /// Timeouts in a row without an acknowledgment.
    pub retransmits: u8,
    /// Unanswered window or keep-alive probes.
    pub probes: u8,
    /// Doublings of the retransmission timeout.
    pub backoff: u8,
    /// Retransmission timeout.
    pub rto: Duration,
    /// Largest segment it sends, in bytes.
    pub send_mss: u32,
    /// Segments not acknowledged; of a listening socket, connections not accepted.
    pub unacked: u32,
    /// Segments acknowledged selectively; of a listening socket, its backlog.
    pub sacked: u32,
    /// Segments taken for lost.
    pub lost: u32,
    /// Smoothed round trip time (RFC 6298).
    pub rtt: Duration,
    /// Its variation (RFC 6298).
    pub rtt_variation: Duration,
    /// Slow start threshold, in segments.
    pub slow_start_threshold: u32,
    /// Congestion window, in segments.
    pub congestion_window: u32,
    /// Segments sent again since the start.
    pub total_retransmits: u32,
    /// Bytes the peer has acknowledged (Linux 4.1).
    pub bytes_acked: Option<u64>,
    /// Bytes received and acknowledged (Linux 4.1).
    pub bytes_received: Option<u64>,
    /// Segments sent (Linux 4.2).
    pub segments_out: Option<u32>,
    /// Segments received (Linux 4.2).
    pub segments_in: Option<u32>,
    /// Bytes written and never sent yet (Linux 4.6).
    pub not_sent_bytes: Option<u32>,
    /// Smallest round trip time (Linux 4.6).
    pub min_rtt: Option<Duration>,
    /// Bytes of data sent, those sent again included (Linux 4.19).
    pub bytes_sent: Option<u64>,
    /// Bytes of data sent again (Linux 4.19).
    pub bytes_retransmitted: Option<u64>,
    /// Window the peer has offered, in bytes (Linux 5.4).
    pub send_window: Option<u32>,
    /// Window offered to the peer, in bytes (Linux 6.2).
    pub receive_window: Option<u32>,
    /// Retransmission timeouts since the start (Linux 6.7).
    pub total_timeouts: Option<u16>,
}

impl State {
    /// From the number the kernel uses.
    pub fn from_number(number: u8) -> State {
        match number {
            1 => State::Established,
            2 => State::SynSent,
            // 12 is NEW_SYN_RECV, which sock_diag shows as 3.
            3 | 12 => State::SynRecv,
            4 => State::FinWait1,
            5 => State::FinWait2,
            6 => State::TimeWait,
            7 => State::Close,
            8 => State::CloseWait,
            9 => State::LastAck,
            10 => State::Listen,
            11 => State::Closing,
            other => State::Other(other),
        }
    }
}

impl TcpInfo {
    /// Reads the bytes that `getsockopt(TCP_INFO)` returned, as many as they are.
    pub fn from_bytes(bytes: &[u8]) -> TcpInfo {
        let byte = |at: usize| bytes.get(at).copied();
        let half = |at: usize| Some(u16::from_ne_bytes(*bytes.get(at..)?.first_chunk()?));
        let word = |at: usize| Some(u32::from_ne_bytes(*bytes.get(at..)?.first_chunk()?));
        let long = |at: usize| Some(u64::from_ne_bytes(*bytes.get(at..)?.first_chunk()?));
        let old = |at| word(at).unwrap_or(0);
        let micros = |value: u32| Duration::from_micros(value.into());
        TcpInfo {
            state: byte(0).map(State::from_number),
            retransmits: byte(2).unwrap_or(0),
            probes: byte(3).unwrap_or(0),
            backoff: byte(4).unwrap_or(0),
            rto: micros(old(8)),
            send_mss: old(16),
            unacked: old(24),
            sacked: old(28),
            lost: old(32),
            rtt: micros(old(68)),
            rtt_variation: micros(old(72)),
            slow_start_threshold: old(76),
            congestion_window: old(80),
            total_retransmits: old(100),
            bytes_acked: long(120),
            bytes_received: long(128),
            segments_out: word(136),
            segments_in: word(140),
            not_sent_bytes: word(144),
            min_rtt: word(148).map(micros),
            bytes_sent: long(200),
            bytes_retransmitted: long(208),
            send_window: word(228),
            receive_window: word(232),
            total_timeouts: half(240),
        }
    }
}

impl fmt::Display for State {
    /// The name that netstat(8) prints: what is FIN_WAIT1 there is FIN-WAIT-1 in RFC 9293.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            State::Established => "ESTABLISHED",
            State::SynSent => "SYN_SENT",
            State::SynRecv => "SYN_RECV",
            State::FinWait1 => "FIN_WAIT1",
            State::FinWait2 => "FIN_WAIT2",
            State::TimeWait => "TIME_WAIT",
            State::Close => "CLOSE",
            State::CloseWait => "CLOSE_WAIT",
            State::LastAck => "LAST_ACK",
            State::Listen => "LISTEN",
            State::Closing => "CLOSING",
            State::Other(number) => return write!(f, "state {number}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_past_the_returned_length_are_none() {
        let mut bytes = vec![0u8; 240];
        bytes[0] = 1;
        bytes[8..12].copy_from_slice(&204_000u32.to_ne_bytes());
        bytes[228..232].copy_from_slice(&65_535u32.to_ne_bytes());
        let whole = TcpInfo::from_bytes(&bytes);
        assert_eq!(whole.state, Some(State::Established));
        assert_eq!(whole.rto, Duration::from_millis(204));
        assert_eq!(whole.send_window, Some(65_535));
        assert_eq!(whole.total_timeouts, None);
        let old = TcpInfo::from_bytes(&bytes[..104]);
        assert_eq!(
            (old.rto, old.bytes_acked, old.send_window),
            (whole.rto, None, None)
        );
        assert_eq!(TcpInfo::from_bytes(&[]), TcpInfo::default());
    }
}
