//! Who is in the room, and by which name.
//!
//! A connection has a number, which nobody sees; a member has a name.
//!
//!     cargo run -p lesson-chat -- server

use super::hub::Hub;
use super::member::Member;
use super::protocol::is_name;

/// Who comes in sees so many of the last lines.
const REMEMBERED: usize = 20;

// ANCHOR: people
impl Hub {
    /// All names, in the order in which their members came.
    pub fn names(&self) -> String {
        let names = self.members.values().filter_map(|m| m.name.as_deref());
        names.collect::<Vec<_>>().join(", ")
    }

    /// The number of the member with this name.
    pub fn called(&self, name: &str) -> Option<u64> {
        let has_it = |m: &Member| m.name.as_deref() == Some(name);
        let found = self.members.iter().find(|(_, member)| has_it(member));
        found.map(|(id, _)| *id)
    }

    /// Whether it may have this name; if not, it is told why.
    pub fn may_be_called(&mut self, id: u64, name: &str) -> bool {
        let no = if !is_name(name) {
            "A name has 1 to 16 letters and digits"
        } else if self.called(name).is_some() {
            "This name is taken"
        } else {
            return true;
        };
        self.tell(id, &format!("* {no}; which other one?"));
        false
    }

    /// From now on the member has this name, and hears the room.
    pub fn name(&mut self, id: u64, name: &str) {
        if let Some(member) = self.members.get_mut(&id) {
            member.catch_up(&self.room);
            member.name = Some(name.to_string());
        }
    }

    pub fn remember(&mut self, line: String) {
        if self.history.len() == REMEMBERED {
            self.history.pop_front();
        }
        self.history.push_back(line);
    }
}
// ANCHOR_END: people
