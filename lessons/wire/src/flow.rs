//! Which packet of which conversation this is: an identity by content, the same in every run.
//!
//! A rule that said "the seventh packet" would hit another one whenever the scheduler reorders two
//! acknowledgments. So packets are counted by what they carry: the n-th SYN of a conversation, the
//! n-th data segment by its place in the stream, and how often that place has been sent.

mod direction;

use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, SocketAddr};

use crate::decode::{Decoded, Tcp, Transport};
use crate::packet::Side;
use direction::Direction;

/// Which packet of which conversation it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Number of the conversation in this lab, from 1: two endpoints of TCP or UDP, or two
    /// addresses of any other protocol. A new SYN on old ports begins a new conversation.
    pub flow: u32,
    /// The n-th packet of this conversation from this side, whatever its kind, from 1; 0 if forged.
    pub index: u32,
    /// What kind of packet it is; a segment with data and FIN is `Data`.
    pub kind: Kind,
    /// The n-th of its kind in this conversation from this side, from 1. A data segment sent again
    /// keeps its number; fragments have the number of their datagram.
    pub number: u32,
    /// How often this content has been sent with this packet, from 1.
    pub transmission: u32,
    /// The n-th segment with FIN, if it has one.
    pub fin: Option<u32>,
    /// The n-th fragment of its datagram, if it is one.
    pub fragment: Option<u32>,
    /// Place in the stream or count, whichever tells equal kinds apart; for seeded loss.
    pub(crate) content: u64,
}

/// The kinds of packets that are counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// SYN without ACK.
    Syn,
    /// SYN with ACK.
    SynAck,
    /// A segment with RST.
    Rst,
    /// A segment with data, with or without FIN.
    Data,
    /// A segment with FIN and no data.
    Fin,
    /// A segment below everything sent and without data: keep-alive (RFC 9293 section 3.8.4) or
    /// zero-window probe (section 3.8.6.1).
    Probe,
    /// Any other segment with nothing but ACK.
    Ack,
    /// A UDP datagram or one of its fragments.
    Udp,
    /// An ICMP or ICMPv6 message.
    Icmp,
    /// An IGMP message.
    Igmp,
    /// Anything else.
    Other,
}

/// All conversations of a lab so far.
#[derive(Default)]
pub(crate) struct Flows {
    table: HashMap<Key, Flow>,
    last: u32,
    datagrams: VecDeque<Datagram>,
}

type Key = (u8, SocketAddr, SocketAddr);

#[derive(Default)]
struct Flow {
    number: u32,
    directions: [Direction; 2],
}

/// A datagram in fragments: the later ones carry no ports.
struct Datagram {
    id: (IpAddr, IpAddr, u8, u32),
    key: Key,
    number: u32,
    fragments: u32,
}

/// Fragmented datagrams remembered at a time.
const DATAGRAMS: usize = 64;

impl Flows {
    /// Counts the packet, and fills in the relative numbers of a TCP segment.
    pub(crate) fn identify(&mut self, from: Side, decoded: Option<&mut Decoded>) -> Identity {
        let Some(decoded) = decoded else {
            return self.plain(from, nowhere(), Kind::Other, 0);
        };
        let key = key(decoded);
        if decoded.fragment.is_some() {
            return self.fragment(from, key, decoded);
        }
        let protocol = u64::from(decoded.protocol);
        match &mut decoded.transport {
            Transport::Tcp(tcp) => self.segment(from, key, tcp),
            Transport::Udp(_) => self.plain(from, key, Kind::Udp, 0),
            Transport::Icmp(icmp) => self.plain(from, key, Kind::Icmp, icmp.kind.into()),
            Transport::Igmp(_) => self.plain(from, key, Kind::Igmp, 0),
            Transport::Other => self.plain(from, key, Kind::Other, protocol),
        }
    }

    /// The identity of a packet no host sent: it is in a conversation, but not counted.
    pub(crate) fn outside(&mut self, from: Side, decoded: Option<&mut Decoded>) -> Identity {
        let Some(decoded) = decoded else {
            return identity(Kind::Other);
        };
        let flow = self.table.get(&key(decoded));
        if let (Transport::Tcp(tcp), Some(flow)) = (&mut decoded.transport, flow) {
            let isn = |side: Side| flow.directions[side.index()].isn;
            tcp.relative_seq = isn(from).map(|isn| tcp.seq.wrapping_sub(isn));
            if tcp.flags.ack {
                tcp.relative_ack = isn(from.other()).map(|isn| tcp.ack.wrapping_sub(isn));
            }
        }
        Identity {
            flow: flow.map_or(0, |f| f.number),
            ..identity(Kind::Other)
        }
    }

    /// The identity of a packet not looked at yet.
    pub(crate) fn unknown() -> Identity {
        identity(Kind::Other)
    }

    fn flow(&mut self, key: Key) -> &mut Flow {
        let last = &mut self.last;
        self.table.entry(key).or_insert_with(|| {
            *last += 1;
            Flow {
                number: *last,
                ..Flow::default()
            }
        })
    }

    fn plain(&mut self, from: Side, key: Key, kind: Kind, content: u64) -> Identity {
        let flow = self.flow(key);
        let side = &mut flow.directions[from.index()];
        side.index += 1;
        let number = side.count(kind);
        let content = content << 32 | u64::from(number);
        Identity {
            flow: flow.number,
            index: side.index,
            number,
            content,
            ..identity(kind)
        }
    }

    fn segment(&mut self, from: Side, key: Key, tcp: &mut Tcp) -> Identity {
        if self
            .table
            .get(&key)
            .is_some_and(|flow| begins_anew(flow, from, tcp))
        {
            self.table.remove(&key);
        }
        let flow = self.flow(key);
        relate(flow, from, tcp);
        let acked = flow.directions[from.other().index()].acked;
        let side = &mut flow.directions[from.index()];
        side.index += 1;
        let mut identity = side.identify(tcp, acked);
        identity.flow = flow.number;
        identity.index = side.index;
        identity
    }

    fn fragment(&mut self, from: Side, key: Key, decoded: &Decoded) -> Identity {
        let part = decoded.fragment.map_or(0, |f| f.id);
        let id = (decoded.source, decoded.destination, decoded.protocol, part);
        let kind = match decoded.protocol {
            17 => Kind::Udp,
            1 | 58 => Kind::Icmp,
            _ => Kind::Other,
        };
        if let Some(known) = self.datagrams.iter_mut().find(|d| d.id == id) {
            known.fragments += 1;
            let (key, number, fragments) = (known.key, known.number, known.fragments);
            let flow = self.flow(key);
            let side = &mut flow.directions[from.index()];
            side.index += 1;
            return Identity {
                flow: flow.number,
                index: side.index,
                number,
                fragment: Some(fragments),
                content: u64::from(fragments) << 32 | u64::from(number),
                ..identity(kind)
            };
        }
        let first = self.plain(from, key, kind, 1);
        if self.datagrams.len() == DATAGRAMS {
            self.datagrams.pop_front();
        }
        self.datagrams.push_back(Datagram {
            id,
            key,
            number: first.number,
            fragments: 1,
        });
        Identity {
            fragment: Some(1),
            ..first
        }
    }
}

/// True for a SYN with another initial sequence number than the conversation on these ports had.
fn begins_anew(flow: &Flow, from: Side, tcp: &Tcp) -> bool {
    let known = flow.directions[from.index()].isn;
    tcp.flags.syn && !tcp.flags.ack && known.is_some_and(|isn| isn != tcp.seq)
}

/// Learns the initial sequence numbers and window scales, and fills in the relative numbers.
/// A conversation whose SYN was not seen counts from its first byte seen, as 1.
fn relate(flow: &mut Flow, from: Side, tcp: &mut Tcp) {
    let (ours, theirs) = (from.index(), from.other().index());
    let first = if tcp.flags.syn {
        tcp.seq
    } else {
        tcp.seq.wrapping_sub(1)
    };
    // A RST may carry any sequence number: nothing is learnt from it.
    if !tcp.flags.rst {
        flow.directions[ours].isn.get_or_insert(first);
        if tcp.flags.ack {
            flow.directions[theirs]
                .isn
                .get_or_insert(tcp.ack.wrapping_sub(1));
        }
    }
    if tcp.flags.syn {
        flow.directions[ours].window_scale = tcp.options.window_scale;
    }
    let scales = (
        flow.directions[0].window_scale,
        flow.directions[1].window_scale,
    );
    tcp.relative_seq = flow.directions[ours]
        .isn
        .map(|isn| tcp.seq.wrapping_sub(isn));
    if tcp.flags.ack {
        tcp.relative_ack = flow.directions[theirs]
            .isn
            .map(|isn| tcp.ack.wrapping_sub(isn));
    }
    let shift = match (tcp.flags.syn, scales, flow.directions[ours].window_scale) {
        (false, (Some(_), Some(_)), Some(shift)) => shift.min(14),
        _ => 0,
    };
    tcp.window_bytes = Some(u32::from(tcp.window) << shift);
}

fn identity(kind: Kind) -> Identity {
    Identity {
        flow: 0,
        index: 0,
        kind,
        number: 0,
        transmission: 1,
        fin: None,
        fragment: None,
        content: 0,
    }
}

/// Both endpoints in a fixed order, so that both directions have the same key.
fn key(decoded: &Decoded) -> Key {
    let (source, destination) = (decoded.source(), decoded.destination());
    (
        decoded.protocol,
        source.min(destination),
        source.max(destination),
    )
}

fn nowhere() -> Key {
    let nowhere = SocketAddr::from(([0, 0, 0, 0], 0));
    (255, nowhere, nowhere)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::decode;
    use crate::forge::{Segment, tcp};

    fn see(flows: &mut Flows, from: Side, segment: Segment<'_>) -> (Identity, Option<u32>) {
        let mut decoded = decode(&tcp(&segment).unwrap()).unwrap();
        let identity = flows.identify(from, Some(&mut decoded));
        let Transport::Tcp(tcp) = decoded.transport else {
            panic!("not TCP")
        };
        (identity, tcp.relative_seq)
    }

    fn segment(seq: u32, payload: &'static [u8]) -> Segment<'static> {
        Segment {
            source: "10.0.0.1:5000".parse().unwrap(),
            destination: "10.0.0.2:4242".parse().unwrap(),
            seq,
            ack: None,
            payload,
            ..Segment::default()
        }
    }

    #[test]
    fn the_same_data_again_keeps_its_number() {
        let mut flows = Flows::default();
        let isn = u32::MAX - 2;
        let syn = Segment {
            syn: true,
            ..segment(isn, b"")
        };
        assert_eq!(see(&mut flows, Side::A, syn).0.kind, Kind::Syn);
        let at = |n: u32| isn.wrapping_add(n);
        let one = see(&mut flows, Side::A, segment(at(1), b"abcd"));
        let two = see(&mut flows, Side::A, segment(at(5), b"efgh"));
        let again = see(&mut flows, Side::A, segment(at(1), b"abcd"));
        assert_eq!((one.0.number, one.0.transmission, one.1), (1, 1, Some(1)));
        assert_eq!((two.0.number, two.0.transmission, two.1), (2, 1, Some(5)));
        assert_eq!(
            (again.0.number, again.0.transmission, again.1),
            (1, 2, Some(1))
        );
    }

    #[test]
    fn a_new_isn_on_old_ports_is_a_new_conversation() {
        let mut flows = Flows::default();
        let syn = |isn| Segment {
            syn: true,
            ..segment(isn, b"")
        };
        assert_eq!(see(&mut flows, Side::A, syn(7)).0.flow, 1);
        let again = see(&mut flows, Side::A, syn(7)).0;
        assert_eq!((again.flow, again.number, again.transmission), (1, 2, 2));
        let anew = see(&mut flows, Side::A, syn(8)).0;
        assert_eq!((anew.flow, anew.number), (2, 1));
    }
}
