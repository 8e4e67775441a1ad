//! Who hears what: one member, all but one, or everybody.
//!
//! Each line is put where it belongs, and sent at the end of the round.
//!
//!     cargo run -p lesson-chat -- server

use super::hub::Hub;
use super::protocol::{Command, HELP, parse};
use std::net::Shutdown;

// ANCHOR: say
impl Hub {
    /// A line of a member called `name`.
    pub fn command(&mut self, id: u64, name: &str, line: &str) {
        match parse(line) {
            Command::Say("") => {}
            Command::Say(text) => self.say(id, format!("[{name}] {text}")),
            Command::Act(text) => self.say(id, format!("~ {name} {text}")),
            Command::Tell(to, text) => match self.called(to) {
                Some(to) => {
                    self.tell(to, &format!("[{name} to you] {text}"));
                }
                None => self.tell(id, "* Nobody here has this name"),
            },
            Command::Rename(new) => {
                if self.may_be_called(id, new) {
                    self.notice(&format!("{name} is now called {new}"));
                    self.name(id, new);
                }
            }
            Command::Who => {
                let names = self.names();
                self.tell(id, &format!("* The room contains: {names}"));
            }
            Command::Help => self.tell(id, &format!("* {HELP}")),
            Command::Quit => self.part(id, "As you wish", Shutdown::Both),
            Command::Unknown(word) => {
                let word: String = word.chars().take(20).collect();
                self.tell(id, &format!("* {word} is unknown; try /help"));
            }
        }
    }

    /// A line for everybody but the member who said it.
    fn say(&mut self, id: u64, line: String) {
        if let Some(member) = self.members.get_mut(&id) {
            member.catch_up(&self.room);
            // It has seen this line: it wrote it.
            member.seen += line.len() + 1;
        }
        self.room.extend_from_slice(line.as_bytes());
        self.room.push(b'\n');
        self.remember(line);
    }

    /// A line of the server for everybody who has a name.
    pub fn notice(&mut self, text: &str) {
        self.room
            .extend_from_slice(format!("* {text}\n").as_bytes());
    }

    /// A line for one member, behind all that the room said before.
    pub fn tell(&mut self, id: u64, line: &str) {
        let member = self.members.get_mut(&id);
        if let Some(member) = member.filter(|member| member.end.is_none()) {
            member.catch_up(&self.room);
            member.out.extend_from_slice(line.as_bytes());
            member.out.push(b'\n');
        }
    }

    /// A member goes; it is told why, if there is a reason.
    pub fn part(&mut self, id: u64, why: &str, end: Shutdown) {
        if !why.is_empty() {
            self.tell(id, &format!("* {why}; goodbye"));
        }
        let Some(member) = self.members.get_mut(&id) else {
            return;
        };
        member.catch_up(&self.room);
        if let Some(name) = member.leave(end) {
            self.notice(&format!("{name} has left the room"));
            self.limits.log(format_args!("{name} has left {why}"));
        }
    }
}
// ANCHOR_END: say
