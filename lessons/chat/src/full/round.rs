//! The end of a round: everything goes out, and some have to go.
//!
//! One send for each client, whatever was said in this round.
//!
//!     cargo run -p lesson-chat -- hub

use super::hub::Hub;
use std::net::Shutdown;

// ANCHOR: round
impl Hub {
    pub fn flush(&mut self) {
        let mut lost = Vec::new();
        for (&id, member) in &mut self.members {
            let sent = member.flush(&self.room);
            if let Err(why) = sent.and_then(|()| member.judge(&self.limits)) {
                lost.push((id, why));
            }
        }
        self.room.clear();
        self.members.retain(|_, member| !member.is_gone());
        // Each departure is news for the others, and goes out in a moment.
        for (id, why) in &lost {
            self.part(*id, why, Shutdown::Both);
        }
        if !lost.is_empty() {
            self.flush();
        }
    }
}
// ANCHOR_END: round
