//! A message can end where the protocol says: at a newline.
//!
//! Four lines are sent with two writes, cut where no line ends.
//!
//!     cargo run -p lesson-framing -- lines

use crate::PATIENCE;
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};

/// Settled by the lines that read_line returns.
pub const EXPERIMENT: Experiment = Experiment {
    name: "lines",
    about: "Four lines in two writes.",
    file: file!(),
    question: "The sender writes \"one\\ntwo\\nthr\", then \"ee\\nfour\", and \
        ends the connection. The receiver calls read_line until it returns 0. \
        How many times does it return text?",
    choices: &[
        Choice::believing("two", "2: once for each write", &belief::M01),
        Choice::new("three", "3: \"four\" has no newline, so it is no line"),
        Choice::new("four", "4: the last text comes without a newline"),
    ],
    run,
};

// ANCHOR: lines
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let mut sender = TcpStream::connect_timeout(&address, PATIENCE)?;
    let (receiver, from) = listener.accept()?;
    receiver.set_read_timeout(Some(PATIENCE))?;

    me.sends("sender", b"one\ntwo\nthr", address);
    sender.write_all(b"one\ntwo\nthr")?;
    me.sends("sender", b"ee\nfour", address);
    sender.write_all(b"ee\nfour")?;
    me.does("sender", "ends the connection");
    drop(sender);

    // BufReader reads what has arrived and keeps what belongs to a later
    // line. It must live as long as the connection: a second one would not
    // have the bytes that the first one holds.
    let mut reader = BufReader::new(receiver);
    let mut lines = Vec::new();
    loop {
        // read_line waits for a newline or the end, however long the line
        // becomes. Strangers must not be read like this: see `endless`.
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            break;
        }
        me.receives("receiver", line.as_bytes(), from);
        lines.push(line);
    }

    // Is the last one a line? A file may end without a newline; a peer may
    // also have died in the middle of a line. The protocol must decide.
    let evidence = kit::list_quoted(&lines);
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    Ok(match lines[..] {
        ["one\ntwo\nthr", "ee\nfour"] => Outcome::chose("two", evidence),
        ["one\n", "two\n", "three\n"] => Outcome::chose("three", evidence),
        ["one\n", "two\n", "three\n", "four"] => {
            Outcome::chose("four", evidence)
        }
        _ => Outcome::unlisted(evidence),
    })
}
// ANCHOR_END: lines
