//! One thread waits for each client, and turns its bytes into events.
//!
//! A client that says nothing costs a thread that sleeps in read.
//!
//!     cargo run -p lesson-chat -- server

use super::hub::Event;
use crate::lines::{LONGEST, next_line};
use std::io::{BufReader, ErrorKind, Read};
use std::net::TcpStream;
use std::sync::mpsc::SyncSender;
use std::time::{Duration, Instant};

/// How long it listens to a client that was told to go.
const LINGER: Duration = Duration::from_secs(1);

// ANCHOR: reader
/// Sends each line of the client to the hub, and at last that it left.
pub fn read_lines(id: u64, client: &TcpStream, events: &SyncSender<Event>) {
    let mut reader = BufReader::with_capacity(2048, client);
    let why = loop {
        match next_line(&mut reader, LONGEST) {
            // When the queue is full, send waits; then this thread no longer
            // reads, the client's kernel notices, and the client has to wait.
            Ok(Some(line)) => match events.send(Event::Line(id, line)) {
                Ok(()) => {}
                Err(_) => return, // The hub is gone.
            },
            Err(error) if error.kind() == ErrorKind::InvalidData => {
                break "Your line is too long";
            }
            // A connection that was reset is one way of leaving.
            Ok(None) | Err(_) => break "",
        }
    };
    let _ = events.send(Event::Left(id, why));
    linger(client);
}

/// Reads on for a moment and forgets what it reads.
///
/// A socket that is closed with unread bytes resets its connection, and a
/// reset can destroy the last words that are still on their way.
fn linger(mut client: &TcpStream) {
    let until = Instant::now() + LINGER;
    let _ = client.set_read_timeout(Some(LINGER));
    let mut forgotten = [0; 512];
    while Instant::now() < until {
        if !matches!(client.read(&mut forgotten), Ok(1..)) {
            return;
        }
    }
}
// ANCHOR_END: reader
