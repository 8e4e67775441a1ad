//! A message in two writes needs a lock around both.
//!
//! Two threads send over one connection: a header and a body, many times.
//!
//!     cargo run -p lesson-framing -- two-writers

use crate::PATIENCE;
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use std::io::{self, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Mutex;
use std::thread;

/// Settled by the first message that is not as it was sent.
pub const EXPERIMENT: Experiment = Experiment {
    name: "two-writers",
    about: "Two threads that send over one connection.",
    file: file!(),
    question: "Two threads share a connection. Each writes headers and \
        bodies in turn, one call each; then again, with a lock held from \
        header to body. What arrives?",
    choices: &[
        Choice::believing(
            "whole",
            "Whole messages both times: each write is safe by itself",
            &belief::M63,
        ),
        Choice::new("lock", "Torn ones, then whole ones: the lock spans both"),
        Choice::new("torn", "Torn messages both times"),
    ],
    run,
};

// ANCHOR: two_writers
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let (torn_free, free) = first_torn(|mut connection, body, _| {
        connection.write_all(&[0, 0, 0, 4])?;
        connection.write_all(body)
    })?;
    me.does("receiver", format!("without a lock: {free}"));

    // One write of both is no cure either: if the queue is full, the kernel
    // takes a part of the bytes and lets others go first.
    let (torn_locked, locked) = first_torn(|mut connection, body, lock| {
        let _held = lock.lock();
        connection.write_all(&[0, 0, 0, 4])?;
        connection.write_all(body)
    })?;
    me.does("receiver", format!("with a lock: {locked}"));

    let evidence = format!("without: {free}; with: {locked}");
    Ok(match (torn_free, torn_locked) {
        (true, false) => Outcome::chose("lock", evidence),
        (true, true) => Outcome::chose("torn", evidence),
        // One torn message settles it; no number of whole ones does.
        (false, _) => Outcome::inconclusive(evidence),
    })
}

/// A way to send a message over a connection that others use too.
type Send = fn(&TcpStream, &[u8], &Mutex<()>) -> io::Result<()>;

/// Lets two threads send until the receiver has seen one torn message, or
/// 100,000 whole ones; then it hangs up, and their writes fail.
fn first_torn(send: Send) -> io::Result<(bool, String)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let sender = TcpStream::connect_timeout(&address, PATIENCE)?;
    let (receiver, _) = listener.accept()?;
    receiver.set_read_timeout(Some(PATIENCE))?;
    let lock = Mutex::new(());
    thread::scope(|scope| {
        for body in [b"aaaa", b"bbbb"] {
            let (sender, lock) = (&sender, &lock);
            let one = move |_| send(sender, body, lock);
            scope.spawn(move || (0..50_000).try_for_each(one));
        }
        let mut reader = BufReader::new(receiver);
        for number in 1..=100_000 {
            let mut message = [0; 8];
            reader.read_exact(&mut message)?;
            if !matches!(&message, b"\0\0\0\x04aaaa" | b"\0\0\0\x04bbbb") {
                let torn = kit::quoted(&message);
                return Ok((true, format!("message {number} is torn: {torn}")));
            }
        }
        Ok((false, "no message is torn".into()))
    })
}
// ANCHOR_END: two_writers
