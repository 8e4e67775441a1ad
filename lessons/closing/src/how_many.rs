//! A connection ends with four packets, with three, or with one.
//!
//! The same connection, closed in three ways.
//!
//!     cargo run -p lesson-closing -- how-many

use crate::connection::connect;
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use lab::Lab;
use socket2::SockRef;
use std::io::{self, Read, Write};
use std::time::Duration;

/// Settled by the packets on the wire from the first close to the last.
pub const EXPERIMENT: Experiment = Experiment {
    name: "how-many",
    about: "The packets of a goodbye, counted.",
    file: file!(),
    question: "Three connections. Client and server close the first one after \
        the other; the server closes the second as soon as it sees the \
        client's end; the client closes the third with a linger time of 0. \
        How many packets does each goodbye take?",
    choices: &[
        Choice::believing(
            "four",
            "Four, each time: a FIN and its ACK in both directions",
            &belief::M32,
        ),
        Choice::believing(
            "two",
            "Two, each time: a FIN and its ACK, and the connection is over",
            &belief::M31,
        ),
        Choice::new("differs", "Four, then three, then one: not all need all"),
    ],
    run,
};

// ANCHOR: how_many
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    // Delayed acknowledgments, as on any network; the lab is built without.
    let lab = Lab::delaying_acks();
    lab.wire()?;
    me.says(lab.evidence());

    let mut counts = Vec::new();
    for way in ["one after the other", "at once", "with linger 0"] {
        let connection = connect(&lab)?;
        let (at_a, at_b) = (connection.at_a, connection.at_b);
        let (mut client, mut server) = (connection.client, connection.server);
        // Who has just answered holds its next ACK back for some 40 ms, in
        // case that there is something to send along with it.
        client.write_all(b"question")?;
        server.read_exact(&mut [0; 8])?;
        server.write_all(b"answer")?;
        client.read_exact(&mut [0; 6])?;
        lab.wait(|seen| seen.last().is_some_and(|last| last.is_pure_ack()));
        drop(lab.news());

        me.says(format!("both close, {way}"));
        if way == "with linger 0" {
            // SO_LINGER, which only socket2 can set: do not say goodbye.
            SockRef::from(&client).set_linger(Some(Duration::ZERO))?;
        }
        drop(client);
        if way == "one after the other" {
            lab.a.wait_for_state(at_a, at_b, "FIN_WAIT2");
        }
        let end = server.read(&mut [0; 16]);
        drop(server);
        lab.b.wait_for_state(at_b, at_a, "no socket");
        let goodbye = lab.news();
        counts.push(goodbye.len());
        me.packets(goodbye);
        me.returns("server", "read at the client's end", &end);
    }
    let told = kit::list(&counts);
    let evidence = format!("packets from the first close on: {told}");
    Ok(match counts[..] {
        // A packet that the wire itself has lost would not be counted.
        _ if lab.wire()?.overflow() > 0 => Outcome::inconclusive(evidence),
        [4, 4, 4] => Outcome::chose("four", evidence),
        [2, 2, 2] => Outcome::chose("two", evidence),
        [4, 3, 1] => Outcome::chose("differs", evidence),
        // A server that is not woken up within 40 ms is not "at once".
        _ => Outcome::inconclusive(evidence),
    })
}
// ANCHOR_END: how_many
