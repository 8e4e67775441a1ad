//! Who closes first keeps a socket in TIME_WAIT, client or server.
//!
//! Two connections: the client closes the first, the server the second.
//!
//!     cargo run -p lesson-closing -- time-wait

use crate::connection::connect;
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use lab::Lab;
use std::io;

/// Settled by the states of both ends when both programs have closed.
pub const EXPERIMENT: Experiment = Experiment {
    name: "time-wait",
    about: "What is left when everybody has closed.",
    file: file!(),
    question: "Two connections. The client closes the first one, and then the \
        server does; with the second one it is the other way round. Both \
        programs have closed everything. Where is a socket left?",
    choices: &[
        Choice::believing(
            "nowhere",
            "Nowhere: after both calls of close it is over",
            &belief::M31,
        ),
        Choice::believing(
            "server",
            "At the server, both times, in TIME_WAIT",
            &belief::M34,
        ),
        Choice::new("first", "At the side that closed first, in TIME_WAIT"),
        Choice::new("both", "At both sides, in TIME_WAIT"),
    ],
    run,
};

// ANCHOR: time_wait
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let lab = Lab::open();
    me.says(lab.evidence());
    let mut left_over = Vec::new();
    for first in ["client", "server"] {
        let both = connect(&lab)?;
        let (at_a, at_b) = (both.at_a, both.at_b);
        let (one, own, peer, other) = match first {
            "client" => (&lab.a, at_a, at_b, &lab.b),
            _ => (&lab.b, at_b, at_a, &lab.a),
        };
        let (socket, last) = match first {
            "client" => (both.client, both.server),
            _ => (both.server, both.client),
        };
        me.does(first, "closes");
        drop(socket);
        one.wait_for_state(own, peer, "FIN_WAIT2"); // not over, half over
        me.packets(lab.news());
        let [left, right] = lab.ends(at_a, at_b);
        me.ends(&left, &right, "sock_diag");
        me.does("the other", "closes");
        drop(last);
        // Whoever closes second is done when its FIN is acknowledged.
        other.wait_for_state(peer, own, "no socket");
        one.wait_for_state(own, peer, "TIME_WAIT"); // or give up on it
        me.packets(lab.news());
        let ends = lab.ends(at_a, at_b);
        me.ends(&ends[0], &ends[1], "sock_diag");
        if let Ok(Some(timer)) = one.socket(own, peer).map(|s| s?.timer) {
            let left = timer.left.as_secs_f32();
            me.state(first, format!("gone in {left:.0} s"), "sock_diag");
        }
        left_over.push(ends.join(" and "));
    }

    let evidence = format!("client and server: {}", left_over.join("; "));
    let waits = left_over.iter().map(|ends| match &**ends {
        "TIME_WAIT and no socket" => "client",
        "no socket and TIME_WAIT" => "server",
        "TIME_WAIT and TIME_WAIT" => "both",
        "no socket and no socket" => "nobody",
        _ => "something else",
    });
    Ok(match waits.collect::<Vec<_>>()[..] {
        ["client", "server"] => Outcome::chose("first", evidence),
        ["server", "server"] => Outcome::chose("server", evidence),
        ["both", "both"] => Outcome::chose("both", evidence),
        ["nobody", "nobody"] => Outcome::chose("nowhere", evidence),
        _ => Outcome::unlisted(evidence),
    })
}
// ANCHOR_END: time_wait
