//! A small line waits for the acknowledgment of the one before.
//!
//! ada says two lines, and bob looks at the clock: steps 3 and 5.
//!
//!     cargo run -p lesson-chat -- nodelay

use crate::guest::{enter, hear, say, start, start_full};
use crate::step3;
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use std::io;
use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

/// Settled by how long the second line of two is on its way.
pub const EXPERIMENT: Experiment = Experiment {
    name: "nodelay",
    about: "Two short lines, in step 3 and in step 5.",
    file: file!(),
    question: "ada and bob talk. Each time ada says two short lines, 5 ms \
        apart, and bob answers. The full chat sets TCP_NODELAY for its \
        clients, step 3 does not. How long is the second line on its way?",
    choices: &[
        Choice::believing(
            "same",
            "Less than 5 ms in both: a write leaves when it is made",
            &belief::M06,
        ),
        Choice::new(
            "step3",
            "10 ms or more in step 3: it is held back; less in the full chat",
        ),
        Choice::new(
            "hub",
            "Longer in the full chat, where all goes through one thread",
        ),
    ],
    run,
};

/// How often they are said.
const TIMES: usize = 30;

// ANCHOR: nodelay
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let address = start(step3::serve)?;
    let step3 = usual(address)?;
    me.does("bob", format!("step 3: half within {step3} µs"));
    let (address, _stop) = start_full()?;
    let hub = usual(address)?;
    me.does("bob", format!("the full chat: half within {hub} µs"));

    let evidence = format!("half within {step3} µs, half within {hub} µs");
    Ok(match (step3, hub) {
        (10_000.., _) if hub * 3 < step3 => Outcome::chose("step3", evidence),
        (..5000, ..5000) => Outcome::chose("same", evidence),
        _ if step3 * 3 < hub => Outcome::chose("hub", evidence),
        _ => Outcome::inconclusive("this machine is too busy to tell"),
    })
}

/// How long the second line took, in the middle of all times.
fn usual(address: SocketAddr) -> io::Result<u128> {
    let (mut bob, mut ada) = (enter(address, "bob")?, enter(address, "ada")?);
    let mut took = Vec::new();
    for _ in 0..TIMES {
        // The server passes the first one on. bob's kernel does not
        // acknowledge it yet: in a conversation an answer will, it hopes.
        say(&ada, "well")?;
        thread::sleep(Duration::from_millis(5));
        let said = Instant::now();
        say(&ada, "really")?;
        while hear(&mut bob)? != b"[ada] really\n" {}
        took.push(said.elapsed());
        say(&bob, "yes")?;
        while hear(&mut ada)? != b"[bob] yes\n" {}
    }
    took.sort();
    Ok(took[TIMES / 2].as_micros())
}
// ANCHOR_END: nodelay
