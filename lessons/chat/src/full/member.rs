//! One client, as the hub knows it.
//!
//! The hub writes to it and another thread reads: one socket, two owners.
//!
//!     cargo run -p lesson-chat -- server

use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long it may take to hear its last words.
const FAREWELL: Duration = Duration::from_secs(2);

// ANCHOR: member
/// A client, with or without a name.
pub struct Member {
    pub stream: Arc<TcpStream>,
    pub name: Option<String>,
    /// When it came, or when it was told to go.
    pub since: Instant,
    /// What is kept for it, and when it last took something.
    pub out: Vec<u8>,
    pub taken: Instant,
    /// How much of the room's text of this round it has, or does not need.
    pub seen: usize,
    /// How its connection is to end, if it was told to go.
    pub end: Option<Shutdown>,
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
            end: None,
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

    /// It hears nothing new any more, only what is still kept for it.
    pub fn leave(&mut self, end: Shutdown) -> Option<String> {
        (self.end, self.since) = (Some(end), Instant::now());
        self.name.take()
    }

    /// Whether its last words are on their way, or nobody takes them.
    pub fn is_gone(&self) -> bool {
        let late = self.since.elapsed() > FAREWELL;
        self.end.is_some() && (self.out.is_empty() || late)
    }
}

impl Drop for Member {
    /// The reading thread has the socket too, so dropping it is no end.
    fn drop(&mut self) {
        let end = self.end.unwrap_or(Shutdown::Both);
        let _ = self.stream.shutdown(end);
    }
}
// ANCHOR_END: member
