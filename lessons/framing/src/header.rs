//! A message can begin with its length, and even the length comes in pieces.
//!
//! A frame: four bytes that say how long the body is, and then the body.
//!
//!     cargo run -p lesson-framing -- header

use crate::PATIENCE;
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

/// Settled by the length that the first read returns.
pub const EXPERIMENT: Experiment = Experiment {
    name: "header",
    about: "A length in front of each message.",
    file: file!(),
    question: "A message begins with four bytes that say how long it is. So \
        far only two of them have arrived. The receiver calls read with a \
        buffer of four bytes. What does it return?",
    choices: &[
        Choice::believing(
            "waits",
            "Nothing yet: it waits for the four bytes it was asked for",
            &belief::M02,
        ),
        Choice::new("part", "2 bytes: that is what has arrived"),
        Choice::new("error", "An error: the header is not complete"),
    ],
    run,
};

// ANCHOR: header
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let mut sender = TcpStream::connect_timeout(&address, PATIENCE)?;
    let (mut receiver, from) = listener.accept()?;
    receiver.set_read_timeout(Some(Duration::from_millis(500)))?;

    // Both sides must agree on the order of the bytes. Most protocols put
    // the most significant one first: "network byte order", big endian.
    let body = b"hello";
    let length = u32::try_from(body.len()).expect("5 fits into a u32");
    let frame = [&length.to_be_bytes()[..], body].concat();
    me.sends("sender", &frame[..2], address);
    sender.write_all(&frame[..2])?;

    let mut header = [0; 4];
    let read = receiver.read(&mut header);
    me.returns("receiver", "read with room for 4 bytes", &read);
    let had = match read {
        Ok(had) => had,
        Err(error) => match error.kind() {
            ErrorKind::WouldBlock | ErrorKind::TimedOut => 0,
            _ => return Ok(Outcome::chose("error", error.to_string())),
        },
    };

    // read_exact calls read again and again until the buffer is full; an end
    // before that is the error UnexpectedEof.
    me.sends("sender", &frame[2..], address);
    sender.write_all(&frame[2..])?;
    receiver.read_exact(&mut header[had..])?;
    me.does("receiver", format!("has the whole header: {header:02x?}"));
    let length = u32::from_be_bytes(header);
    let backwards = u32::from_le_bytes(header);
    me.says(format!("that is {length}; in the wrong order: {backwards}"));

    // Room for as many bytes as a header says, whatever it says: that is all
    // right here, between friends. For strangers see `stranger`.
    let mut body = vec![0; length as usize];
    receiver.read_exact(&mut body)?;
    me.receives("receiver", &body, from);

    let evidence = format!("the first read got {had} of 4 bytes");
    Ok(match had {
        0 => Outcome::chose("waits", evidence),
        2 => Outcome::chose("part", evidence),
        _ => Outcome::unlisted(evidence),
    })
}
// ANCHOR_END: header
