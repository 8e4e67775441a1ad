//! close with unread data in the socket throws away what was to be sent.
//!
//! The server writes two words and closes; once it has left one byte unread.
//!
//!     cargo run -p lesson-closing -- unread

use crate::connection::connect;
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use lab::{Lab, PATIENCE, Packet};
use std::io::{self, Read, Write};

/// Settled by all that the client reads, and by how its reading ends.
pub const EXPERIMENT: Experiment = Experiment {
    name: "unread",
    about: "A close with one byte still to read.",
    file: file!(),
    question: "The client has sent one byte that the server never reads. The \
        server writes \"first\", writes \"second\", and closes; each call \
        returns Ok. What does the client read?",
    choices: &[
        Choice::believing(
            "whole",
            "\"firstsecond\" and then 0: close sends what was written",
            &belief::M30,
        ),
        Choice::believing(
            "short",
            "Perhaps less, and then 0, as at the end of every connection",
            &belief::M37,
        ),
        Choice::new("reset", "Perhaps less, and then an error: ECONNRESET"),
    ],
    run,
};

// ANCHOR: unread
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let lab = Lab::open();
    me.says(lab.evidence());
    me.says("first with nothing unread");
    let _whole = goodbye(me, &lab, false)?;
    me.says("and now with one byte unread");
    let (read, end) = goodbye(me, &lab, true)?;
    let ended = end.as_ref().map_or_else(kit::describe_error, u8::to_string);
    let evidence = format!("{} and then {ended}", kit::quoted(&read));
    Ok(match (&read[..], end) {
        (b"firstsecond", Ok(0)) => Outcome::chose("whole", evidence),
        (_, Ok(0)) => Outcome::chose("short", evidence),
        (_, Err(error)) if error.kind() == io::ErrorKind::ConnectionReset => {
            Outcome::chose("reset", evidence)
        }
        _ => Outcome::unlisted(evidence),
    })
}

/// What the client reads, and how its reading ends: with 0 or an error.
fn goodbye(
    me: &mut Narrator,
    lab: &Lab,
    unread: bool,
) -> io::Result<(Vec<u8>, io::Result<u8>)> {
    let connection = connect(lab)?;
    let (mut client, mut server) = (connection.client, connection.server);
    if unread {
        me.sends("client", b"!", connection.at_b);
        client.write_all(b"!")?;
        server.peek(&mut [0])?; // it has come, and it stays in the queue
    }
    // "second" has to wait until "first" is acknowledged (Nagle, RFC 896), and
    // that takes 40 ms on the wire. TCP_NODELAY would send it at once.
    server.write_all(b"first")?;
    server.write_all(b"second")?;
    me.does("server", "has written \"first\" and \"second\", and closes");
    drop(server);

    let mut read = Vec::new();
    let end = client.read_to_end(&mut read).map(|_| 0);
    let last = if unread { "no socket" } else { "FIN_WAIT2" };
    lab.b.wait_for_state(connection.at_b, connection.at_a, last);
    // The client's ACK of "first" finds nobody and gets a RST, too.
    let resets = if unread { 2 } else { 0 };
    let all = |p: &[Packet]| p.iter().filter(|p| p.is_rst()).count() >= resets;
    let _ = lab.wire().map(|wire| wire.wait_for(PATIENCE / 25, all));
    me.packets(lab.news());
    me.does("client", format!("has read {}", kit::quoted(&read)));
    me.returns("client", "its last read", &end);
    Ok((read, end))
}
// ANCHOR_END: unread
