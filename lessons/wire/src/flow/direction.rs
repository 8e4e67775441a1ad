//! One direction of a conversation: which segments were sent, and how often.

use std::collections::BTreeMap;

use super::{Identity, Kind, identity};
use crate::decode::Tcp;

/// What one side has sent in a conversation.
#[derive(Default)]
pub(super) struct Direction {
    pub(super) isn: Option<u32>,
    pub(super) window_scale: Option<u8>,
    /// Highest sequence number sent, relative, plus one.
    end: u32,
    /// Data segments by relative sequence number: number and transmissions.
    segments: BTreeMap<u32, (u32, u32)>,
    /// Acknowledgment number of the last pure ACK, relative, and how many in a row had it.
    last_ack: (u32, u32),
    /// Highest acknowledgment number sent, relative.
    pub(super) acked: u32,
    pub(super) index: u32,
    counts: [u32; KINDS],
    fins: u32,
}

const KINDS: usize = Kind::Other as usize + 1;
/// Data segments remembered per direction before those acknowledged are forgotten.
const SEGMENTS: usize = 4096;

impl Direction {
    /// The number of the next packet of a kind.
    pub(super) fn count(&mut self, kind: Kind) -> u32 {
        self.counts[kind as usize] += 1;
        self.counts[kind as usize]
    }

    /// Counts a segment whose relative numbers are filled in; the caller adds flow and index.
    /// `acked` is what the other side has acknowledged, relative.
    pub(super) fn identify(&mut self, tcp: &Tcp, acked: u32) -> Identity {
        let flags = tcp.flags;
        let seq = tcp.relative_seq.unwrap_or(0);
        let ack = tcp.relative_ack.unwrap_or(0);
        if flags.ack && ack.wrapping_sub(self.acked) < u32::MAX / 2 {
            self.acked = ack;
        }
        let fin = flags.fin.then(|| {
            self.fins += 1;
            self.fins
        });
        if tcp.payload_len > 0 && !flags.syn && !flags.rst {
            let (number, transmission) = self.data(seq, acked);
            self.extend(tcp);
            let content = u64::from(seq);
            return Identity {
                number,
                transmission,
                content,
                fin,
                ..identity(Kind::Data)
            };
        }
        let kind = match flags {
            f if f.rst => Kind::Rst,
            f if f.syn && f.ack => Kind::SynAck,
            f if f.syn => Kind::Syn,
            f if f.fin => Kind::Fin,
            _ if seq.wrapping_add(1) == self.end => Kind::Probe,
            _ => Kind::Ack,
        };
        self.extend(tcp);
        let number = self.count(kind);
        if kind == Kind::Ack {
            let same = if self.last_ack.0 == ack {
                self.last_ack.1 + 1
            } else {
                1
            };
            self.last_ack = (ack, same);
            let content = u64::from(same) << 32 | u64::from(ack);
            return Identity {
                number,
                content,
                ..identity(kind)
            };
        }
        let content = u64::from(seq);
        Identity {
            number,
            transmission: number,
            content,
            fin,
            ..identity(kind)
        }
    }

    /// Number and transmission of the data segment at `seq`.
    fn data(&mut self, seq: u32, acked: u32) -> (u32, u32) {
        let again = seq < self.end && self.end - seq < u32::MAX / 2;
        if again && let Some((_, (number, sent))) = self.segments.range_mut(..=seq).next_back() {
            *sent += 1;
            return (*number, *sent);
        }
        if self.segments.len() % SEGMENTS == SEGMENTS - 1 {
            self.segments = self.segments.split_off(&acked);
        }
        let number = self.count(Kind::Data);
        self.segments.insert(seq, (number, 1));
        (number, 1)
    }

    fn extend(&mut self, tcp: &Tcp) {
        let Some(isn) = self.isn else { return };
        let end = tcp.next_seq().wrapping_sub(isn);
        if !tcp.flags.rst && end.wrapping_sub(self.end) < u32::MAX / 2 {
            self.end = end;
        }
    }
}
