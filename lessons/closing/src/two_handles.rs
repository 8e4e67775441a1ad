//! close gives back one handle; shutdown ends the connection's direction.
//!
//! The client's socket has two handles, and one of them is dropped.
//!
//!     cargo run -p lesson-closing -- two-handles

use crate::connection::connect;
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use lab::{Lab, patience};
use std::io::{self, Read};
use std::net::Shutdown;
use std::time::Duration;

/// Settled by what the server's reads return after each of the two calls.
pub const EXPERIMENT: Experiment = Experiment {
    name: "two-handles",
    about: "One of two handles of a socket is closed.",
    file: file!(),
    question: "The client makes a second handle of its socket with try_clone. \
        It drops one of the two; a little later it calls shutdown on the \
        other. When does the server see the end of the stream?",
    choices: &[
        Choice::new(
            "shutdown",
            "At the shutdown: one handle less closes nothing",
        ),
        Choice::believing(
            "drop",
            "At the drop: a socket that is closed is closed",
            &belief::M29,
        ),
        Choice::believing(
            "later",
            "Only when the second handle is dropped, too",
            &belief::M29,
        ),
    ],
    run,
};

/// Long enough for a FIN to cross the wire many times.
const A_WHILE: Duration = Duration::from_millis(200);

// ANCHOR: two_handles
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let lab = Lab::open();
    let connection = connect(&lab)?;
    let (client, mut server) = (connection.client, connection.server);
    let (at_a, at_b) = (connection.at_a, connection.at_b);
    server.set_read_timeout(Some(A_WHILE))?;
    me.says(lab.evidence());

    // A second descriptor of the same socket, as dup(2) makes one. A child
    // process gets one by fork, and keeps the connection open in this way.
    let other = client.try_clone()?;
    me.does("client", "drops one of two handles");
    drop(client);
    let after_drop = server.read(&mut [0; 16]);
    me.returns("server", "read", &after_drop);
    let packets = lab.news().len();
    if lab.wire().is_ok() {
        me.says(format!("packets since the drop: {packets}"));
    }
    let [left, right] = lab.ends(at_a, at_b);
    me.ends(&left, &right, "sock_diag");
    let gone = left.starts_with("FIN_WAIT"); // a FIN that is still on its way

    server.set_read_timeout(Some(patience()))?;
    // shutdown does not count handles: it acts on the one socket behind them.
    me.does("client", "calls shutdown(Write) on the other");
    other.shutdown(Shutdown::Write)?;
    let after_shutdown = server.read(&mut [0; 16]);
    lab.a.wait_for_state(at_a, at_b, "FIN_WAIT2");
    me.returns("server", "read", &after_shutdown);
    me.packets(lab.news());
    let [left, right] = lab.ends(at_a, at_b);
    me.ends(&left, &right, "sock_diag");

    let zero = |read: &io::Result<usize>| matches!(read, Ok(0));
    let told = kit::yes_or_no(&[zero(&after_drop), zero(&after_shutdown)]);
    let evidence = format!("the end after the drop, after shutdown: {told}");
    Ok(match (after_drop, after_shutdown) {
        (Ok(0), _) => Outcome::chose("drop", evidence),
        _ if gone => Outcome::chose("drop", evidence),
        (Err(_), Ok(0)) => Outcome::chose("shutdown", evidence),
        (Err(_), Err(_)) => Outcome::chose("later", evidence),
        _ => Outcome::unlisted(evidence),
    })
}
// ANCHOR_END: two_handles
