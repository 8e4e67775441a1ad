//! Packets made by hand, with right checksums, as bytes for [`Wire::inject`](crate::Wire::inject).

use std::io;
use std::net::{IpAddr, SocketAddr};

use etherparse::{PacketBuilder, TcpHeader};

use crate::packet::{Packet, Side};

/// The fields of a TCP segment to forge; the default has port 0, no flags and no data.
#[derive(Clone, Debug)]
pub struct Segment<'a> {
    /// Whom it claims to come from.
    pub source: SocketAddr,
    /// Whom it is for.
    pub destination: SocketAddr,
    /// Sequence number.
    pub seq: u32,
    /// Acknowledgment number; Some sets the ACK flag.
    pub ack: Option<u32>,
    /// The SYN flag.
    pub syn: bool,
    /// The FIN flag.
    pub fin: bool,
    /// The RST flag.
    pub rst: bool,
    /// Window field, not scaled.
    pub window: u16,
    /// The data.
    pub payload: &'a [u8],
}

/// The bytes of a TCP segment.
///
/// # Errors
/// `InvalidInput` if one address is IPv4 and the other IPv6, or the payload is too long.
pub fn tcp(segment: &Segment<'_>) -> io::Result<Vec<u8>> {
    let (from, to) = (segment.source, segment.destination);
    let mut header = TcpHeader::new(from.port(), to.port(), segment.seq, segment.window);
    header.ack = segment.ack.is_some();
    header.acknowledgment_number = segment.ack.unwrap_or(0);
    (header.syn, header.fin, header.rst) = (segment.syn, segment.fin, segment.rst);
    header.psh = !segment.payload.is_empty();
    let mut bytes = Vec::new();
    let written = match (from.ip(), to.ip()) {
        (IpAddr::V4(from), IpAddr::V4(to)) => PacketBuilder::ipv4(from.octets(), to.octets(), 64)
            .tcp_header(header)
            .write(&mut bytes, segment.payload),
        (IpAddr::V6(from), IpAddr::V6(to)) => PacketBuilder::ipv6(from.octets(), to.octets(), 64)
            .tcp_header(header)
            .write(&mut bytes, segment.payload),
        _ => return Err(mixed()),
    };
    written.map_err(|e| io::Error::new(io::ErrorKind::InvalidInput, e.to_string()))?;
    Ok(bytes)
}

/// The bytes of a UDP datagram.
///
/// # Errors
/// `InvalidInput` if one address is IPv4 and the other IPv6, or the payload is too long.
pub fn udp(source: SocketAddr, destination: SocketAddr, payload: &[u8]) -> io::Result<Vec<u8>> {
    let (from_port, to_port) = (source.port(), destination.port());
    let mut bytes = Vec::new();
    let written = match (source.ip(), destination.ip()) {
        (IpAddr::V4(from), IpAddr::V4(to)) => PacketBuilder::ipv4(from.octets(), to.octets(), 64)
            .udp(from_port, to_port)
            .write(&mut bytes, payload),
        (IpAddr::V6(from), IpAddr::V6(to)) => PacketBuilder::ipv6(from.octets(), to.octets(), 64)
            .udp(from_port, to_port)
            .write(&mut bytes, payload),
        _ => return Err(mixed()),
    };
    written.map_err(|e| io::Error::new(io::ErrorKind::InvalidInput, e.to_string()))?;
    Ok(bytes)
}

/// A RST to host `to` that claims to come from its peer in the conversation of `like`.
///
/// With `seq_offset` 0 its sequence number is the one `to` expects next, judging by `like`: the
/// end of `like` if that went to `to`, its acknowledgment number if `to` sent it. RFC 5961
/// section 3.2 wants such a RST believed, one with another number inside the window answered by a
/// challenge ACK, and one outside ignored. A SYN sent by `to` is refused as a closed port would
/// (RFC 9293 section 3.5.2): with RST and ACK, and the offset in the acknowledgment number.
///
/// # Errors
/// `InvalidInput` if `like` is no TCP segment, or was sent by `to` and acknowledges nothing.
pub fn rst(to: Side, like: &Packet, seq_offset: i32) -> io::Result<Vec<u8>> {
    let unusable = |why: &str| io::Error::new(io::ErrorKind::InvalidInput, why);
    let (Some(segment), Some(decoded)) = (like.tcp(), &like.decoded) else {
        return Err(unusable("a RST can only be forged after a TCP segment"));
    };
    let (source, destination, exact) = if like.from == to {
        if segment.flags.syn && !segment.flags.ack {
            let ack = Some(segment.next_seq().wrapping_add_signed(seq_offset));
            let (source, destination) = (decoded.destination(), decoded.source());
            return tcp(&Segment {
                source,
                destination,
                ack,
                rst: true,
                ..Segment::default()
            });
        }
        if !segment.flags.ack {
            return Err(unusable("this segment acknowledges nothing"));
        }
        (decoded.destination(), decoded.source(), segment.ack)
    } else {
        (decoded.source(), decoded.destination(), segment.next_seq())
    };
    let seq = exact.wrapping_add_signed(seq_offset);
    tcp(&Segment {
        source,
        destination,
        seq,
        rst: true,
        ..Segment::default()
    })
}

impl Default for Segment<'_> {
    fn default() -> Self {
        let nowhere = SocketAddr::from(([0, 0, 0, 0], 0));
        Segment {
            source: nowhere,
            destination: nowhere,
            seq: 0,
            ack: None,
            syn: false,
            fin: false,
            rst: false,
            window: 0,
            payload: &[],
        }
    }
}

fn mixed() -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidInput,
        "one address is IPv4, the other IPv6",
    )
}
