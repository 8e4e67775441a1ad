//! A write that never waits, and an end to patience.
//!
//! ada talks, bob listens, and sam has stopped reading: step 5.
//!
//!     cargo run -p lesson-chat -- hub

use crate::PATIENCE;
use crate::guest::crowd::{SAID, heard};
use crate::guest::{enter, start_full};
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use std::io::{self, Read};

/// Settled by how much bob hears, and by what sam finds at last.
pub const EXPERIMENT: Experiment = Experiment {
    name: "hub",
    about: "Step 5, and a client that does not read.",
    file: file!(),
    question: "The same three people in the full chat, where one thread \
        writes to all: ada says 12 MB, bob reads, sam does not. After that \
        sam reads again. What became of them?",
    choices: &[
        Choice::new("cut", "bob gets all; sam gets a part, and then the end"),
        Choice::new(
            "frozen",
            "bob no longer gets anything: one thread for all is worse still",
        ),
        Choice::believing(
            "kept",
            "bob gets all; sam gets all too, a little later",
            &belief::M65,
        ),
    ],
    run,
};

// ANCHOR: hub
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let (address, _stop) = start_full()?;
    let mut sam = enter(address, "sam")?;
    let bob = enter(address, "bob")?;
    let ada = enter(address, "ada")?;
    me.does("sam", format!("connects to {address}"));

    me.does("ada", format!("begins to say {SAID} bytes"));
    let heard = heard(ada, bob, PATIENCE)?;
    me.does("bob", format!("gets {heard} bytes or more"));

    // What sam finds is what the queues of the kernel held for him. The
    // server kept 256 KiB on top of that, and then let him go.
    let mut buffer = vec![0; 64 * 1024];
    let mut found = 0;
    let end = loop {
        match sam.read(&mut buffer) {
            Ok(length @ 1..) => found += length,
            end => break end,
        }
    };
    let shown = match &end {
        Ok(_) => String::from("the end"),
        Err(error) => kit::describe_error(error),
    };
    me.does("sam", format!("reads {found} bytes, and then: {shown}"));

    let evidence = format!("bob {heard} bytes, sam {found}, then {shown}");
    Ok(match (heard, end) {
        (..SAID, _) => Outcome::chose("frozen", evidence),
        (_, Ok(0)) if found < SAID => Outcome::chose("cut", evidence),
        _ if found >= SAID => Outcome::chose("kept", evidence),
        _ => Outcome::unlisted(evidence),
    })
}
// ANCHOR_END: hub
