//! A lock around a stream is held for as long as its reader waits.
//!
//! One thread reads, another wants to write, and the peer only answers.
//!
//!     cargo run -p lesson-threading -- locked-stream

use crate::capitals::repeating_peer;
use crate::{PATIENCE, STUCK};
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use std::io::{self, ErrorKind::*, Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex, mpsc};
use std::{thread, time::Instant};

/// Settled by what the reader's read returns.
pub const EXPERIMENT: Experiment = Experiment {
    name: "locked-stream",
    about: "Two threads share a stream in a Mutex.",
    file: file!(),
    question: "Two threads share an Arc<Mutex<TcpStream>>. The reader locks \
        it and reads, with a timeout of 200 ms. Now the writer wants to send \
        a question, to which the peer answers at once. What does the reader \
        get?",
    choices: &[
        Choice::believing(
            "answer",
            "The answer: the Mutex lets the two take their turns",
            &belief::M66,
        ),
        Choice::new("timeout", "Its timeout: the writer had to wait for it"),
        Choice::new("error", "An error: two threads use one socket"),
    ],
    run,
};

// ANCHOR: locked_stream
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let stream = repeating_peer()?; // it sends all back in capitals
    let address = stream.peer_addr()?;
    stream.set_read_timeout(Some(STUCK))?; // or nobody would ever go on
    let shared = Arc::new(Mutex::new(stream));
    let (sender, reports) = mpsc::channel();
    let mutex = Arc::clone(&shared);
    thread::spawn(move || {
        let Ok(mut stream) = mutex.lock() else { return };
        let _ = sender.send(Ok(0)); // it has the lock
        let _ = sender.send(stream.read(&mut [0; 100]));
    }); // only here does it give the lock back
    let broken = |_| io::Error::other("the reader did not report");
    reports.recv_timeout(PATIENCE).map_err(broken)??;
    me.does("reader", "has the lock");

    let asked = Instant::now();
    let poisoned = |_| io::Error::other("the reader's thread panicked");
    let stream = shared.lock().map_err(poisoned)?;
    let waited_ms = asked.elapsed().as_millis();
    me.does("writer", format!("got the lock after {waited_ms} ms"));
    let (mut reading, mut writing): (&TcpStream, _) = (&stream, &*stream);
    me.sends("writer", b"hello", address);
    writing.write_all(b"hello")?;
    let read = reports.recv_timeout(PATIENCE).map_err(broken)?;
    me.returns("reader", "read", &read);
    let (mut heard, mut buffer) = (Ok(0), [0; 100]);
    stream.set_read_timeout(Some(PATIENCE))?;
    if read.is_err() {
        let length = reading.read(&mut buffer)?;
        me.receives("writer", &buffer[..length], address);
    }

    // Without a lock: any number of threads may have a &TcpStream. But two
    // writers would still need one, or their messages could be mixed.
    me.says("now both use a &TcpStream, and no lock:");
    me.sends("writer", b"again", address);
    thread::scope(|scope| {
        scope.spawn(|| heard = reading.read(&mut buffer));
        writing.write_all(b"again")
    })?;
    let length = heard?;
    me.receives("reader", &buffer[..length], address);

    Ok(match read {
        Ok(0) => Outcome::unlisted("the peer closed the connection"),
        Ok(n) => Outcome::chose("answer", format!("its read returned {n}")),
        Err(e) if matches!(e.kind(), WouldBlock | TimedOut) => {
            Outcome::chose("timeout", format!("the lock took {waited_ms} ms"))
        }
        Err(e) => Outcome::chose("error", kit::describe_error(&e)),
    })
}
// ANCHOR_END: locked_stream
