//! A line without an end belongs to whoever sent it, not to everybody.
//!
//! ada sends four million letters, and never a newline.
//!
//!     cargo run -p lesson-chat -- endless

use crate::guest::{Guest, enter, hear, start, start_full};
use crate::step3;
use kit::{Choice, Experiment, Narrator, Outcome};
use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::thread;

/// Settled by the lines that reach bob.
pub const EXPERIMENT: Experiment = Experiment {
    name: "endless",
    about: "A line without an end, in step 3 and in step 5.",
    file: file!(),
    question: "ada sends 4,000,000 letters without a newline, and leaves. \
        Step 3 reads lines with read_line, the full chat reads at most \
        1,024 bytes for one. What reaches bob?",
    choices: &[
        Choice::new("nothing", "No letter from either: that was no line"),
        Choice::new(
            "step3",
            "All 4 MB as one line from step 3; nothing from 5",
        ),
        Choice::new("pieces", "All 4 MB from both, from step 5 in short lines"),
    ],
    run,
};

const SENT: usize = 4_000_000;

// ANCHOR: endless
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let address = start(step3::serve)?;
    let (bob, ada) = (enter(address, "bob")?, enter(address, "ada")?);
    me.does("ada", format!("sends {SENT} letters to step 3, no newline"));
    let (_, of_step3) = rant(ada, bob)?;
    me.does("bob", format!("gets {of_step3} letters"));

    let (address, _stop) = start_full()?;
    let (bob, ada) = (enter(address, "bob")?, enter(address, "ada")?);
    me.does("ada", format!("sends {SENT} letters to the full chat"));
    let (last_words, of_the_hub) = rant(ada, bob)?;
    me.receives("ada", &last_words, "the full chat");
    me.does("bob", format!("gets {of_the_hub} letters"));

    let evidence = format!("letters: {of_step3} and {of_the_hub}");
    Ok(match (of_step3, of_the_hub) {
        (0, 0) => Outcome::chose("nothing", evidence),
        (SENT, 0) => Outcome::chose("step3", evidence),
        (SENT, SENT) => Outcome::chose("pieces", evidence),
        _ => Outcome::unlisted(evidence),
    })
}

/// What ada is told at last, and how many of her letters bob gets.
fn rant(mut ada: Guest, mut bob: Guest) -> io::Result<(Vec<u8>, usize)> {
    let mut sender = ada.get_ref().try_clone()?;
    let sending = thread::spawn(move || {
        // The server may hang up before all is said: that is its right.
        let _ = sender.write_all(&vec![b'x'; SENT]);
        let _ = sender.shutdown(Shutdown::Write);
    });
    let mut letters = 0;
    loop {
        let line = hear(&mut bob)?;
        letters += line.iter().filter(|&&byte| byte == b'x').count();
        if line == b"* ada has left the room\n" {
            break;
        }
    }
    let mut last_words = Vec::new();
    let _ = ada.read_to_end(&mut last_words);
    let _ = sending.join();
    Ok((last_words, letters))
}
// ANCHOR_END: endless
