//! Rules: what the wire does with which packets.
//!
//! One language serves lessons and the command line: a verb, then words that narrow the choice.
//!
//! ```text
//! drop syn:1                 the first SYN of every conversation
//! delay 300 data:2 from=a    A's second data segment, 300 ms later than the others
//! loss 10% seed 7            one packet in ten, the same ones in every run
//! drop data:1 try=1-3        the first data segment and its first two retransmissions
//! ```
//!
//! | verb | |
//! |---|---|
//! | `pass` | deliver; spares packets from the rules after it |
//! | `drop` | do not deliver |
//! | `delay MS` | deliver MS milliseconds later |
//! | `duplicate` | deliver twice |
//! | `hold` | keep until released by hand |
//! | `reorder` | deliver after the next packet of this direction, or after 500 ms |
//! | `corrupt` | flip one bit of the data, or of the header if there is none |
//! | `loss P%` | short for `drop chance=P%` |
//!
//! | word | selects |
//! |---|---|
//! | `any` `tcp` `udp` `icmp` `igmp` | by protocol |
//! | `syn` `syn-ack` `ack` `data` `fin` `rst` | TCP segments; `ack` is one with nothing but ACK |
//! | `probe` | keep-alives and zero-window probes |
//! | `fragment` | fragments of IP datagrams |
//! | `KIND:3` `KIND:2-4` `KIND:2-` | by number, counted per conversation and sender from 1 |
//! | `from=a` `from=b` | by sender |
//! | `port=4242` | by source or destination port |
//! | `flow=2` | by conversation, counted from 1 |
//! | `try=2` | by how often the same content has been sent with this packet |
//! | `every=3` | every third by number |
//! | `chance=10%` `seed=7` | at random, by a hash of the content and the seed |
//!
//! SYNs, FINs, RSTs, ACKs and datagrams are counted as they are sent, so `syn:2` is the first retry.
//! Data segments keep their number when they are sent again, so `data:3` would drop the third segment
//! forever; a number (or `every`) therefore means the first transmission, unless `try` says more.
//! Fragments are counted within their datagram. The first rule that selects a packet decides.

mod parse;

use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;

use crate::decode::{Decoded, Transport};
use crate::flow::{Identity, Kind};
use crate::packet::Side;

pub use parse::RuleError;

/// What to do with the packets of a selection; see the [module](self) for its textual form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// What to do.
    pub action: Action,
    /// With which packets.
    pub selector: Selector,
}

/// What the wire can do with a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Deliver it after the wire's latency.
    Pass,
    /// Do not deliver it.
    Drop,
    /// Deliver it this much later than the latency.
    Delay(Duration),
    /// Deliver it twice.
    Duplicate,
    /// Keep it until [`release`](crate::Wire::release).
    Hold,
    /// Deliver it after the next packet of the same direction, or after 500 ms if none comes.
    Reorder,
    /// Deliver it with one bit flipped: in the middle of the data, or in the last byte.
    Corrupt,
    /// Deliver these bytes instead. Only a function given to [`decide`](crate::Wire::decide) can.
    Replace(Vec<u8>),
    /// Deliver it, and these bytes at once to that side. Only a function can, as above.
    Also(Side, Vec<u8>),
}

/// A choice of packets; made from text, or from [`Selector::new`] and the methods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector {
    what: What,
    numbers: Option<RangeInclusive<u32>>,
    from: Option<Side>,
    port: Option<u16>,
    flows: Option<RangeInclusive<u32>>,
    transmissions: Option<RangeInclusive<u32>>,
    every: Option<u32>,
    /// Parts per million.
    chance: Option<u32>,
    seed: u64,
}

/// The kinds of packets a rule can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum What {
    Any,
    Tcp,
    Syn,
    SynAck,
    /// ACK and nothing else.
    Ack,
    Data,
    /// With or without data.
    Fin,
    Rst,
    /// Keep-alive or zero-window probe.
    Probe,
    Udp,
    Icmp,
    Igmp,
    Fragment,
}

/// The word for each kind.
const WORDS: [(&str, What); 13] = [
    ("any", What::Any),
    ("tcp", What::Tcp),
    ("syn", What::Syn),
    ("syn-ack", What::SynAck),
    ("ack", What::Ack),
    ("data", What::Data),
    ("fin", What::Fin),
    ("rst", What::Rst),
    ("probe", What::Probe),
    ("udp", What::Udp),
    ("icmp", What::Icmp),
    ("igmp", What::Igmp),
    ("fragment", What::Fragment),
];

impl Rule {
    /// `action` for the packets of `selector`.
    pub fn new(action: Action, selector: Selector) -> Rule {
        Rule { action, selector }
    }

    /// Drops each packet with this chance in percent, the same packets for the same seed.
    pub fn loss(percent: f64, seed: u64) -> Rule {
        Rule::new(Action::Drop, Selector::new(What::Any).chance(percent, seed))
    }
}

impl Selector {
    /// All packets of a kind.
    pub fn new(what: What) -> Selector {
        Selector {
            what,
            numbers: None,
            from: None,
            port: None,
            flows: None,
            transmissions: None,
            every: None,
            chance: None,
            seed: 0,
        }
    }

    /// Of these the n-th, counted per conversation and sender from 1.
    pub fn nth(self, n: u32) -> Selector {
        self.numbers(n..=n)
    }

    /// Of these the ones with numbers in `range`, counted per conversation and sender from 1.
    pub fn numbers(self, range: RangeInclusive<u32>) -> Selector {
        Selector {
            numbers: Some(range),
            ..self
        }
    }

    /// Of these the ones this side sent.
    pub fn from(self, side: Side) -> Selector {
        Selector {
            from: Some(side),
            ..self
        }
    }

    /// Of these the ones with this source or destination port.
    pub fn port(self, port: u16) -> Selector {
        Selector {
            port: Some(port),
            ..self
        }
    }

    /// Of these the ones of the conversations with numbers in `range`, from 1.
    pub fn flows(self, range: RangeInclusive<u32>) -> Selector {
        Selector {
            flows: Some(range),
            ..self
        }
    }

    /// Of these the ones whose content is being sent for a time in `range`; 1 is the first.
    pub fn transmissions(self, range: RangeInclusive<u32>) -> Selector {
        Selector {
            transmissions: Some(range),
            ..self
        }
    }

    /// Of these every `n`-th by number; 0 means none.
    pub fn every(self, n: u32) -> Selector {
        Selector {
            every: Some(n),
            ..self
        }
    }

    /// Of these each with a chance in percent, by a hash of its content and `seed`.
    pub fn chance(self, percent: f64, seed: u64) -> Selector {
        let parts = (percent.clamp(0.0, 100.0) * 10_000.0).round();
        Selector {
            chance: Some(parts as u32),
            seed,
            ..self
        }
    }

    /// True if the packet is one of the selection.
    pub(crate) fn selects(&self, from: Side, id: &Identity, decoded: Option<&Decoded>) -> bool {
        let Some(number) = self.number(id, decoded) else {
            return false;
        };
        // Without this a rule for the third data segment would drop it forever.
        let once = self.what == What::Data && (self.numbers.is_some() || self.every.is_some());
        let transmissions = match &self.transmissions {
            None if once => Some(1..=1),
            given => given.clone(),
        };
        let within = |range: &Option<RangeInclusive<u32>>, n: u32| {
            range.as_ref().is_none_or(|range| range.contains(&n))
        };
        within(&self.numbers, number)
            && within(&self.flows, id.flow)
            && within(&transmissions, id.transmission)
            && self.from.is_none_or(|side| side == from)
            && self.port.is_none_or(|port| has_port(decoded, port))
            && self.every.is_none_or(|n| n > 0 && number.is_multiple_of(n))
            && self
                .chance
                .is_none_or(|parts| draw(self.seed, from, id) < parts)
    }

    /// The packet's number among those of the kind selected; None if it is of another kind.
    fn number(&self, id: &Identity, decoded: Option<&Decoded>) -> Option<u32> {
        let is = |kind| (id.kind == kind).then_some(id.number);
        match self.what {
            What::Any => Some(id.index),
            What::Tcp => decoded.filter(|d| d.protocol == 6).map(|_| id.index),
            What::Syn => is(Kind::Syn),
            What::SynAck => is(Kind::SynAck),
            What::Ack => is(Kind::Ack),
            What::Data => is(Kind::Data),
            What::Fin => id.fin,
            What::Rst => is(Kind::Rst),
            What::Probe => is(Kind::Probe),
            What::Udp => is(Kind::Udp),
            What::Icmp => is(Kind::Icmp),
            What::Igmp => is(Kind::Igmp),
            What::Fragment => id.fragment,
        }
    }
}

fn has_port(decoded: Option<&Decoded>, port: u16) -> bool {
    match decoded.map(|d| &d.transport) {
        Some(Transport::Tcp(t)) => t.source_port == port || t.destination_port == port,
        Some(Transport::Udp(u)) => u.source_port == port || u.destination_port == port,
        _ => false,
    }
}

/// A number below a million from the seed and what the packet carries; never from the clock, the
/// ports or the initial sequence number, which differ in every run.
fn draw(seed: u64, from: Side, id: &Identity) -> u32 {
    let fragment = u64::from(id.fragment.unwrap_or(0));
    let fin = u64::from(id.fin.unwrap_or(0));
    let parts = [
        from.index() as u64,
        u64::from(id.flow),
        id.kind as u64,
        id.content,
        u64::from(id.transmission),
        fragment,
        fin,
    ];
    let hash = parts
        .iter()
        .fold(mix(seed), |hash, part| mix(hash ^ mix(*part)));
    (hash % 1_000_000) as u32
}

/// One step of SplitMix64 (Steele, Lea, Flood 2014).
fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl fmt::Display for Rule {
    /// The rule in its textual form; parsing it gives the rule back, but for what only a function
    /// can do.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.action {
            Action::Pass => f.write_str("pass")?,
            Action::Drop => f.write_str("drop")?,
            Action::Delay(by) => write!(f, "delay {}", by.as_millis())?,
            Action::Duplicate => f.write_str("duplicate")?,
            Action::Hold => f.write_str("hold")?,
            Action::Reorder => f.write_str("reorder")?,
            Action::Corrupt => f.write_str("corrupt")?,
            Action::Replace(_) => f.write_str("replace")?,
            Action::Also(to, _) => write!(f, "also to {to}")?,
        }
        write!(f, " {}", self.selector)
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = WORDS.iter().find(|(_, what)| *what == self.what);
        f.write_str(word.map_or("any", |(word, _)| word))?;
        if let Some(range) = &self.numbers {
            write!(f, ":{}", Span(range))?;
        }
        if let Some(side) = self.from {
            write!(f, " from={}", if side == Side::A { "a" } else { "b" })?;
        }
        if let Some(port) = self.port {
            write!(f, " port={port}")?;
        }
        if let Some(range) = &self.flows {
            write!(f, " flow={}", Span(range))?;
        }
        if let Some(range) = &self.transmissions {
            write!(f, " try={}", Span(range))?;
        }
        if let Some(n) = self.every {
            write!(f, " every={n}")?;
        }
        if let Some(parts) = self.chance {
            write!(
                f,
                " chance={}% seed={}",
                f64::from(parts) / 10_000.0,
                self.seed
            )?;
        }
        Ok(())
    }
}

struct Span<'a>(&'a RangeInclusive<u32>);

impl fmt::Display for Span<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (*self.0.start(), *self.0.end()) {
            (start, u32::MAX) => write!(f, "{start}-"),
            (start, end) if start == end => write!(f, "{start}"),
            (start, end) => write!(f, "{start}-{end}"),
        }
    }
}
