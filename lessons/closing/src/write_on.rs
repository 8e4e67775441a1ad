//! The first write to a peer that has closed succeeds.
//!
//! The server has closed; the client knows it, and writes three times.
//!
//!     cargo run -p lesson-closing -- write-on

use crate::connection::connect;
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use lab::Lab;
use std::io::{self, Read, Write};

/// Settled by three calls of write.
pub const EXPERIMENT: Experiment = Experiment {
    name: "write-on",
    about: "Three writes to somebody who has left.",
    file: file!(),
    question: "The server has closed, and the client has already read its 0. \
        Now the client writes one byte, waits for whatever comes back, \
        writes one more, and one more. Which writes fail?",
    choices: &[
        Choice::believing(
            "all",
            "All three: the peer has closed, and the kernel knows it",
            &belief::M36,
        ),
        Choice::new(
            "later",
            "The second and the third: the first brings the news",
        ),
        Choice::new("none", "None: a write only fills a queue"),
    ],
    run,
};

// ANCHOR: write_on
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let lab = Lab::open();
    let connection = connect(&lab)?;
    let (at_a, at_b) = (connection.at_a, connection.at_b);
    let (mut client, server) = (connection.client, connection.server);
    me.says(lab.evidence());

    me.does("server", "closes");
    drop(server);
    let end = client.read(&mut [0; 16])?;
    me.does("client", format!("has read {end} bytes: the end"));
    lab.b.wait_for_state(at_b, at_a, "FIN_WAIT2");
    me.packets(lab.news());
    let [left, right] = lab.ends(at_a, at_b);
    me.ends(&left, &right, "sock_diag");

    // A FIN says "I will send no more". It does not say "I will not read", so
    // from here a peer that has closed looks like one in a half-close.
    let first = client.write(b"1");
    me.returns("client", "write", &first);
    // Nobody can read at B, and B's kernel says so: the answer is a RST.
    let now = lab.a.wait_for_state(at_a, at_b, "no socket");
    me.packets(lab.news());
    me.state("client", now, "sock_diag");

    let second = client.write(b"2");
    me.returns("client", "write", &second);
    let third = client.write(b"3");
    me.returns("client", "write", &third);
    // EPIPE comes with the signal SIGPIPE, which ends a program in C that
    // does not care for it. Rust's programs ignore the signal from the start.
    let packets = lab.news().len();
    if lab.wire().is_ok() {
        me.says(format!("packets of the second and third: {packets}"));
    }

    let results = [first, second, third];
    let told = results.each_ref().map(|result| match result {
        Ok(length) => format!("Ok({length})"),
        Err(error) => kit::describe_error(error),
    });
    let evidence = told.join(", ");
    Ok(match results.map(|result| result.is_ok()) {
        [false, false, false] => Outcome::chose("all", evidence),
        [true, false, false] => Outcome::chose("later", evidence),
        [true, true, true] => Outcome::chose("none", evidence),
        _ => Outcome::unlisted(evidence),
    })
}
// ANCHOR_END: write_on
