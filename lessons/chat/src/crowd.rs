//! One talks, one listens, and one has stopped to read.
//!
//! The same crowd for two servers; both get the lines of step 3.
//!
//!     cargo run -p lesson-chat -- silent

use crate::guest::{Guest, say};
use std::io::{self, Read};
use std::net::Shutdown;
use std::thread;
use std::time::Duration;

/// How much is said: more than the kernel's queues take for one reader.
pub const SAID: usize = 12_000_000;

// ANCHOR: crowd
/// `talker` says a lot; how many bytes of it does `listener` hear?
///
/// When nothing arrives for as long as `standstill`, it is over.
pub fn heard(
    talker: Guest,
    mut listener: Guest,
    standstill: Duration,
) -> io::Result<usize> {
    talker.get_ref().set_write_timeout(Some(standstill))?;
    let (stop, sending) = (talker.get_ref().try_clone()?, talker);
    let sender = thread::spawn(move || {
        let line = "x".repeat(999);
        let mut said = 0;
        // An error here is a write that was not taken for so long.
        while said < SAID && say(&sending, &line).is_ok() {
            said += line.len() + 1;
        }
    });
    listener.get_ref().set_read_timeout(Some(standstill))?;
    let mut buffer = vec![0; 64 * 1024];
    let mut heard = 0;
    while heard < SAID {
        match listener.read(&mut buffer) {
            Ok(length @ 1..) => heard += length,
            _ => break,
        }
    }
    let _ = stop.shutdown(Shutdown::Both);
    let _ = sender.join();
    Ok(heard)
}
// ANCHOR_END: crowd
