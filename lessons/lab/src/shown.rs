//! A packet of the wire as an event of the kit.

use kit::Sequence;
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
        fate: fate(packet),
        rule: packet.rule.as_ref().map(ToString::to_string),
    };
    if let Some(decoded) = &packet.decoded {
        add_headers(&mut shown, decoded);
    }
    shown
}

/// What became of it; a packet that was held says so after its release, too.
fn fate(packet: &Packet) -> String {
    let fate = packet.fate.to_string();
    match packet.held && packet.fate != wire::Fate::Held {
        true => format!("held, then {fate}"),
        false => fate,
    }
}

fn add_headers(shown: &mut kit::Packet, decoded: &Decoded) {
    shown.source = decoded.source().to_string();
    shown.destination = decoded.destination().to_string();
    shown.length = decoded.payload.len();
    let mut info = Vec::new();
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
            info.push(meaning(icmp));
        }
        Transport::Igmp(_) => shown.protocol = "igmp".into(),
        Transport::Other => {
            info.push(format!("IP protocol {}", decoded.protocol))
        }
    }
    if let Some(part) = decoded.fragment {
        let more = if part.more { "more follow" } else { "the last" };
        info.push(format!("fragment at byte {}, {more}", part.offset));
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
    if tcp.window_bytes == Some(0) {
        words.push("window 0".into());
    }
    (!words.is_empty()).then(|| words.join(", "))
}

/// What an ICMP or ICMPv6 error says, RFC 792 and RFC 4443.
fn meaning(icmp: &Icmp) -> String {
    let words = match (icmp.kind, icmp.code) {
        (3, 3) => "port unreachable",
        (3, 1) => "host unreachable",
        (3, 4) => "fragmentation needed",
        (3, 13) => "administratively prohibited",
        (8, _) => "echo request",
        (0, _) => "echo reply",
        (11, _) => "time exceeded",
        _ => return format!("type {}, code {}", icmp.kind, icmp.code),
    };
    words.into()
}
