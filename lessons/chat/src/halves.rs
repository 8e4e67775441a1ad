//! A server that passes on pieces mixes what people say.
//!
//! ada's line comes in two pieces, and bob speaks in between.
//!
//!     cargo run -p lesson-chat -- halves

use crate::guest::{Guest, connect, enter, hear, say, start, start_full};
use crate::step2;
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use std::io::{self, Write};
use std::thread;
use std::time::Duration;

/// Settled by the first two lines that reach a third person.
pub const EXPERIMENT: Experiment = Experiment {
    name: "halves",
    about: "A line in two pieces, and another in between.",
    file: file!(),
    question: "ada's line \"I say yes\" leaves in two writes. Between them \
        bob says \"NO\". cyd reads lines. What do they get from step 2, \
        which passes on what it reads, and what from the full chat?",
    choices: &[
        Choice::believing(
            "whole",
            "Two whole lines from both: a line is a line",
            &belief::M63,
        ),
        Choice::new(
            "mixed",
            "\"I say NO\" from step 2; whole lines from the chat",
        ),
        Choice::new("both", "\"I say NO\" from both: bob was faster"),
    ],
    run,
};

// ANCHOR: halves
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let address = start(step2::serve)?;
    let cyd = connect(address)?;
    let (ada, bob) = (connect(address)?, connect(address)?);
    me.does("ada", "writes \"I say \", and later \"yes\"");
    me.does("bob", "writes \"NO\" in between");
    let of_step2 = two_lines(ada, bob, cyd)?;
    me.receives("cyd", &of_step2[0], "step 2");
    me.receives("cyd", &of_step2[1], "step 2");

    let (address, _stop) = start_full()?;
    let cyd = enter(address, "cyd")?;
    let (ada, bob) = (enter(address, "ada")?, enter(address, "bob")?);
    let of_the_hub = two_lines(ada, bob, cyd)?;
    me.receives("cyd", &of_the_hub[0], "the full chat");
    me.receives("cyd", &of_the_hub[1], "the full chat");

    let first = |lines: &[Vec<u8>; 2]| kit::quoted(&lines[0]);
    let evidence = format!(
        "first {} from step 2, {} from the full chat",
        first(&of_step2),
        first(&of_the_hub)
    );
    let mixed = |lines: &[Vec<u8>; 2]| lines[0] == b"I say NO\n";
    let whole = of_the_hub.iter().any(|line| line.ends_with(b"I say yes\n"));
    Ok(match (mixed(&of_step2), whole) {
        (false, true) => Outcome::chose("whole", evidence),
        (true, true) => Outcome::chose("mixed", evidence),
        (true, false) => Outcome::chose("both", evidence),
        (false, false) => Outcome::unlisted(evidence),
    })
}

fn two_lines(
    ada: Guest,
    bob: Guest,
    mut cyd: Guest,
) -> io::Result<[Vec<u8>; 2]> {
    ada.get_ref().write_all(b"I say ")?;
    // The half is to be at the server before bob speaks, so this wait is a
    // part of the experiment: with step 2 cyd can see the half arrive.
    thread::sleep(Duration::from_millis(50));
    say(&bob, "NO")?;
    let mut line = hear(&mut cyd)?;
    while line.starts_with(b"* ") {
        line = hear(&mut cyd)?; // Who has entered is of no interest.
    }
    say(&ada, "yes")?;
    Ok([line, hear(&mut cyd)?])
}
// ANCHOR_END: halves
