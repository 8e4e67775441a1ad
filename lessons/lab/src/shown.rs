//! A packet of the wire as an event of the kit.

use kit::Sequence;
use std::net::{Ipv4Addr, SocketAddr};
use wire::Packet;
use wire::decode::{Checksum, Decoded, Icmp, Tcp, TcpOptions, Transport};

/// The packet as lessons, ladders and JSON show it.
pub fn shown(packet: &Packet) -> kit::Packet {
    let mut shown = kit::Packet {
        number: packet.n,
        at_us: packet.at.as_micros() as u64,
        from: packet.from.to_string(),
        source: String::new(),
        destination: String::new(),
        protocol: "other".into(),
        flags: String::new(),
        seq: None,
        ack: None,
        window: None,
        length: packet.bytes.len(),
        info: "not an IP packet".into(),
        fate: packet.fate_in_words(),
        rule: packet.rule.as_ref().map(ToString::to_string),
    };
    if let Some(decoded) = &packet.decoded {
        add_headers(&mut shown, decoded, packet);
    }
    shown
}

/// The address with its port, or alone if the packet shows no port: port 0 is
/// no port (RFC 6335 section 6).
fn address(address: SocketAddr) -> String {
    match address.port() {
        0 => address.ip().to_string(),
        _ => address.to_string(),
    }
}

fn add_headers(shown: &mut kit::Packet, decoded: &Decoded, packet: &Packet) {
    shown.source = address(decoded.source());
    shown.destination = address(decoded.destination());
    shown.length = decoded.payload.len();
    let mut info = Vec::new();
    if packet.is_sent_again() {
        info.push("sent again".to_string());
    }
    match &decoded.transport {
        Transport::Tcp(tcp) => {
            shown.protocol = "tcp".into();
            add_tcp(shown, tcp);
            info.extend(options(tcp));
        }
        Transport::Udp(udp) => {
            shown.protocol = "udp".into();
            shown.length = udp.payload_len;
        }
        Transport::Icmp(icmp) => {
            shown.protocol = "icmp".into();
            info.push(meaning(decoded.protocol, icmp));
        }
        Transport::Igmp(_) => {
            shown.protocol = "igmp".into();
            shown.length = 0;
            info.extend(memberships(&packet.bytes));
        }
        // A later fragment shows no header of its transport.
        Transport::Other if decoded.fragment.is_some() => {}
        Transport::Other => {
            info.push(format!("IP protocol {}", decoded.protocol))
        }
    }
    if let Some(part) = decoded.fragment {
        shown.length = part.length;
        if decoded.protocol == 17 {
            shown.protocol = "udp".into();
        }
        let (from, to) = (part.offset, part.offset as usize + part.length);
        let more = if part.more { "more follow" } else { "the last" };
        info.push(format!("fragment: bytes {from} up to {to}, {more}"));
    }
    if decoded.destination.is_multicast() {
        info.push(format!("TTL {}", decoded.ttl));
    }
    if decoded.checksum == Checksum::Bad {
        info.push("its checksum is wrong".into());
    }
    shown.info = info.join("; ");
}

fn add_tcp(shown: &mut kit::Packet, tcp: &Tcp) {
    let flags = &tcp.flags;
    let named = [
        (flags.syn, "SYN"),
        (flags.fin, "FIN"),
        (flags.rst, "RST"),
        (flags.psh, "PSH"),
        (flags.ack, "ACK"),
        (flags.urg, "URG"),
    ];
    let set = named.iter().filter(|(set, _)| *set).map(|(_, name)| *name);
    shown.flags = set.collect::<Vec<_>>().join(", ");
    shown.length = tcp.payload_len;
    shown.seq = Some(Sequence {
        real: tcp.seq,
        relative: tcp.relative_seq,
    });
    shown.ack = flags.ack.then_some(Sequence {
        real: tcp.ack,
        relative: tcp.relative_ack,
    });
    shown.window = Some(tcp.window_bytes.unwrap_or(tcp.window.into()));
}

/// The options in words, those of every segment (the time stamps) left out.
fn options(tcp: &Tcp) -> Option<String> {
    let TcpOptions {
        mss,
        window_scale,
        sack_permitted,
        sack,
        timestamp,
    } = &tcp.options;
    let mut words = Vec::new();
    if let Some(mss) = mss {
        words.push(format!("mss {mss}"));
    }
    if *sack_permitted {
        words.push("SACK permitted".into());
    }
    if tcp.flags.syn && timestamp.is_some() {
        words.push("time stamps".into());
    }
    if let Some(shift) = window_scale {
        words.push(format!("window scale {shift}"));
    }
    let isn = tcp.relative_ack.map_or(0, |ack| tcp.ack.wrapping_sub(ack));
    for (left, right) in sack {
        let (left, right) = (left.wrapping_sub(isn), right.wrapping_sub(isn));
        words.push(format!("SACK {left} to {right}"));
    }
    if tcp.window_bytes == Some(0) && !tcp.flags.rst {
        words.push("window 0".into());
    }
    (!words.is_empty()).then(|| words.join(", "))
}

/// What each record of an IGMPv3 report says (RFC 3376 section 4.2.12), of
/// those without a list of sources.
fn memberships(bytes: &[u8]) -> Option<String> {
    // The length of the IPv4 header, in words of four bytes.
    let header = usize::from(bytes.first()? & 15) * 4;
    let report = bytes.get(header..)?;
    let count = match report.first() {
        Some(0x22) => u16::from_be_bytes([*report.get(6)?, *report.get(7)?]),
        _ => return None,
    };
    let mut said = Vec::new();
    for record in report.get(8..)?.chunks_exact(8).take(count.into()) {
        let [kind, _, sources_1, sources_2, a, b, c, d] = record else {
            break;
        };
        let group = Ipv4Addr::new(*a, *b, *c, *d);
        said.push(match (kind, sources_1, sources_2) {
            (2, 0, 0) => format!("is in {group}"),
            (3, 0, 0) => format!("leaves {group}"),
            (4, 0, 0) => format!("joins {group}"),
            // Where a record lists sources, the next begins elsewhere.
            _ => break,
        });
    }
    (!said.is_empty()).then(|| said.join(", "))
}

/// What a message says of ICMP (protocol 1, RFC 792) or ICMPv6 (protocol 58,
/// RFC 4443).
fn meaning(protocol: u8, icmp: &Icmp) -> String {
    let words = match (protocol, icmp.kind, icmp.code) {
        (1, 3, 3) | (58, 1, 4) => "port unreachable",
        (1, 3, 1) => "host unreachable",
        (1, 3, 4) => "fragmentation needed",
        (1, 3, 13) => "administratively prohibited",
        (1, 8, _) | (58, 128, _) => "echo request",
        (1, 0, _) | (58, 129, _) => "echo reply",
        (1, 11, _) | (58, 3, _) => "time exceeded",
        _ => return format!("type {}, code {}", icmp.kind, icmp.code),
    };
    words.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An IPv4 header of 24 bytes, as IGMP has it with its router alert, and
    /// a report with these records: kind, number of sources, group.
    fn report(records: &[(u8, u8, [u8; 4])]) -> Vec<u8> {
        let mut bytes = vec![0; 24];
        bytes[0] = 0x46;
        bytes.extend([0x22, 0, 0, 0, 0, 0, 0, records.len() as u8]);
        for (kind, sources, group) in records {
            bytes.extend([*kind, 0, 0, *sources]);
            bytes.extend(group);
        }
        bytes
    }

    #[test]
    fn a_report_says_who_joins_and_who_leaves() {
        let group = [239, 1, 2, 3];
        let joins = memberships(&report(&[(4, 0, group)]));
        assert_eq!(joins.as_deref(), Some("joins 239.1.2.3"));
        let both =
            memberships(&report(&[(3, 0, group), (2, 0, [239, 0, 0, 1])]));
        let words = "leaves 239.1.2.3, is in 239.0.0.1";
        assert_eq!(both.as_deref(), Some(words));
    }

    #[test]
    fn a_report_that_is_cut_short_or_lists_sources_says_no_more_than_it_can() {
        let whole = report(&[(4, 0, [239, 1, 2, 3])]);
        for length in 0..whole.len() {
            assert_eq!(memberships(&whole[..length]), None);
        }
        assert_eq!(memberships(&report(&[(4, 1, [239, 1, 2, 3])])), None);
    }

    #[test]
    fn a_packet_without_ports_is_shown_without_one() {
        let shown = |text: &str| address(text.parse().expect("an address"));
        assert_eq!(shown("10.0.0.1:0"), "10.0.0.1");
        assert_eq!(shown("[fd00::1]:7777"), "[fd00::1]:7777");
    }
}
