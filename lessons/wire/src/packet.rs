//! A packet as the wire saw it: when, from which side, what it says, and what became of it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::decode::{Decoded, Icmp, Tcp, Transport, Udp};
use crate::flow::{Identity, Kind};

/// One packet in the wire's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet {
    /// Number in the order in which the wire saw the packets, from 1; forged packets count too.
    pub n: u64,
    /// Time since the lab was built, by the kernel's receive timestamp (SO_TIMESTAMPNS, socket(7)).
    /// A forged packet carries the time of its injection.
    pub at: Duration,
    /// The host that sent it; for a forged packet, the side it comes from as the receiver sees it.
    pub from: Side,
    /// What the wire did with it.
    pub fate: Fate,
    /// True for a packet that was held, also after its release has given it another fate.
    pub held: bool,
    /// The rule that decided, as it was written; "cut" if the cable is cut, "function" for one
    /// given to [`decide`](crate::Wire::decide).
    pub rule: Option<Arc<str>>,
    /// The bytes as they were sent, from the IP header on.
    pub bytes: Arc<[u8]>,
    /// The bytes as they were delivered, if the wire changed them.
    pub altered: Option<Arc<[u8]>>,
    /// When the copies left the wire for the other side: none if dropped, two if duplicated.
    pub delivered: Vec<Duration>,
    /// Which packet of which conversation it is, counted by content.
    pub identity: Identity,
    /// What the headers say; None if they are not those of an IP packet.
    pub decoded: Option<Decoded>,
}

/// One of the two hosts, and with it one end of the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Side {
    /// Host A, 10.0.0.1 and fd00::1.
    A,
    /// Host B, 10.0.0.2 and fd00::2.
    B,
}

/// What became of a packet on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Delivered as it was, after the wire's latency.
    Passed,
    /// Never delivered.
    Dropped,
    /// Delivered this much later than the latency alone would have it.
    Delayed(Duration),
    /// Delivered twice.
    Duplicated,
    /// Waiting for [`release`](crate::Wire::release).
    Held,
    /// Delivered after the next packet of the same direction.
    Reordered,
    /// Delivered with one bit flipped.
    Corrupted,
    /// Other bytes were delivered in its place.
    Replaced,
    /// Made by the wire; no host sent it.
    Forged,
}

impl Packet {
    /// The TCP header, if this is a TCP segment.
    pub fn tcp(&self) -> Option<&Tcp> {
        match &self.decoded.as_ref()?.transport {
            Transport::Tcp(tcp) => Some(tcp),
            _ => None,
        }
    }

    /// Whether this segment takes a place in the stream that was sent before: its SYN, its FIN or
    /// its data. An acknowledgment takes none, and a probe is meant to.
    pub fn is_sent_again(&self) -> bool {
        let takes = [Kind::Syn, Kind::SynAck, Kind::Data, Kind::Fin];
        self.identity.transmission > 1 && takes.contains(&self.identity.kind)
    }

    /// The UDP header, if this is a UDP datagram or its first fragment.
    pub fn udp(&self) -> Option<&Udp> {
        match &self.decoded.as_ref()?.transport {
            Transport::Udp(udp) => Some(udp),
            _ => None,
        }
    }

    /// The ICMP or ICMPv6 message, if this is one.
    pub fn icmp(&self) -> Option<&Icmp> {
        match &self.decoded.as_ref()?.transport {
            Transport::Icmp(icmp) => Some(icmp),
            _ => None,
        }
    }

    /// The bytes after the transport header; empty for anything but TCP and UDP.
    pub fn payload(&self) -> &[u8] {
        let Some(decoded) = &self.decoded else {
            return &[];
        };
        self.bytes.get(decoded.payload.clone()).unwrap_or(&[])
    }

    /// True for a SYN without ACK: the first segment of a connection, or that again.
    pub fn is_syn(&self) -> bool {
        self.tcp().is_some_and(|t| t.flags.syn && !t.flags.ack)
    }

    /// True for a segment with SYN and ACK.
    pub fn is_syn_ack(&self) -> bool {
        self.tcp().is_some_and(|t| t.flags.syn && t.flags.ack)
    }

    /// True for a TCP segment that carries data.
    pub fn is_data(&self) -> bool {
        self.tcp().is_some_and(|t| t.payload_len > 0)
    }

    /// True for a segment with ACK and nothing else: no data, no SYN, FIN or RST.
    pub fn is_pure_ack(&self) -> bool {
        self.tcp().is_some_and(|t| {
            t.flags.ack && !t.flags.syn && !t.flags.fin && !t.flags.rst && t.payload_len == 0
        })
    }

    /// True for a TCP segment with FIN.
    pub fn is_fin(&self) -> bool {
        self.tcp().is_some_and(|t| t.flags.fin)
    }

    /// True for a TCP segment with RST.
    pub fn is_rst(&self) -> bool {
        self.tcp().is_some_and(|t| t.flags.rst)
    }

    /// What became of it, in words; a packet that was held says so after its release, too.
    pub fn fate_in_words(&self) -> String {
        match self.held && self.fate != Fate::Held {
            true => format!("held, then {}", self.fate),
            false => self.fate.to_string(),
        }
    }

    /// True if nothing more can happen to it: it is neither held nor still on its way.
    pub fn is_settled(&self) -> bool {
        let copies = match self.fate {
            Fate::Held => return false,
            Fate::Dropped => 0,
            Fate::Duplicated => 2,
            _ => 1,
        };
        self.delivered.len() >= copies
    }
}

impl Side {
    /// The other side.
    pub fn other(self) -> Side {
        match self {
            Side::A => Side::B,
            Side::B => Side::A,
        }
    }

    pub(crate) fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Side::A => "A",
            Side::B => "B",
        })
    }
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fate::Passed => f.write_str("passed"),
            Fate::Dropped => f.write_str("dropped"),
            Fate::Delayed(by) => write!(f, "delayed by {} ms", by.as_millis()),
            Fate::Duplicated => f.write_str("duplicated"),
            Fate::Held => f.write_str("held"),
            Fate::Reordered => f.write_str("reordered"),
            Fate::Corrupted => f.write_str("corrupted"),
            Fate::Replaced => f.write_str("replaced"),
            Fate::Forged => f.write_str("forged"),
        }
    }
}

impl fmt::Display for Packet {
    /// One ASCII line: number, seconds, direction, headers, fate.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (n, at, from, to) = (self.n, self.at.as_secs_f64(), self.from, self.from.other());
        write!(f, "{n:>3} {at:>9.6} {from}->{to} ")?;
        match &self.decoded {
            Some(decoded) => write!(f, "{decoded}")?,
            None => write!(f, "{} bytes that are no IP packet", self.bytes.len())?,
        }
        write!(f, " {}", self.fate)
    }
}
