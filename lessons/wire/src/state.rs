//! What the wire knows and decides: rules, delays, the log. It sends nothing itself.

use std::collections::{BTreeMap, BinaryHeap};
use std::mem;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant, SystemTime};

use crate::decode::{Decoded, decode};
use crate::flow::Flows;
use crate::packet::{Fate, Packet, Side};
use crate::queue::{Outgoing, Waiting};
use crate::rule::{Action, Rule};

/// Everything behind the lock.
pub(crate) struct State {
    pub(crate) judges: Vec<(RuleId, Judge)>,
    /// What becomes of a packet that none of them decides about.
    pub(crate) otherwise: Action,
    pub(crate) latency: Duration,
    pub(crate) cut: bool,
    pub(crate) held: BTreeMap<u64, Packet>,
    pub(crate) log: Vec<Packet>,
    pub(crate) subscribers: Vec<Sender<Packet>>,
    pub(crate) unlogged: u64,
    /// Packets the wire lost by itself, and the longest it was late.
    pub(crate) lost: u64,
    pub(crate) stall: Duration,
    pub(crate) closing: bool,
    /// Why the wire's thread ended before its time.
    pub(crate) failure: Option<String>,
    pub(crate) started: SystemTime,
    pub(crate) queue: BinaryHeap<Outgoing>,
    pub(crate) waiting: [Option<Waiting>; 2],
    /// When the last packet without a delay of its own leaves; later ones do not overtake it.
    last_due: [Option<Instant>; 2],
    flows: Flows,
    seen: u64,
    queued: u64,
    rules: u64,
    log_room: usize,
    /// Packets a function wants sent besides the one it was asked about.
    besides: Vec<(Side, Vec<u8>)>,
}

/// The name of a rule in force, for [`remove`](crate::Wire::remove).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RuleId(u64);

/// A rule in force.
pub(crate) enum Judge {
    Rule(Rule, Arc<str>),
    Function(Box<Function>),
}

type Function = dyn FnMut(&Packet) -> Option<Action> + Send;

/// How long a packet to be reordered waits for the one that shall overtake it.
const REORDER: Duration = Duration::from_millis(500);
/// What a log entry takes beside the packet's bytes, about.
const ENTRY: usize = 512;

impl State {
    pub(crate) fn new(latency: Duration, log_room: usize) -> State {
        State {
            judges: Vec::new(),
            otherwise: Action::Pass,
            latency,
            cut: false,
            held: BTreeMap::new(),
            log: Vec::new(),
            subscribers: Vec::new(),
            unlogged: 0,
            lost: 0,
            stall: Duration::ZERO,
            closing: false,
            failure: None,
            started: SystemTime::now(),
            queue: BinaryHeap::new(),
            waiting: [None, None],
            last_due: [None, None],
            flows: Flows::default(),
            seen: 0,
            queued: 0,
            rules: 0,
            log_room,
            besides: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, judge: Judge) -> RuleId {
        self.rules += 1;
        let id = RuleId(self.rules);
        self.judges.push((id, judge));
        id
    }

    /// Time since the lab was built, by the clock of the kernel's timestamps.
    pub(crate) fn clock(&self, time: SystemTime) -> Duration {
        time.duration_since(self.started).unwrap_or_default()
    }

    /// Takes in a packet a host sent at `time`, and decides.
    pub(crate) fn arrive(&mut self, from: Side, bytes: &[u8], time: SystemTime) {
        let age = SystemTime::now().duration_since(time).unwrap_or_default();
        self.stall = self.stall.max(age);
        let now = Instant::now();
        let sent = now.checked_sub(age).unwrap_or(now);
        let mut decoded = decode(bytes).ok();
        let identity = self.flows.identify(from, decoded.as_mut());
        let mut packet = self.packet(from, bytes.into(), self.clock(time), decoded);
        packet.identity = identity;
        let (action, rule) = self.judge(&packet);
        packet.rule = rule;
        self.carry_out(&mut packet, action, sent + self.latency);
        self.announce(&packet);
        self.record(packet);
        for (to, bytes) in mem::take(&mut self.besides) {
            self.forge(to, bytes);
        }
    }

    /// Takes in a packet no host sent; it goes out at once.
    pub(crate) fn forge(&mut self, to: Side, bytes: Vec<u8>) -> Packet {
        let from = to.other();
        let mut decoded = decode(&bytes).ok();
        let identity = self.flows.outside(from, decoded.as_mut());
        let at = self.clock(SystemTime::now());
        let mut packet = self.packet(from, bytes.into(), at, decoded);
        packet.identity = identity;
        packet.fate = Fate::Forged;
        self.enqueue(&packet, packet.bytes.clone(), Instant::now());
        self.announce(&packet);
        self.record(packet.clone());
        packet
    }

    /// Gives a held packet its fate; false if there is none with this number.
    pub(crate) fn release(&mut self, n: u64, action: Action) -> bool {
        let Some(mut packet) = self.held.remove(&n) else {
            return false;
        };
        packet.fate = Fate::Passed;
        self.carry_out(&mut packet, action, Instant::now());
        self.announce(&packet);
        // Without an entry it was counted as not logged when it came, or was cleared away.
        if let Some(entry) = self.entry(n) {
            *entry = packet;
        }
        for (to, bytes) in mem::take(&mut self.besides) {
            self.forge(to, bytes);
        }
        true
    }

    /// The log entry with this number, unless it was cleared away.
    pub(crate) fn entry(&mut self, n: u64) -> Option<&mut Packet> {
        let at = self.log.binary_search_by_key(&n, |p| p.n).ok()?;
        self.log.get_mut(at)
    }

    /// Empties the log and makes its room free again.
    pub(crate) fn clear_log(&mut self) {
        let freed: usize = self.log.iter().map(|p| p.bytes.len() + ENTRY).sum();
        self.log_room += freed;
        self.log.clear();
        self.unlogged = 0;
    }

    fn packet(
        &mut self,
        from: Side,
        bytes: Arc<[u8]>,
        at: Duration,
        decoded: Option<Decoded>,
    ) -> Packet {
        self.seen += 1;
        Packet {
            n: self.seen,
            at,
            from,
            fate: Fate::Passed,
            held: false,
            rule: None,
            bytes,
            altered: None,
            delivered: Vec::new(),
            identity: Flows::unknown(),
            decoded,
        }
    }

    fn judge(&mut self, packet: &Packet) -> (Action, Option<Arc<str>>) {
        if self.cut {
            return (Action::Drop, Some("cut".into()));
        }
        for (_, judge) in &mut self.judges {
            match judge {
                Judge::Rule(rule, text) => {
                    let decoded = packet.decoded.as_ref();
                    if rule
                        .selector
                        .selects(packet.from, &packet.identity, decoded)
                    {
                        return (rule.action.clone(), Some(text.clone()));
                    }
                }
                Judge::Function(decide) => {
                    if let Some(action) = decide(packet) {
                        return (action, Some("function".into()));
                    }
                }
            }
        }
        (self.otherwise.clone(), None)
    }

    /// Sets the packet's fate, and queues what shall be delivered; `due` is without extra delay.
    fn carry_out(&mut self, packet: &mut Packet, action: Action, due: Instant) {
        let way = packet.from.index();
        let bytes = packet.bytes.clone();
        // Ordinary packets keep their order even if the latency is lowered meanwhile.
        let in_order = self.last_due[way].map_or(due, |last| last.max(due));
        match action {
            Action::Drop => {
                packet.fate = Fate::Dropped;
                return;
            }
            Action::Hold => {
                packet.fate = Fate::Held;
                packet.held = true;
                self.held.insert(packet.n, packet.clone());
                return;
            }
            Action::Delay(by) => {
                packet.fate = Fate::Delayed(by);
                self.enqueue(packet, bytes, due + by);
                return;
            }
            Action::Reorder if self.waiting[way].is_none() => {
                packet.fate = Fate::Reordered;
                let waiting = Waiting {
                    n: packet.n,
                    bytes,
                    deadline: in_order + REORDER,
                };
                self.waiting[way] = Some(waiting);
                return;
            }
            // Its place is taken: this one is the packet that overtakes.
            Action::Pass | Action::Reorder => self.enqueue(packet, bytes, in_order),
            Action::Duplicate => {
                packet.fate = Fate::Duplicated;
                self.enqueue(packet, bytes.clone(), in_order);
                self.enqueue(packet, bytes, in_order);
            }
            Action::Corrupt => {
                packet.fate = Fate::Corrupted;
                self.deliver_other(packet, corrupted(packet), in_order);
            }
            Action::Replace(other) => {
                packet.fate = Fate::Replaced;
                self.deliver_other(packet, other, in_order);
            }
            Action::Also(to, forged) => {
                self.enqueue(packet, bytes, in_order);
                // After this packet's own entry, so that numbers in the log stay in order.
                self.besides.push((to, forged));
            }
        }
        self.last_due[way] = Some(in_order);
        if let Some(overtaken) = mem::take(&mut self.waiting[way]) {
            self.push(overtaken.n, packet.from.other(), overtaken.bytes, in_order);
        }
    }

    fn deliver_other(&mut self, packet: &mut Packet, bytes: Vec<u8>, due: Instant) {
        let bytes: Arc<[u8]> = bytes.into();
        packet.altered = Some(bytes.clone());
        self.enqueue(packet, bytes, due);
    }

    fn enqueue(&mut self, packet: &Packet, bytes: Arc<[u8]>, due: Instant) {
        self.push(packet.n, packet.from.other(), bytes, due);
    }

    pub(crate) fn push(&mut self, n: u64, to: Side, bytes: Arc<[u8]>, due: Instant) {
        self.queued += 1;
        self.queue.push(Outgoing {
            due,
            order: self.queued,
            n,
            to,
            bytes,
        });
    }

    fn announce(&mut self, packet: &Packet) {
        self.subscribers
            .retain(|subscriber| subscriber.send(packet.clone()).is_ok());
    }

    fn record(&mut self, packet: Packet) {
        let size = packet.bytes.len() + ENTRY;
        if size > self.log_room {
            self.log_room = 0;
            self.unlogged += 1;
            return;
        }
        self.log_room -= size;
        self.log.push(packet);
    }
}

/// The packet with one bit flipped: in the middle of its data, or in its last byte.
fn corrupted(packet: &Packet) -> Vec<u8> {
    let mut bytes = packet.bytes.to_vec();
    let payload = packet.decoded.as_ref().map_or(0..0, |d| d.payload.clone());
    let at = match payload.is_empty() {
        true => bytes.len().saturating_sub(1),
        false => payload.start + (payload.len() - 1) / 2,
    };
    if let Some(byte) = bytes.get_mut(at) {
        *byte ^= 1;
    }
    bytes
}
