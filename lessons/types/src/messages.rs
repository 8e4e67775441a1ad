//! Three messages through one pair of sockets.

use crate::PATIENCE;
use socket2::Socket;
use std::io::{self, Read};
use std::mem::MaybeUninit;
use std::time::Instant;

// ANCHOR: messages
/// Sends "A", "B" and "C", and returns what each receive got.
pub fn received(
    (sender, receiver): (Socket, Socket),
    kind: &str,
) -> io::Result<Vec<String>> {
    for message in ["A", "B", "C"] {
        sender.send(message.as_bytes())?;
    }
    receiver.set_read_timeout(Some(PATIENCE))?;
    // On loopback all is there by now, as a rule. A stream may need a moment:
    // look without taking until it has three bytes.
    let deadline = Instant::now() + PATIENCE;
    let mut look = [MaybeUninit::uninit(); 3];
    while kind == "stream" && receiver.peek(&mut look)? < 3 {
        if Instant::now() > deadline {
            break;
        }
    }
    let mut came: Vec<String> = Vec::new();
    while came.concat().len() < 3 {
        let mut buffer = [0; 1500];
        let length = (&receiver).read(&mut buffer)?;
        // A raw socket gets the IP header too: its length in words of four
        // bytes is in the lower half of its first byte.
        let header = if kind == "raw" { buffer[0] % 16 * 4 } else { 0 };
        let message = &buffer[..length][header.into()..];
        came.push(String::from_utf8_lossy(message).into_owned());
    }
    Ok(came)
}
// ANCHOR_END: messages
