//! A connection carries both ways at once; one thread at each end does not.
//!
//! Two programs send each other more than the kernel will hold for them.
//!
//!     cargo run -p lesson-threading -- both-ways

use crate::{PATIENCE, STUCK};
use kit::{Choice, Experiment, Narrator, Outcome};
use std::io::{self, ErrorKind::*, Read, Write, copy, sink};
use std::net::{TcpListener, TcpStream};
use std::thread;

/// Settled by how much of its data each end could send.
pub const EXPERIMENT: Experiment = Experiment {
    name: "both-ways",
    about: "Two programs that send at the same time.",
    file: file!(),
    question: "Two programs share a TCP connection. Each has one thread, \
        which first sends 32 MiB and then reads what the other sent. What \
        happens?",
    choices: &[
        Choice::new("fine", "All arrives: TCP carries both ways at once"),
        Choice::new("stuck", "Both are stuck: neither can send all it has"),
        Choice::new("one", "One can send all, and the other waits for it"),
    ],
    run,
};

const ALL: usize = 32 << 20;

// ANCHOR: both_ways
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let left = TcpStream::connect_timeout(&address, PATIENCE)?;
    let (right, _) = listener.accept()?;
    let ends = [&left, &right];
    for end in ends {
        end.set_write_timeout(Some(STUCK))?; // or stuck is stuck for ever
        end.set_read_timeout(Some(PATIENCE))?;
    }

    // One thread an end, and both send. They fill the queues of both sockets,
    // and then each waits for room that only the other could make.
    let mut sent = [Ok(0), Ok(0)];
    thread::scope(|scope| {
        for (end, sent) in ends.into_iter().zip(&mut sent) {
            scope.spawn(|| *sent = send(end, ALL));
        }
    });
    let [left_sent, right_sent] = sent;
    let sent = [left_sent?, right_sent?];
    me.does("left", format!("could send {} of {ALL} bytes", sent[0]));
    me.does("right", format!("could send {} of {ALL} bytes", sent[1]));

    // The same connection, and at each end a second thread, which reads. A
    // &TcpStream can read and write, so the two share it without a lock.
    let mut got = [Ok(0), Ok(0)];
    thread::scope(|scope| {
        for ((end, got), sent) in ends.into_iter().zip(&mut got).zip(sent) {
            scope.spawn(move || send(end, ALL - sent));
            scope.spawn(|| *got = copy(&mut end.take(ALL as u64), &mut sink()));
        }
    });
    me.says("now each end has a second thread, which reads:");
    me.returns("left", "reading all", &got[0]);
    me.returns("right", "reading all", &got[1]);

    let evidence = format!("{} and {} of {ALL} bytes sent", sent[0], sent[1]);
    Ok(match sent {
        [ALL, ALL] => Outcome::chose("fine", evidence),
        [ALL, _] | [_, ALL] => Outcome::chose("one", evidence),
        _ => Outcome::chose("stuck", evidence),
    })
}

/// Sends until all is sent, or until there has been no room for a while.
fn send(mut end: &TcpStream, length: usize) -> io::Result<usize> {
    let piece = [b'x'; 65_536];
    let mut sent = 0;
    while sent < length {
        match end.write(&piece[..piece.len().min(length - sent)]) {
            Ok(taken) => sent += taken,
            Err(e) if matches!(e.kind(), WouldBlock | TimedOut) => break,
            Err(e) => return Err(e),
        }
    }
    Ok(sent)
}
// ANCHOR_END: both_ways
