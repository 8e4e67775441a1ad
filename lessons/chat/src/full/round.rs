//! The end of a round: everything goes out, and some have to go.
//!
//! One send for each client, whatever was said in this round.
//!
//!     cargo run -p lesson-chat -- hub

use super::hub::Hub;
use std::net::Shutdown;
use std::time::Instant;

// ANCHOR: round
impl Hub {
    pub fn flush(&mut self) {
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

    pub fn is_over(&self) -> bool {
        let late = |since: Instant| since.elapsed().as_secs() >= 2;
        let empty = self.members.is_empty();
        self.closing.is_some_and(|since| empty || late(since))
    }
}
// ANCHOR_END: round
