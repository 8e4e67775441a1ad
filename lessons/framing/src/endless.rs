//! A line has no end until you set one.
//!
//! A stranger sends a million letters, and never a newline.
//!
//!     cargo run -p lesson-framing -- endless

use crate::PATIENCE;
use kit::{Choice, Experiment, Narrator, Outcome};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

/// Settled by how much read_line has put into the string.
pub const EXPERIMENT: Experiment = Experiment {
    name: "endless",
    about: "A line without an end.",
    file: file!(),
    question: "A stranger sends 1,000,000 letters without a newline and ends \
        the connection. The program calls read_line on a BufReader, whose \
        buffer holds 8,192 bytes. What does read_line return?",
    choices: &[
        Choice::new("all", "1,000,000 bytes: the string grows with the line"),
        Choice::new("buffer", "8,192 bytes: more does not fit into the buffer"),
        Choice::new("error", "An error: that was no line"),
    ],
    run,
};

const SENT: usize = 1_000_000;

/// The longest line that the careful reader accepts, newline included.
const LIMIT: usize = 1000;

// ANCHOR: endless
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let mut reader = BufReader::new(stranger()?);
    let buffer = reader.capacity();
    me.does("program", format!("has a BufReader of {buffer} bytes"));
    let mut line = String::new();
    let read = reader.read_line(&mut line);
    me.returns("program", "read_line", &read);

    // The same stranger again, and a reader that knows how long a line may
    // be. take gives the end of the stream after so many bytes.
    let mut reader = BufReader::new(stranger()?);
    let mut line = Vec::new();
    reader
        .by_ref()
        .take(LIMIT as u64)
        .read_until(b'\n', &mut line)?;
    let length = line.len();
    me.does("careful", format!("reads {length} bytes and then stops"));

    // Full and no newline: this line breaks the agreement. There is no way
    // to find the next line but to read on, so drop the connection.
    let kept = length < LIMIT || line.ends_with(b"\n");
    me.says(format!("the careful reader keeps the line: {kept}"));

    let evidence = match &read {
        Ok(length) => format!("read_line returned {length} bytes"),
        Err(error) => kit::describe_error(error),
    };
    Ok(match read {
        Ok(SENT) => Outcome::chose("all", evidence),
        Ok(length) if length == buffer => Outcome::chose("buffer", evidence),
        Ok(_) => Outcome::unlisted(evidence),
        Err(_) => Outcome::chose("error", evidence),
    })
}

/// A connection to a stranger who is sending letters at this moment.
fn stranger() -> io::Result<TcpStream> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let mut sender = TcpStream::connect_timeout(&address, PATIENCE)?;
    sender.set_write_timeout(Some(PATIENCE))?;
    // The result is of no interest: the careful reader hangs up on it.
    thread::spawn(move || sender.write_all(&vec![b'x'; SENT]));
    let (receiver, _) = listener.accept()?;
    receiver.set_read_timeout(Some(PATIENCE))?;
    Ok(receiver)
}
// ANCHOR_END: endless
