//! One thread owns the whole room, so there is nothing to lock.
//!
//! What came in while it was sending goes out together, one send a client.
//!
//!     cargo run -p lesson-chat -- silent

use super::limits::Limits;
use super::member::Member;
use std::collections::{BTreeMap, VecDeque};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

/// All that can happen to a room.
pub enum Event {
    /// A client is connected; it has no name yet.
    Joined(u64, Arc<TcpStream>),
    /// A client said a line.
    Line(u64, String),
    /// A client left, or is to be told why it must.
    Left(u64, &'static str),
    /// The server is to close.
    Stop,
}

/// The room: its members, what was said, and what is on its way.
pub struct Hub {
    pub limits: Limits,
    pub members: BTreeMap<u64, Member>,
    pub history: VecDeque<String>,
    /// The text for everybody, of this round.
    pub room: Vec<u8>,
    pub closing: Option<Instant>,
}

/// The most events of one round; a round's text has to fit into memory.
const ROUND: usize = 512;

// ANCHOR: hub
impl Hub {
    /// Serves until it was told to stop and everybody has left.
    pub fn run(mut self, inbox: &Receiver<Event>) {
        while !self.is_over() {
            // Somebody is behind: try again soon. Else look at the clock now
            // and then, for those who have not said a name.
            let behind = self.members.values().any(|m| !m.out.is_empty());
            let soon = behind || self.closing.is_some();
            let wait = Duration::from_millis(if soon { 10 } else { 1000 });
            match inbox.recv_timeout(wait) {
                Ok(event) => self.take(event),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            // The more there is to do, the more goes out with each send.
            for event in inbox.try_iter().take(ROUND) {
                self.take(event);
            }
            self.flush();
        }
    }

    fn flush(&mut self) {
        let mut lost = Vec::new();
        for (&id, member) in self.members.iter_mut().filter(|m| m.1.open) {
            let sent = member.flush(&self.room);
            if let Err(why) = sent.and_then(|()| member.judge(&self.limits)) {
                lost.push((id, why));
            } else if self.closing.is_some() && member.out.is_empty() {
                member.close(Shutdown::Both);
            }
        }
        self.room.clear();
        // Each departure is news for the others, and goes out in a moment.
        for (id, why) in &lost {
            self.part(*id, why, Shutdown::Both);
        }
        if !lost.is_empty() {
            self.flush();
        }
    }

    fn is_over(&self) -> bool {
        let late = |since: Instant| since.elapsed().as_secs() >= 2;
        let empty = self.members.is_empty();
        self.closing.is_some_and(|since| empty || late(since))
    }
}
// ANCHOR_END: hub
