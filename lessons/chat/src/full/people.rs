//! Who is in the room, and by which name.
//!
//! A connection has a number, which nobody sees; a member has a name.
//!
//!     cargo run -p lesson-chat -- server

use super::hub::Hub;
use super::member::Member;

// ANCHOR: people
impl Hub {
    /// A member who was not told to go, with all that the room said so far.
    pub fn member(&mut self, id: u64) -> Option<&mut Member> {
        let member = self.members.get_mut(&id).filter(|m| m.end.is_none())?;
        member.catch_up(&self.room);
        Some(member)
    }

    /// The number of the member with this name.
    pub fn called(&self, name: &str) -> Option<u64> {
        let mut all = self.members.iter();
        let found = all.find(|(_, m)| m.name.as_deref() == Some(name));
        found.map(|(id, _)| *id)
    }

    /// Tells it all names, in the order in which their members came.
    pub fn tell_names(&mut self, id: u64) {
        let names = self.members.values().filter_map(|m| m.name.as_deref());
        let names = names.collect::<Vec<_>>().join(", ");
        self.tell(id, &format!("* The room contains: {names}"));
    }

    /// Whether it may have this name; if not, it is told why.
    ///
    /// Letters of other scripts are welcome in a text but not in a name: two
    /// of them may look the same, and a name is what one trusts.
    pub fn may_be_called(&mut self, id: u64, name: &str) -> bool {
        let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let no = if !plain || !(1..=16).contains(&name.len()) {
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
        if let Some(member) = self.member(id) {
            member.name = Some(name.to_string());
        }
    }
}
// ANCHOR_END: people
