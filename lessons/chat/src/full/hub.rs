//! One thread owns the whole room, so there is nothing to lock.
//!
//! What came in while it was sending goes out together, one send a client.
//!
//!     cargo run -p lesson-chat -- hub

use super::limits::Limits;
use super::member::Member;
use std::collections::{BTreeMap, VecDeque};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

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
    pub closing: bool,
}

/// The most events and about the most text of one round.
const EVENTS: usize = 512;
const BYTES: usize = 64 * 1024;

impl Hub {
    /// Serves until it was told to stop and everybody has left.
    pub fn run(mut self, inbox: &Receiver<Event>) {
        while !self.closing || !self.members.is_empty() {
            // Somebody is behind: try again soon. Else look at the clock now
            // and then, for those who have not said a name.
            let behind = self.members.values().any(|m| !m.out.is_empty());
            let wait = Duration::from_millis(if behind { 10 } else { 1000 });
            match inbox.recv_timeout(wait) {
                Ok(event) => self.take(event),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            // Let the readers that are awake say theirs first: the more there
            // is to do, the more goes out with each send.
            thread::yield_now();
            for event in inbox.try_iter().take(EVENTS) {
                self.take(event);
                if self.room.len() > BYTES {
                    break;
                }
            }
            self.flush();
            // Meanwhile nothing is taken from the queue, and when it is full,
            // those who talk faster than others can read have to wait.
            while self.members.values().any(Member::catches_up) {
                thread::sleep(Duration::from_millis(1));
                self.flush();
            }
        }
    }
}
