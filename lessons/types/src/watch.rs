//! Which segments of a handshake a raw socket sees.

use crate::segment::Segment;
use socket2::Socket;
use std::io::{self, ErrorKind, Read};

// ANCHOR: watch
/// The segments that come and go at one port, up to a RST or a silence.
pub fn watch(mut raw: &Socket, port: u16) -> io::Result<Vec<Segment>> {
    let mut seen = Vec::new();
    let mut packet = [0; 1500];
    // On a system where others talk at this address too, not for ever.
    for _ in 0..100 {
        let length = match raw.read(&mut packet) {
            Ok(length) => length,
            Err(error) => match error.kind() {
                ErrorKind::WouldBlock | ErrorKind::TimedOut => break,
                _ => return Err(error),
            },
        };
        let Some(segment) = Segment::parse(&packet[..length]) else {
            continue;
        };
        if segment.ports.0 == port || segment.ports.1 == port {
            let last = segment.resets();
            seen.push(segment);
            if last {
                break;
            }
        }
    }
    Ok(seen)
}
// ANCHOR_END: watch
