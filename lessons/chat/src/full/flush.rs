//! A write that never waits, and an end to patience.
//!
//! What a client does not take is kept for it: so much, and so long.
//!
//!     cargo run -p lesson-chat -- hub

use super::limits::Limits;
use super::member::Member;
use socket2::SockRef;
use std::io::ErrorKind::{Interrupted, WouldBlock};
use std::time::{Duration, Instant};

/// The most that is kept for a client that is behind, in bytes.
const KEPT: usize = 256 * 1024;

/// For so long the room waits for one who is behind: once, if it reads no
/// more, and again and again for one who goes on reading, however slowly.
const MOMENT: Duration = Duration::from_millis(500);

/// MSG_DONTWAIT of send(2): return at once, for this one call.
///
/// `set_nonblocking` would not do: it is for the open socket, and the reading
/// thread, which wants to wait, has the same one.
const AT_ONCE: i32 = if cfg!(target_os = "linux") {
    0x40
} else {
    0x80
};

impl Member {
    /// Sends what the kernel takes at this moment, and keeps the rest.
    pub fn flush(&mut self, room: &[u8]) -> Result<(), &'static str> {
        // Most have nothing waiting: they get the room's text as it is.
        let direct = self.out.is_empty() && self.name.is_some();
        if !direct {
            self.catch_up(room);
        }
        let start = std::mem::take(&mut self.seen);
        let text = if direct { &room[start..] } else { &self.out };
        if text.is_empty() {
            return Ok(());
        }
        let socket = SockRef::from(&*self.stream);
        let sent = match socket.send_with_flags(text, AT_ONCE) {
            Ok(sent) => sent,
            Err(e) if [WouldBlock, Interrupted].contains(&e.kind()) => 0,
            Err(_) => {
                self.out.clear();
                return Err("The connection is lost");
            }
        };
        if direct || sent > 0 {
            self.taken = Instant::now();
        }
        match direct {
            true => self.out.extend_from_slice(&room[start + sent..]),
            false => drop(self.out.drain(..sent)),
        }
        if self.out.is_empty() {
            self.out.shrink_to(256);
        }
        Ok(())
    }

    /// Whether it is behind but reads: it took something a moment ago.
    pub fn catches_up(&self) -> bool {
        self.out.len() > KEPT / 4 && self.taken.elapsed() < MOMENT
    }

    /// To be asked after flush: a burst that a healthy client takes at once
    /// is no reason to cut it, however long it is.
    pub fn judge(&mut self, limits: &Limits) -> Result<(), &'static str> {
        let late = self.taken.elapsed().as_secs() >= limits.read_within;
        let silent = self.since.elapsed().as_secs() >= limits.name_within;
        if self.end.is_some() {
            Ok(()) // It was told already.
        } else if self.out.len() > KEPT || !self.out.is_empty() && late {
            // Only the line that it has a part of is finished for it.
            let line = self.out.iter().position(|&byte| byte == b'\n');
            self.out.truncate(line.map_or(0, |end| end + 1));
            Err("You do not read what is sent to you")
        } else if self.name.is_none() && silent {
            Err("You did not say your name")
        } else {
            Ok(())
        }
    }
}
