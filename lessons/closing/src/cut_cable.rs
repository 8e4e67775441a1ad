//! A cable that is cut tells nobody, and mended it is as if nothing happened.
//!
//! The client writes into a cut cable and waits for half a second.
//!
//!     cargo run -p lesson-closing -- cut-cable

use crate::connection::connect;
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use lab::{Lab, patience};
use std::io::{self, Read, Write};
use std::time::Duration;

/// Settled by a write, a read, and by what arrives when the cable is mended.
pub const EXPERIMENT: Experiment = Experiment {
    name: "cut-cable",
    about: "The cable is cut, and mended again.",
    file: file!(),
    question: "Somebody cuts the cable. The client writes \"hello?\" and waits \
        half a second for an answer. Then the cable is mended. What happens?",
    choices: &[
        Choice::believing(
            "write-fails",
            "The write fails: the connection is broken",
            &belief::M38,
        ),
        Choice::believing(
            "read-fails",
            "The write succeeds, and the read fails: the peer is gone",
            &belief::M38,
        ),
        Choice::believing(
            "dead",
            "Only the wait runs out, but then the connection is dead",
            &belief::M41,
        ),
        Choice::new(
            "arrives",
            "Only the wait runs out, and \"hello?\" arrives after all",
        ),
    ],
    run,
};

// ANCHOR: cut_cable
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let lab = Lab::open();
    let wire = lab.wire()?;
    me.says(lab.evidence());
    let connection = connect(&lab)?;
    let (at_a, at_b) = (connection.at_a, connection.at_b);
    let (mut client, mut server) = (connection.client, connection.server);

    me.says("the cable is cut");
    wire.cut();
    let wrote = client.write(b"hello?");
    me.returns("client", "write", &wrote);
    client.set_read_timeout(Some(Duration::from_millis(500)))?;
    let mut buffer = [0; 16];
    let read = client.read(&mut buffer);
    me.returns("client", "read with a timeout of 500 ms", &read);
    me.packets(lab.news());
    // Neither kernel has heard anything, so neither has changed its mind.
    let ends = lab.ends(at_a, at_b);
    me.ends(&ends[0], &ends[1], "sock_diag");

    // Left alone, Linux would try for about a quarter of an hour (tcp(7),
    // tcp_retries2), and the server, which sends nothing, would never know.
    me.says("the cable is mended");
    wire.mend();
    server.set_read_timeout(Some(patience()))?;
    let arrived = server.read(&mut buffer);
    let got = arrived.as_ref().map_or(&[][..], |n| &buffer[..*n]);
    me.receives("server", got, at_a);
    lab.wait(|seen| seen.last().is_some_and(|last| last.is_pure_ack()));
    me.packets(lab.news());

    let states = ends.join(" and ");
    let evidence = format!("{states}; then it read {}", kit::quoted(got));
    let waited = |e: &io::Error| e.kind() == io::ErrorKind::WouldBlock;
    Ok(match (wrote, read, got) {
        (Err(_), ..) => Outcome::chose("write-fails", evidence),
        (Ok(6), Err(e), b"hello?") if waited(&e) => {
            Outcome::chose("arrives", evidence)
        }
        (Ok(6), Err(e), _) if waited(&e) => Outcome::chose("dead", evidence),
        (Ok(6), Err(_), _) => Outcome::chose("read-fails", evidence),
        _ => Outcome::unlisted(evidence),
    })
}
// ANCHOR_END: cut_cable
