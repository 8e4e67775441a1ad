//! One write can take many reads.
//!
//! Four million bytes go out with one call, to a reader with room for all.
//!
//!     cargo run -p lesson-stream -- pieces

use crate::PATIENCE;
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

/// Settled by the lengths that the reads return.
pub const EXPERIMENT: Experiment = Experiment {
    name: "pieces",
    about: "One long message and a buffer with room for it.",
    file: file!(),
    question: "The sender sends a message of 4,000,000 bytes with one \
        write_all. The receiver has a buffer of 8,000,000 bytes and calls \
        read at once, again and again. What do its reads return?",
    choices: &[
        Choice::believing(
            "one",
            "4,000,000 bytes at once: there is room for the whole message",
            &belief::M02,
        ),
        Choice::new(
            "equal",
            "Pieces of one size, and a shorter one at the end",
        ),
        Choice::new("any", "Pieces of different sizes, all of it in the end"),
        Choice::new("less", "Less than 4,000,000 bytes in all"),
    ],
    run,
};

const SENT: usize = 4_000_000;

// ANCHOR: pieces
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let mut sender = TcpStream::connect_timeout(&address, PATIENCE)?;
    let (mut receiver, _) = listener.accept()?;
    receiver.set_read_timeout(Some(PATIENCE))?;
    sender.set_write_timeout(Some(PATIENCE))?;

    // The sender works beside the receiver, in a thread of its own. When it
    // is done it drops its socket, which ends the connection.
    me.does("sender", format!("sends {SENT} bytes with one write_all"));
    let sending = thread::spawn(move || sender.write_all(&vec![b'x'; SENT]));

    let mut buffer = vec![0; 2 * SENT];
    let mut lengths = Vec::new();
    loop {
        let length = receiver.read(&mut buffer)?;
        // A read of 0 bytes is the end of the stream. Without it, or a length
        // sent before, nobody could tell when the message is whole.
        if length == 0 {
            break;
        }
        lengths.push(length);
    }
    let sent = sending.join().is_ok_and(|sent| sent.is_ok());
    let head = kit::list(lengths.iter().take(3));
    me.does("receiver", format!("bytes of the first reads: {head}"));
    let (reads, total) = (lengths.len(), lengths.iter().sum::<usize>());
    me.does("receiver", format!("has made {reads} reads: {total} bytes"));

    let longest = lengths.iter().max().copied().unwrap_or(0);
    let evidence = format!("{reads} reads, the longest {longest} bytes");
    Ok(match &lengths[..] {
        _ if !sent => Outcome::unlisted("write_all failed"),
        _ if total != SENT => Outcome::chose("less", evidence),
        [_] => Outcome::chose("one", evidence),
        [all @ .., _] if all.iter().all(|length| *length == longest) => {
            Outcome::chose("equal", evidence)
        }
        _ => Outcome::chose("any", evidence),
    })
}
// ANCHOR_END: pieces
