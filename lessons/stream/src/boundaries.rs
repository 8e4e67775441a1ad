//! A read knows neither messages nor letters, only bytes.
//!
//! Two messages are written, and read into a buffer of ten bytes.
//!
//!     cargo run -p lesson-stream -- boundaries

use crate::PATIENCE;
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Instant;

/// Settled by the bytes that the first read returns.
pub const EXPERIMENT: Experiment = Experiment {
    name: "boundaries",
    about: "Two messages and one read.",
    file: file!(),
    question: "The sender writes \"hello \" (6 bytes) and then \"café\" (5 \
        bytes: é takes two). Both have arrived before the receiver calls read \
        with room for 10 bytes. What does that one call return?",
    choices: &[
        Choice::believing(
            "message",
            "6 bytes, \"hello \": what was written with one call",
            &belief::M01,
        ),
        Choice::believing(
            "letters",
            "9 bytes, \"hello caf\": no letter is cut in two",
            &belief::M08,
        ),
        Choice::new("bytes", "10 bytes: \"hello caf\" and one half of the é"),
    ],
    run,
};

// ANCHOR: boundaries
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let mut sender = TcpStream::connect_timeout(&address, PATIENCE)?;
    let (mut receiver, from) = listener.accept()?;
    receiver.set_read_timeout(Some(PATIENCE))?;

    me.sends("sender", b"hello ", address);
    sender.write_all(b"hello ")?;
    me.sends("sender", "café".as_bytes(), address);
    sender.write_all("café".as_bytes())?;

    // peek looks at what has arrived and leaves it there. A kernel that kept
    // messages apart would show 6 bytes, however long we look.
    let looking = Instant::now();
    let mut arrived = receiver.peek(&mut [0; 20])?;
    while arrived < 11 && looking.elapsed() < PATIENCE / 5 {
        thread::yield_now();
        arrived = receiver.peek(&mut [0; 20])?;
    }
    me.does("receiver", format!("peek sees {arrived} bytes"));

    let mut buffer = [0; 10];
    let length = receiver.read(&mut buffer)?;
    let first = &buffer[..length];
    me.receives("receiver", first, from);

    // Half of a letter is not text. A program that gives up here, or puts a
    // replacement character in its place, damages a message that is intact.
    let text = str::from_utf8(first).map_err(io::Error::other);
    me.returns("receiver", "from_utf8", &text);

    let mut rest = [0; 10];
    let length = receiver.read(&mut rest)?;
    me.receives("receiver", &rest[..length], from);

    let evidence = format!("the first read got {}", kit::quoted(first));
    Ok(match first {
        b"hello " => Outcome::chose("message", evidence),
        b"hello caf" => Outcome::chose("letters", evidence),
        b"hello caf\xc3" => Outcome::chose("bytes", evidence),
        _ => Outcome::unlisted(evidence),
    })
}
// ANCHOR_END: boundaries
