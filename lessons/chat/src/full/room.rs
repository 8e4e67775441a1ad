//! What happens in the room, event by event.
//!
//! What the server itself says begins with "* "; no member can say that.
//!
//!     cargo run -p lesson-chat -- server

use super::hub::{Event, Hub};
use super::limits::Limits;
use super::member::Member;
use std::collections::{BTreeMap, VecDeque};
use std::net::Shutdown;

// ANCHOR: room
impl Hub {
    pub fn new(limits: Limits) -> Hub {
        Hub {
            limits,
            members: BTreeMap::new(),
            history: VecDeque::new(),
            room: Vec::new(),
            closing: false,
        }
    }

    pub fn take(&mut self, event: Event) {
        match event {
            Event::Joined(..) if self.closing => {}
            Event::Joined(id, stream) => {
                self.members.insert(id, Member::new(stream));
                self.tell(id, "* Your name? 1 to 16 letters and digits");
            }
            Event::Line(id, line) => {
                // Who was told to go is not heard any more.
                let Some(member) = self.member(id) else {
                    return;
                };
                match member.name.clone() {
                    Some(name) => self.command(id, &name, line.trim_end()),
                    None => self.enter(id, line.trim()),
                }
            }
            // Its reader is awake and still listens for a moment.
            Event::Left(id, why) => self.part(id, why, Shutdown::Write),
            Event::Stop => {
                self.closing = true;
                for id in self.members.keys().copied().collect::<Vec<_>>() {
                    self.tell(id, "* The server is closing, goodbye");
                }
                for member in self.members.values_mut() {
                    member.leave(Shutdown::Both);
                }
            }
        }
    }

    /// The first line of a client is its name.
    fn enter(&mut self, id: u64, name: &str) {
        if !self.may_be_called(id, name) {
            return;
        }
        self.tell_names(id);
        for line in self.history.clone() {
            self.tell(id, &line);
        }
        // It may be long; sent now, it need not be kept beside many others.
        if let Some(member) = self.members.get_mut(&id) {
            let _ = member.flush(&self.room);
        }
        self.notice(&format!("{name} has entered the room"));
        // Named after the notice, so it is for the others only.
        self.name(id, name);
        self.limits.log(format_args!("{name} has entered"));
    }
}
// ANCHOR_END: room
