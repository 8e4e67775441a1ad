//! From the bytes of an IP packet to what its headers say. Reads anything, panics at nothing.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::ops::Range;

use etherparse::{Ipv6ExtensionSlice, LaxIpSlice, TcpHeaderSlice, TcpOptionElement};

use crate::checksum::checksum;

/// The headers of one IP packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// Source address of the IP header.
    pub source: IpAddr,
    /// Destination address of the IP header.
    pub destination: IpAddr,
    /// Time to live (IPv4) or hop limit (IPv6), in hops.
    pub ttl: u8,
    /// The IP protocol number of the transport (IANA "Protocol Numbers").
    pub protocol: u8,
    /// Which part of a datagram this is, if it was fragmented.
    pub fragment: Option<Fragment>,
    /// What the transport header says.
    pub transport: Transport,
    /// Whether the checksums are right: that of the IPv4 header and that of the transport.
    pub checksum: Checksum,
    /// Where in the packet the payload of TCP or UDP lies.
    pub payload: Range<usize>,
}

/// The place of a fragment in its datagram (RFC 791 section 3.1, RFC 8200 section 4.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fragment {
    /// The identification all fragments of a datagram share.
    pub id: u32,
    /// Offset in bytes, not in units of eight.
    pub offset: u32,
    /// Bytes of the datagram in this packet.
    pub length: usize,
    /// True for all but the last.
    pub more: bool,
}

/// The transport header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transport {
    /// A TCP segment (RFC 9293).
    Tcp(Tcp),
    /// A UDP datagram (RFC 768), whole or the first fragment.
    Udp(Udp),
    /// An ICMP (RFC 792) or ICMPv6 (RFC 4443) message.
    Icmp(Icmp),
    /// An IGMP message and its type (RFC 3376: 0x22 is a version 3 report).
    Igmp(u8),
    /// Anything else: another protocol, a later fragment, or a header cut short.
    Other,
}

/// A TCP header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tcp {
    /// Port of the sender.
    pub source_port: u16,
    /// Port of the receiver.
    pub destination_port: u16,
    /// The flags.
    pub flags: Flags,
    /// Sequence number as sent.
    pub seq: u32,
    /// Acknowledgment number as sent; means nothing without the ACK flag.
    pub ack: u32,
    /// `seq` minus the initial sequence number of this direction. Known on the wire only.
    pub relative_seq: Option<u32>,
    /// `ack` minus the initial sequence number of the other direction. Known on the wire only.
    pub relative_ack: Option<u32>,
    /// Window field as sent, not scaled.
    pub window: u16,
    /// Window in bytes, after the scale both SYNs agreed on (RFC 7323). Known on the wire only.
    pub window_bytes: Option<u32>,
    /// Bytes of data.
    pub payload_len: usize,
    /// The options.
    pub options: TcpOptions,
}

/// The flags of a TCP header (RFC 9293 section 3.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Flags {
    pub syn: bool,
    pub ack: bool,
    pub fin: bool,
    pub rst: bool,
    pub psh: bool,
    pub urg: bool,
    pub ece: bool,
    pub cwr: bool,
}

/// The TCP options the wire reads; unknown ones are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TcpOptions {
    /// Maximum segment size in bytes (RFC 9293 section 3.7.1).
    pub mss: Option<u16>,
    /// Shift of the window field (RFC 7323 section 2).
    pub window_scale: Option<u8>,
    /// SACK permitted (RFC 2018 section 2).
    pub sack_permitted: bool,
    /// SACK blocks: left and right edge as sent (RFC 2018 section 3).
    pub sack: Vec<(u32, u32)>,
    /// Timestamp value and echo reply (RFC 7323 section 3).
    pub timestamp: Option<(u32, u32)>,
}

/// A UDP header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Udp {
    /// Port of the sender.
    pub source_port: u16,
    /// Port of the receiver.
    pub destination_port: u16,
    /// Bytes of data by the header's length field; a first fragment carries fewer.
    pub payload_len: usize,
}

/// An ICMP or ICMPv6 message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Icmp {
    /// Type field.
    pub kind: u8,
    /// Code field.
    pub code: u8,
    /// The start of the packet the message is about, if it is an error.
    pub quoted: Option<Quoted>,
}

/// The packet quoted in an ICMP error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quoted {
    /// IP protocol number.
    pub protocol: u8,
    /// Sender of the quoted packet; port 0 if the protocol has none.
    pub source: SocketAddr,
    /// Receiver of the quoted packet; port 0 if the protocol has none.
    pub destination: SocketAddr,
}

/// Whether the checksums of a packet are right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checksum {
    /// All that can be checked are right.
    Good,
    /// That of the IPv4 header or that of the transport is wrong.
    Bad,
    /// A fragment, a packet cut short or an unknown protocol: the sum covers bytes not seen here.
    Unchecked,
}

/// Why bytes could not be read as an IP packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError(String);

/// Reads the headers of the IP packet in `bytes`.
///
/// # Errors
/// The first header is not one of IPv4 or IPv6, or is cut short.
/// Whatever is wrong further in only makes the transport [`Transport::Other`].
pub fn decode(bytes: &[u8]) -> Result<Decoded, DecodeError> {
    let (ip, _) = LaxIpSlice::from_slice(bytes).map_err(|e| DecodeError(e.to_string()))?;
    let content = ip.payload();
    let (ttl, fragment) = match &ip {
        LaxIpSlice::Ipv4(v4) => (v4.header().ttl(), ipv4_fragment(v4)),
        LaxIpSlice::Ipv6(v6) => (v6.header().hop_limit(), ipv6_fragment(v6)),
    };
    let whole = fragment.is_none() && !content.incomplete;
    let first = fragment.is_none_or(|f| f.offset == 0);
    let mut decoded = Decoded {
        source: ip.source_addr(),
        destination: ip.destination_addr(),
        ttl,
        protocol: content.ip_number.0,
        fragment,
        transport: Transport::Other,
        checksum: Checksum::Unchecked,
        payload: 0..0,
    };
    let (transport, header_len) = match first {
        true => transport(decoded.protocol, content.payload, content.incomplete),
        false => (Transport::Other, 0),
    };
    decoded.transport = transport;
    if matches!(decoded.transport, Transport::Tcp(_) | Transport::Udp(_)) {
        let start = content.payload.as_ptr() as usize - bytes.as_ptr() as usize;
        let end = (start + content.payload.len()).min(bytes.len());
        decoded.payload = (start + header_len).min(end)..end;
    }
    decoded.checksum = checksum(&ip, &decoded, content.payload, whole);
    Ok(decoded)
}

impl Decoded {
    /// Source address and port; port 0 if the protocol has none.
    pub fn source(&self) -> SocketAddr {
        SocketAddr::new(self.source, self.ports().0)
    }

    /// Destination address and port; port 0 if the protocol has none.
    pub fn destination(&self) -> SocketAddr {
        SocketAddr::new(self.destination, self.ports().1)
    }

    fn ports(&self) -> (u16, u16) {
        match &self.transport {
            Transport::Tcp(t) => (t.source_port, t.destination_port),
            Transport::Udp(u) => (u.source_port, u.destination_port),
            _ => (0, 0),
        }
    }
}

impl Tcp {
    /// The sequence number after this segment: SYN and FIN count as one byte each.
    pub fn next_seq(&self) -> u32 {
        let phantom = u32::from(self.flags.syn) + u32::from(self.flags.fin);
        self.seq
            .wrapping_add(self.payload_len as u32)
            .wrapping_add(phantom)
    }
}

fn ipv4_fragment(v4: &etherparse::LaxIpv4Slice<'_>) -> Option<Fragment> {
    let header = v4.header();
    header.is_fragmenting_payload().then(|| Fragment {
        id: header.identification().into(),
        offset: u32::from(header.fragments_offset().value()) * 8,
        length: v4.payload().payload.len(),
        more: header.more_fragments(),
    })
}

fn ipv6_fragment(v6: &etherparse::LaxIpv6Slice<'_>) -> Option<Fragment> {
    v6.extensions()
        .clone()
        .into_iter()
        .find_map(|extension| match extension {
            Ipv6ExtensionSlice::Fragment(f) => Some(Fragment {
                id: f.identification(),
                offset: u32::from(f.fragment_offset().value()) * 8,
                length: v6.payload().payload.len(),
                more: f.more_fragments(),
            }),
            _ => None,
        })
}

/// The transport header at the start of `content`, and its length in bytes.
fn transport(protocol: u8, content: &[u8], cut: bool) -> (Transport, usize) {
    match protocol {
        6 => match TcpHeaderSlice::from_slice(content) {
            Ok(header) => {
                let len = header.slice().len();
                (Transport::Tcp(tcp(&header, content.len() - len)), len)
            }
            Err(_) => (Transport::Other, 0),
        },
        17 => match (word(content, 0), word(content, 2), word(content, 4)) {
            (Some(source_port), Some(destination_port), Some(len)) if content.len() >= 8 => {
                let payload_len = usize::from(len.saturating_sub(8));
                let udp = Udp {
                    source_port,
                    destination_port,
                    payload_len,
                };
                (Transport::Udp(udp), 8)
            }
            _ => (Transport::Other, 0),
        },
        1 | 58 => match (content.first(), content.get(1)) {
            (Some(&kind), Some(&code)) if content.len() >= 8 || cut => {
                let error = if protocol == 1 {
                    matches!(kind, 3 | 4 | 5 | 11 | 12)
                } else {
                    kind < 128
                };
                let quoted = if error {
                    content.get(8..).and_then(quoted)
                } else {
                    None
                };
                (Transport::Icmp(Icmp { kind, code, quoted }), 8)
            }
            _ => (Transport::Other, 0),
        },
        2 => match content.first() {
            Some(&kind) => (Transport::Igmp(kind), 8),
            None => (Transport::Other, 0),
        },
        _ => (Transport::Other, 0),
    }
}

fn tcp(header: &TcpHeaderSlice<'_>, payload_len: usize) -> Tcp {
    let mut options = TcpOptions::default();
    for option in header.options_iterator().flatten() {
        match option {
            TcpOptionElement::MaximumSegmentSize(mss) => options.mss = Some(mss),
            TcpOptionElement::WindowScale(shift) => options.window_scale = Some(shift),
            TcpOptionElement::SelectiveAcknowledgementPermitted => options.sack_permitted = true,
            TcpOptionElement::SelectiveAcknowledgement(first, more) => {
                options.sack.push(first);
                options.sack.extend(more.into_iter().flatten());
            }
            TcpOptionElement::Timestamp(value, echo) => options.timestamp = Some((value, echo)),
            TcpOptionElement::Noop => {}
        }
    }
    Tcp {
        source_port: header.source_port(),
        destination_port: header.destination_port(),
        flags: Flags {
            syn: header.syn(),
            ack: header.ack(),
            fin: header.fin(),
            rst: header.rst(),
            psh: header.psh(),
            urg: header.urg(),
            ece: header.ece(),
            cwr: header.cwr(),
        },
        seq: header.sequence_number(),
        ack: header.acknowledgment_number(),
        relative_seq: None,
        relative_ack: None,
        window: header.window_size(),
        window_bytes: None,
        payload_len,
        options,
    }
}

/// Addresses and ports of a quoted packet; it may end after eight bytes of transport header.
fn quoted(bytes: &[u8]) -> Option<Quoted> {
    let (ip, _) = LaxIpSlice::from_slice(bytes).ok()?;
    let content = ip.payload();
    let ported = matches!(content.ip_number.0, 6 | 17);
    let port = |at| {
        if ported {
            word(content.payload, at).unwrap_or(0)
        } else {
            0
        }
    };
    Some(Quoted {
        protocol: content.ip_number.0,
        source: SocketAddr::new(ip.source_addr(), port(0)),
        destination: SocketAddr::new(ip.destination_addr(), port(2)),
    })
}

/// Two bytes in network order.
pub(crate) fn word(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]))
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not an IP packet: {}", self.0)
    }
}

impl std::error::Error for DecodeError {}
