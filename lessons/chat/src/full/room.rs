//! What happens in the room, event by event.
//!
//! What the server itself says begins with "* "; no member can say that.
//!
//!     cargo run -p lesson-chat -- server

use super::hub::{Event, Hub};
use super::limits::Limits;
use super::member::Member;
use std::collections::{BTreeMap, VecDeque};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::time::Instant;

// ANCHOR: room
impl Hub {
    pub fn new(limits: Limits) -> Hub {
        Hub {
            limits,
            members: BTreeMap::new(),
            history: VecDeque::new(),
            room: Vec::new(),
            closing: None,
        }
    }

    pub fn take(&mut self, event: Event) {
        match event {
            Event::Joined(id, stream) => self.join(id, stream),
            Event::Line(id, line) => match self.members.get(&id) {
                // Nobody who was told to go, or not in a room that closes.
                Some(member) if member.open && self.closing.is_none() => {
                    match member.name.clone() {
                        Some(name) => self.command(id, &name, line.trim_end()),
                        None => self.enter(id, line.trim()),
                    }
                }
                _ => {}
            },
            Event::Left(id, why) => {
                // Its reader is awake and still listens for a moment.
                self.part(id, why, Shutdown::Write);
                self.members.remove(&id);
            }
            Event::Stop => {
                self.closing = Some(Instant::now());
                for id in self.members.keys().copied().collect::<Vec<_>>() {
                    self.tell(id, "* The server is closing, goodbye");
                }
            }
        }
    }

    fn join(&mut self, id: u64, stream: Arc<TcpStream>) {
        self.members.insert(id, Member::new(stream));
        self.tell(id, "* Your name? 1 to 16 letters and digits");
    }

    /// The first line of a client is its name.
    fn enter(&mut self, id: u64, name: &str) {
        if !self.may_be_called(id, name) {
            return;
        }
        let names = self.names();
        self.tell(id, &format!("* The room contains: {names}"));
        for line in self.history.clone() {
            self.tell(id, &line);
        }
        self.notice(&format!("{name} has entered the room"));
        // Named after the notice, so it is for the others only.
        self.name(id, name);
        self.limits.log(format_args!("{name} has entered"));
    }
}
// ANCHOR_END: room
