//! Packets on their way: in the order in which they leave the wire.

use std::cmp::Ordering;
use std::mem;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use crate::packet::Side;
use crate::state::State;

/// A copy of a packet that leaves the wire at `due`.
pub(crate) struct Outgoing {
    pub(crate) due: Instant,
    /// Breaks ties: equal times leave in the order in which they were queued.
    pub(crate) order: u64,
    pub(crate) n: u64,
    pub(crate) to: Side,
    pub(crate) bytes: Arc<[u8]>,
}

/// A packet that waits for the next one to overtake it.
pub(crate) struct Waiting {
    pub(crate) n: u64,
    pub(crate) bytes: Arc<[u8]>,
    pub(crate) deadline: Instant,
}

impl State {
    /// Takes all packets that are due, in order.
    pub(crate) fn due(&mut self, now: Instant) -> Vec<Outgoing> {
        for side in [Side::A, Side::B] {
            let waiting = &mut self.waiting[side.index()];
            if waiting.as_ref().is_some_and(|w| w.deadline <= now)
                && let Some(alone) = mem::take(waiting)
            {
                self.push(alone.n, side.other(), alone.bytes, alone.deadline);
            }
        }
        let mut due = Vec::new();
        while self.queue.peek().is_some_and(|first| first.due <= now) {
            due.extend(self.queue.pop());
        }
        if let Some(first) = due.first() {
            self.stall = self.stall.max(now.saturating_duration_since(first.due));
        }
        due
    }

    /// When the next packet is due, if one is on its way.
    pub(crate) fn next_due(&self) -> Option<Instant> {
        let waiting = self.waiting.iter().flatten().map(|w| w.deadline);
        waiting
            .chain(self.queue.peek().map(|first| first.due))
            .min()
    }

    /// Notes in the log that these packets left at `time`, in this order: a nanosecond apart, or
    /// who sorts them by time would find them in the order in which they were sent.
    pub(crate) fn delivered(&mut self, sent: &[Outgoing], time: SystemTime) {
        let mut at = self.clock(time);
        for outgoing in sent {
            if let Some(entry) = self.entry(outgoing.n) {
                entry.delivered.push(at);
            }
            at += Duration::from_nanos(1);
        }
    }
}

/// The heap's greatest is the first to leave.
impl Ord for Outgoing {
    fn cmp(&self, other: &Outgoing) -> Ordering {
        (other.due, other.order).cmp(&(self.due, self.order))
    }
}

impl PartialOrd for Outgoing {
    fn partial_cmp(&self, other: &Outgoing) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Outgoing {
    fn eq(&self, other: &Outgoing) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Outgoing {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_due_together_leave_in_the_order_they_came() {
        let mut state = State::new(Duration::ZERO, 0);
        let now = Instant::now();
        for n in 0..50 {
            state.push(n, Side::B, [0x45].into(), now);
        }
        state.push(50, Side::B, [0x45].into(), now + Duration::from_secs(1));
        let left: Vec<u64> = state.due(now).iter().map(|outgoing| outgoing.n).collect();
        assert_eq!(left, (0..50).collect::<Vec<_>>());
        assert_eq!(state.next_due(), Some(now + Duration::from_secs(1)));
    }
    #[test]
    fn packets_that_leave_together_keep_their_order_in_time() {
        let mut state = State::new(Duration::ZERO, 1 << 20);
        let sent = SystemTime::now();
        for byte in 1..=3 {
            state.arrive(Side::A, &[byte], sent);
        }
        let mut left = state.due(Instant::now() + Duration::from_secs(1));
        left.reverse();
        state.delivered(&left, SystemTime::now());
        let mut at = left
            .iter()
            .map(|out| state.entry(out.n).map(|entry| entry.delivered[0]));
        assert_eq!(at.len(), 3);
        assert!(at.by_ref().is_sorted_by(|one, next| one < next));
    }
}
