//! The wire as its user holds it: rules, latency, forged packets, and what was seen.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use crate::forge;
use crate::packet::{Packet, Side};
use crate::port::{Port, Waker};
use crate::rule::{Action, Rule, RuleError, Selector};
use crate::state::{Judge, RuleId, State};

/// The cable between the two hosts; a copy steers the same cable.
///
/// Every method may be called from any thread in any namespace.
#[derive(Clone)]
pub struct Wire {
    pub(crate) shared: Arc<Shared>,
}

pub(crate) struct Shared {
    pub(crate) state: Mutex<State>,
    pub(crate) changed: Condvar,
    pub(crate) ports: [Port; 2],
    pub(crate) waker: Waker,
    pub(crate) stopped: AtomicBool,
}

/// Why a run proves nothing: the wire itself, not a rule, disturbed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inconclusive(pub String);

/// Longer than this and the wire was late enough to change what the hosts do.
const STALL: Duration = Duration::from_millis(100);

impl Wire {
    /// Puts a rule in force, after those already in force; see [`rule`](crate::rule) for the language.
    ///
    /// # Errors
    /// [`RuleError`] with the place of the mistake.
    pub fn rule(&self, text: &str) -> Result<RuleId, RuleError> {
        let rule: Rule = text.parse()?;
        Ok(self.lock().add(Judge::Rule(rule, text.trim().into())))
    }

    /// Puts a rule in force, after those already in force.
    pub fn add(&self, rule: Rule) -> RuleId {
        let text = rule.to_string();
        self.lock().add(Judge::Rule(rule, text.into()))
    }

    /// Drops the packets of a selection.
    pub fn drop(&self, which: Selector) -> RuleId {
        self.add(Rule::new(Action::Drop, which))
    }

    /// Holds the packets of a selection until [`release`](Wire::release).
    pub fn hold(&self, which: Selector) -> RuleId {
        self.add(Rule::new(Action::Hold, which))
    }

    /// Asks a function about every packet no rule before has decided; None leaves it to the next.
    ///
    /// The function runs while the wire is locked: calling a method of the wire in it would wait
    /// forever. To send something, return [`Action::Also`].
    pub fn decide(
        &self,
        function: impl FnMut(&Packet) -> Option<Action> + Send + 'static,
    ) -> RuleId {
        self.lock().add(Judge::Function(Box::new(function)))
    }

    /// What becomes of the packets that no rule and no function decides about; at first they pass.
    pub fn otherwise(&self, action: Action) {
        self.lock().otherwise = action;
    }

    /// Takes one rule out of force.
    pub fn remove(&self, rule: RuleId) {
        self.lock().judges.retain(|(id, _)| *id != rule);
    }

    /// Takes all rules and functions out of force. A cut cable stays cut, held packets stay held.
    pub fn clear(&self) {
        self.lock().judges.clear();
    }

    /// Cuts the cable: from now on every packet is dropped. Neither host is told.
    pub fn cut(&self) {
        self.lock().cut = true;
    }

    /// Mends the cable.
    pub fn mend(&self) {
        self.lock().cut = false;
    }

    /// How long a packet takes to the other side, from now on; packets on their way keep theirs.
    pub fn set_latency(&self, latency: Duration) {
        self.lock().latency = latency;
    }

    /// Delivers these bytes, an IP packet, to a host at once, past rules, latency and a cut.
    ///
    /// # Errors
    /// `InvalidInput` if they do not begin like an IP packet, or what sendmsg(2) says.
    pub fn inject(&self, to: Side, bytes: Vec<u8>) -> io::Result<Packet> {
        if !matches!(bytes.first().map(|b| b >> 4), Some(4 | 6)) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "not an IP packet",
            ));
        }
        let mut state = self.lock();
        // What is due leaves before it: the loss of another packet is not told to the caller.
        let _ = self.shared.flush(&mut state);
        let lost = state.lost;
        let packet = state.forge(to, bytes);
        let result = self.shared.flush(&mut state);
        if result.is_err() {
            // The caller is told, so this loss is no reason to doubt the run.
            state.lost = lost;
        }
        self.shared.changed.notify_all();
        result.map(|()| packet)
    }

    /// Injects a RST that seems to come from the peer of `to`; see [`forge::rst`] for the offset.
    ///
    /// # Errors
    /// As [`forge::rst`] and [`inject`](Wire::inject).
    pub fn forge_rst(&self, to: Side, like: &Packet, seq_offset: i32) -> io::Result<Packet> {
        self.inject(to, forge::rst(to, like, seq_offset)?)
    }

    /// The packets that wait for [`release`](Wire::release), oldest first.
    pub fn held(&self) -> Vec<Packet> {
        self.lock().held.values().cloned().collect()
    }

    /// Decides about the held packet with number `n`; the wire's latency is not added.
    ///
    /// False if no packet with this number is held. `Action::Hold` holds it again.
    pub fn release(&self, n: u64, action: Action) -> bool {
        let mut state = self.lock();
        let found = state.release(n, action);
        self.settle(state);
        found
    }

    /// Passes all held packets in their order, and returns how many.
    pub fn release_all(&self) -> usize {
        let mut state = self.lock();
        let numbers: Vec<u64> = state.held.keys().copied().collect();
        for &n in &numbers {
            state.release(n, Action::Pass);
        }
        self.settle(state);
        numbers.len()
    }

    /// The log so far, oldest first.
    pub fn packets(&self) -> Vec<Packet> {
        self.lock().log.clone()
    }

    /// Every packet from now on, as soon as its fate is decided; a held one twice: when it is held
    /// and when it is released. `delivered` is always empty here: look in the log.
    pub fn subscribe(&self) -> Receiver<Packet> {
        let (sender, receiver) = channel();
        self.lock().subscribers.push(sender);
        receiver
    }

    /// Waits until `look` is true of the log, at most `within`. True if it became true.
    ///
    /// `look` runs while the wire is locked: it must not call a method of the wire.
    pub fn wait_for(&self, within: Duration, mut look: impl FnMut(&[Packet]) -> bool) -> bool {
        self.wait(within, |state| look(&state.log))
    }

    /// Waits for the first packet in the log that is like this, at most `within`.
    pub fn find(&self, within: Duration, mut like: impl FnMut(&Packet) -> bool) -> Option<Packet> {
        let mut found = None;
        self.wait_for(within, |log| {
            found = log.iter().find(|packet| like(packet)).cloned();
            found.is_some()
        });
        found
    }

    /// Waits until no packet is on its way or waits to be reordered, at most `within`; held ones do
    /// not count. True if it became so.
    pub fn wait_idle(&self, within: Duration) -> bool {
        self.wait(within, |state| state.next_due().is_none())
    }

    /// Forgets the log so far. Packet numbers and counts for rules go on.
    pub fn clear_log(&self) {
        self.lock().clear_log();
    }

    /// Packets that were seen and decided but not logged, because the log was full.
    pub fn unlogged(&self) -> u64 {
        self.lock().unlogged
    }

    /// Packets the wire lost by itself (PACKET_STATISTICS, packet(7)); if any, the run proves nothing.
    pub fn overflow(&self) -> u64 {
        let mut state = self.lock();
        state.lost += self.shared.ports.iter().map(Port::lost).sum::<u64>();
        state.lost
    }

    /// The longest that a packet was taken in or left later than it should have.
    pub fn worst_stall(&self) -> Duration {
        self.lock().stall
    }

    /// Whether what was seen can be trusted to be the hosts' doing.
    ///
    /// # Errors
    /// As [`lossless`](Wire::lossless), and [`Inconclusive`] if the wire got no processor for more
    /// than 100 ms.
    pub fn trust(&self) -> Result<(), Inconclusive> {
        self.lossless()?;
        let stall = self.worst_stall();
        if stall > STALL {
            let why = format!("the wire got no processor for {} ms", stall.as_millis());
            return Err(Inconclusive(why));
        }
        Ok(())
    }

    /// Whether every packet is there, be it late: enough where only their order counts.
    ///
    /// # Errors
    /// [`Inconclusive`] if the wire's thread ended early, or if the wire lost a packet.
    pub fn lossless(&self) -> Result<(), Inconclusive> {
        if let Some(why) = &self.lock().failure {
            return Err(Inconclusive(format!("the wire stopped: {why}")));
        }
        match self.overflow() {
            0 => Ok(()),
            lost => Err(Inconclusive(format!("the wire itself lost {lost} packets"))),
        }
    }

    /// When the lab was built: the zero of [`Packet::at`].
    pub fn started(&self) -> SystemTime {
        self.lock().started
    }

    fn wait(&self, within: Duration, mut look: impl FnMut(&State) -> bool) -> bool {
        let deadline = Instant::now() + within;
        let mut state = self.lock();
        loop {
            if look(&state) {
                return true;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || self.shared.stopped.load(Ordering::Relaxed) {
                return false;
            }
            let waited = self.shared.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.shared.lock()
    }

    fn settle(&self, mut state: MutexGuard<'_, State>) {
        // A failed send is counted as lost.
        let _ = self.shared.flush(&mut state);
        drop(state);
        self.shared.changed.notify_all();
        self.shared.waker.wake();
    }
}

impl std::fmt::Debug for Wire {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Wire")
    }
}

impl Shared {
    /// A closure of the user may have panicked while the lock was held; the state is still whole:
    /// at most the packet that the closure was asked about is missing.
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends what is due, and notes it. Returns the first error; each packet not sent is counted.
    pub(crate) fn flush(&self, state: &mut State) -> io::Result<()> {
        let due = state.due(Instant::now());
        let mut result = Ok(());
        let mut rest = due.as_slice();
        while let Some(first) = rest.first() {
            let run = rest.iter().take_while(|o| o.to == first.to).count();
            let time = SystemTime::now();
            let (sent, error) = self.ports[first.to.index()].send(&rest[..run]);
            state.delivered(&rest[..sent], time);
            rest = &rest[sent..];
            if let Some(error) = error {
                state.lost += 1;
                rest = &rest[1..];
                result = result.and(Err(error));
            }
        }
        result
    }
}

impl std::fmt::Display for Inconclusive {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "inconclusive, run it again: {}", self.0)
    }
}

impl std::error::Error for Inconclusive {}
