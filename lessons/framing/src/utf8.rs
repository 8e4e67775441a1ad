//! Decode a message when it is whole.
//!
//! A text arrives in pieces of five bytes and is decoded in two ways.
//!
//!     cargo run -p lesson-framing -- utf8

use crate::PATIENCE;
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};

/// Settled by the two texts.
pub const EXPERIMENT: Experiment = Experiment {
    name: "utf8",
    about: "A text that arrives in pieces.",
    file: file!(),
    question: "The sender sends \"Grüße, 世界\". The receiver reads with a \
        buffer of 5 bytes. Once it turns each piece into text at once with \
        from_utf8_lossy, once it decodes all bytes at the end. What comes out?",
    choices: &[
        Choice::believing(
            "same",
            "The same text both times: the bytes are the same",
            &belief::M08,
        ),
        Choice::new(
            "damaged",
            "A damaged text and then the right one: cuts hit letters",
        ),
        Choice::new("neither", "A damaged text both times"),
    ],
    run,
};

// ANCHOR: utf8
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let mut sender = TcpStream::connect_timeout(&address, PATIENCE)?;
    let (mut receiver, from) = listener.accept()?;
    receiver.set_read_timeout(Some(PATIENCE))?;

    let message = "Grüße, 世界";
    me.sends("sender", message.as_bytes(), address);
    sender.write_all(message.as_bytes())?;
    drop(sender); // here the end of the connection is the end of the message

    // A real connection cuts where it likes, and mostly not in the middle of
    // a letter. So this fault passes every test and waits for a busy day.
    let mut buffer = [0; 5];
    let mut piece_by_piece = String::new();
    let mut whole = Vec::new();
    loop {
        let length = receiver.read(&mut buffer)?;
        if length == 0 {
            break;
        }
        let piece = &buffer[..length];
        me.receives("receiver", piece, from);
        piece_by_piece += &String::from_utf8_lossy(piece);
        whole.extend_from_slice(piece);
    }
    me.says(format!("decoded piece by piece: {piece_by_piece}"));

    // What a stranger sends need not be text at all. from_utf8 says so, and
    // then it is the message that is wrong, not the place of a cut.
    let at_the_end = String::from_utf8(whole);
    let shown = at_the_end.as_deref().unwrap_or("not text");
    me.says(format!("decoded at the end: {shown}"));

    let right = |text: &str| text == message;
    let both = [&piece_by_piece, shown];
    let evidence = kit::list_quoted(both);
    Ok(match (right(&piece_by_piece), right(shown)) {
        (true, true) => Outcome::chose("same", evidence),
        (false, true) => Outcome::chose("damaged", evidence),
        (false, false) => Outcome::chose("neither", evidence),
        (true, false) => Outcome::unlisted(evidence),
    })
}
// ANCHOR_END: utf8
