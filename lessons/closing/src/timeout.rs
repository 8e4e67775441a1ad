//! A timeout of read is the program's, and the connection does not know it.
//!
//! The client stops waiting too early, twice.
//!
//!     cargo run -p lesson-closing -- timeout

use crate::connection::connect;
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use lab::Lab;
use std::io::{self, Read, Write};
use std::time::Duration;

/// Settled by what both sides read after the client's timeouts.
pub const EXPERIMENT: Experiment = Experiment {
    name: "timeout",
    about: "A read that waits in vain, and what comes after it.",
    file: file!(),
    question: "The client's read has a timeout of 50 ms, and it runs out \
        twice. Then the server writes \"still here\". What does the client's \
        next read do?",
    choices: &[
        Choice::new(
            "reads",
            "It returns \"still here\": the connection knows no timeout",
        ),
        Choice::believing(
            "fails",
            "It fails: the timeout has ended the connection",
            &belief::M41,
        ),
        Choice::believing(
            "zero",
            "It returns 0, as at every end",
            &belief::M27,
        ),
    ],
    run,
};

// ANCHOR: timeout
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let lab = Lab::open();
    let connection = connect(&lab)?;
    let (at_a, at_b) = (connection.at_a, connection.at_b);
    let (mut client, mut server) = (connection.client, connection.server);
    me.says(lab.evidence());

    let mut buffer = [0; 16];
    client.set_read_timeout(Some(Duration::from_millis(50)))?;
    for _ in 0..2 {
        // The kind is WouldBlock on Unix, and TimedOut on Windows. On Unix a
        // connection that did time out, ETIMEDOUT, has the kind TimedOut.
        let timed_out = client.read(&mut buffer);
        me.returns("client", "read", &timed_out);
        if timed_out.is_ok() {
            return Ok(Outcome::unlisted("a read returned before any write"));
        }
    }
    let packets = lab.news().len();
    if lab.wire().is_ok() {
        me.says(format!("packets so far: {packets}"));
    }
    let [left, right] = lab.ends(at_a, at_b);
    me.ends(&left, &right, "sock_diag");

    me.sends("server", b"still here", at_a);
    server.write_all(b"still here")?;
    client.set_read_timeout(Some(lab::patience()))?;
    let read = client.read(&mut buffer);
    let got = read.as_ref().map_or(&[][..], |n| &buffer[..*n]).to_vec();
    me.returns("client", "read", &read);

    // The other direction, too. But a client that asks again after a timeout
    // must not take the late answer to its first question for the second's.
    me.sends("client", b"so am I", at_b);
    client.write_all(b"so am I")?;
    let length = server.read(&mut buffer)?;
    me.receives("server", &buffer[..length], at_a);

    let evidence = format!("after two timeouts it read {}", kit::quoted(&got));
    Ok(match (read, &got[..]) {
        (Ok(10), b"still here") => Outcome::chose("reads", evidence),
        (Ok(0), _) => Outcome::chose("zero", evidence),
        (Err(error), _) => Outcome::chose("fails", kit::describe_error(&error)),
        _ => Outcome::unlisted(evidence),
    })
}
// ANCHOR_END: timeout
