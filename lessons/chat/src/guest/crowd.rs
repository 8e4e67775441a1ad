//! One talks, one listens, and one has stopped reading.
//!
//! The same crowd for two servers, that of step 2 and that of step 5.
//!
//!     cargo run -p lesson-chat -- silent

use super::{Guest, say};
use std::io::{self, Read};
use std::net::Shutdown;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// How many lines are said in one breath.
const LINES: usize = 500;

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
    let stop = talker.get_ref().try_clone()?;
    // The talker is at most one breath ahead, so that a listener on a busy
    // machine is not taken for one who does not read.
    let (allow, allowed) = mpsc::sync_channel(1);
    let sender = thread::spawn(move || {
        let line = "x".repeat(999);
        // An error here is a write that was not taken for so long.
        for () in allowed {
            if (0..LINES).any(|_| say(&talker, &line).is_err()) {
                break;
            }
        }
    });
    listener.get_ref().set_read_timeout(Some(standstill))?;
    let mut buffer = vec![0; 64 * 1024];
    let (mut heard, mut said) = (0, 0);
    while heard < SAID {
        // The next portion, when the one before has been heard.
        if heard >= said && said < SAID && allow.send(()).is_ok() {
            said += LINES * 1000;
        }
        match listener.read(&mut buffer) {
            Ok(length @ 1..) => heard += length,
            _ => break,
        }
    }
    drop(allow);
    let _ = stop.shutdown(Shutdown::Both);
    let _ = sender.join();
    Ok(heard)
}
// ANCHOR_END: crowd
