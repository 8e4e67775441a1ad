//! Who writes to all, one after the other, waits for the slowest.
//!
//! ada talks, bob listens, and sam has stopped reading: step 2.
//!
//!     cargo run -p lesson-chat -- silent

use crate::guest::crowd::{SAID, heard};
use crate::guest::{connect, start};
use crate::step2;
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use std::io;
use std::time::Duration;

/// Settled by how much bob hears.
pub const EXPERIMENT: Experiment = Experiment {
    name: "silent",
    about: "Step 2, and a client that does not read.",
    file: file!(),
    question: "Step 2 has a thread for each client. ada says 12 MB, bob \
        reads all that comes, and sam stays connected but never reads, as a \
        laptop with its lid closed. What does bob get?",
    choices: &[
        Choice::believing(
            "all",
            "All of it: each client has a thread, so sam harms only himself",
            &belief::M65,
        ),
        Choice::new("some", "The first few MB, then nothing: all wait for sam"),
        Choice::new("none", "Nothing from the moment when sam stopped reading"),
    ],
    run,
};

// ANCHOR: silent
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let address = start(step2::serve)?;
    // Each is in the server's list before the next is accepted.
    let sam = connect(address)?;
    let bob = connect(address)?;
    let ada = connect(address)?;
    me.does("sam", format!("connects to {address}"));

    me.does("ada", format!("begins to say {SAID} bytes"));
    let heard = heard(ada, bob, Duration::from_millis(500))?;
    me.does("bob", format!("gets {heard} bytes"));

    // sam's two queues, the server's and his own, are full. The thread that
    // writes to him waits, and holds the lock that all others need. Nothing
    // of this is an error: it would go on for as long as he is connected.
    drop(sam);
    let evidence = format!("bob got {heard} bytes of {SAID}");
    Ok(match heard {
        SAID => Outcome::chose("all", evidence),
        0 => Outcome::chose("none", evidence),
        _ => Outcome::chose("some", evidence),
    })
}
// ANCHOR_END: silent
