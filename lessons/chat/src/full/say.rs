//! Who hears what: one member, all but one, or everybody.
//!
//! Each line is put where it belongs, and sent at the end of the round.
//!
//!     cargo run -p lesson-chat -- server

use super::hub::Hub;
use std::net::Shutdown;

/// The answer to `/help`.
const HELP: &str = "/who  /nick NAME  /me TEXT  /msg NAME TEXT  /quit; \
    all else is said to all";

/// Who comes in sees so many of the last lines.
const REMEMBERED: usize = 20;

// ANCHOR: say
impl Hub {
    /// A line of a member called `name`, as it is typed here, in nc or in
    /// telnet. No line is an error: at worst it is unknown.
    pub fn command(&mut self, id: u64, name: &str, line: &str) {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let rest = rest.trim();
        match word {
            "/me" => self.say(id, format!("~ {name} {rest}")),
            "/msg" => {
                let (to, text) = rest.split_once(' ').unwrap_or((rest, ""));
                let text = format!("[{name} to you] {}", text.trim_start());
                match self.called(to) {
                    Some(to) => self.tell(to, &text),
                    None => self.tell(id, "* Nobody here has this name"),
                }
            }
            "/nick" => {
                if self.may_be_called(id, rest) {
                    self.notice(&format!("{name} is now called {rest}"));
                    self.name(id, rest);
                }
            }
            "/who" => self.tell_names(id),
            "/help" => self.tell(id, &format!("* {HELP}")),
            "/quit" => self.part(id, "As you wish", Shutdown::Both),
            _ if line.starts_with('/') => {
                let word: String = word.chars().take(20).collect();
                self.tell(id, &format!("* {word} is unknown; try /help"));
            }
            _ if line.is_empty() => {}
            _ => self.say(id, format!("[{name}] {line}")),
        }
    }

    /// A line for everybody but the member who said it.
    fn say(&mut self, id: u64, line: String) {
        if let Some(member) = self.member(id) {
            // It has seen this line: it wrote it.
            member.seen += line.len() + 1;
        }
        self.room.extend_from_slice(line.as_bytes());
        self.room.push(b'\n');
        if self.history.len() == REMEMBERED {
            self.history.pop_front();
        }
        self.history.push_back(line);
    }

    /// A line of the server for everybody who has a name.
    pub fn notice(&mut self, text: &str) {
        self.room.extend(format!("* {text}\n").bytes());
    }

    /// A line for one member, behind all that the room said before.
    pub fn tell(&mut self, id: u64, line: &str) {
        if let Some(member) = self.member(id) {
            member.out.extend_from_slice(line.as_bytes());
            member.out.push(b'\n');
        }
    }

    /// A member goes; it is told why, if there is a reason.
    pub fn part(&mut self, id: u64, why: &str, end: Shutdown) {
        if !why.is_empty() {
            self.tell(id, &format!("* {why}; goodbye"));
        }
        if let Some(name) = self.member(id).and_then(|m| m.leave(end)) {
            self.notice(&format!("{name} has left the room"));
            self.limits.log(format_args!("{name} has left {why}"));
        }
    }
}
// ANCHOR_END: say
