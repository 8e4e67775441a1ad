//! One client, as the hub knows it.
//!
//! The hub writes to it and another thread reads: one socket, two owners.
//!
//!     cargo run -p lesson-chat -- server

use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::time::Instant;

// ANCHOR: member
/// A client, with or without a name.
pub struct Member {
    pub stream: Arc<TcpStream>,
    pub name: Option<String>,
    pub since: Instant,
    /// What is kept for it, and when it last took something.
    pub out: Vec<u8>,
    pub taken: Instant,
    /// How much of the room's text of this round it has, or does not need.
    pub seen: usize,
    pub open: bool,
}

impl Member {
    pub fn new(stream: Arc<TcpStream>) -> Member {
        let since = Instant::now();
        Member {
            stream,
            name: None,
            since,
            out: Vec::new(),
            taken: since,
            seen: 0,
            open: true,
        }
    }

    /// Puts the room's text so far behind what is kept for this member.
    pub fn catch_up(&mut self, room: &[u8]) {
        if self.out.is_empty() {
            self.taken = Instant::now(); // It is not behind before now.
        }
        if self.name.is_some() {
            self.out.extend_from_slice(&room[self.seen..]);
        }
        self.seen = room.len();
    }

    /// Ends the connection; after both ways its reader wakes and leaves.
    pub fn close(&mut self, how: Shutdown) {
        self.open = false;
        self.out = Vec::new();
        let _ = self.stream.shutdown(how);
    }
}
// ANCHOR_END: member
