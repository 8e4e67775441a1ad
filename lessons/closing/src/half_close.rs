//! One direction can end while the other goes on.
//!
//! The client ends its side, and the server answers after that.
//!
//!     cargo run -p lesson-closing -- half-close

use crate::connection::connect;
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use lab::Lab;
use std::io::{self, Read, Write};
use std::net::Shutdown;

/// Settled by the bytes that the client reads after it ended its side.
pub const EXPERIMENT: Experiment = Experiment {
    name: "half-close",
    about: "An answer to somebody who has said the last word.",
    file: file!(),
    question: "The client writes a question, calls shutdown for its writing \
        side, and waits. The server reads to the end and gets its 0. What \
        becomes of the answer that it now writes?",
    choices: &[
        Choice::new(
            "arrives",
            "The client reads it, and then a 0: each way ends alone",
        ),
        Choice::believing(
            "fails",
            "The write fails: after the end there is no connection",
            &belief::M28,
        ),
        Choice::believing(
            "lost",
            "It is sent, but the client has closed and reads none of it",
            &belief::M29,
        ),
    ],
    run,
};

// ANCHOR: half_close
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let lab = Lab::open();
    let connection = connect(&lab)?;
    let (at_a, at_b) = (connection.at_a, connection.at_b);
    let (mut client, mut server) = (connection.client, connection.server);
    me.says(lab.evidence());

    me.sends("client", b"question", at_b);
    client.write_all(b"question")?;
    // A FIN goes out: "I have said all". What comes in is as welcome as ever.
    me.does("client", "calls shutdown(Write)");
    client.shutdown(Shutdown::Write)?;

    let mut question = String::new();
    let length = server.read_to_string(&mut question)?;
    me.does("server", format!("has read {length} bytes to the end"));
    lab.a.wait_for_state(at_a, at_b, "FIN_WAIT2");
    me.packets(lab.news());
    let [left, right] = lab.ends(at_a, at_b);
    me.ends(&left, &right, "sock_diag");

    // The server may take its time: only its own close ends this direction.
    // A client that went away altogether would look the same from here.
    me.sends("server", b"answer", at_a);
    let answered = server.write_all(b"answer");
    me.does("server", "closes");
    drop(server);

    let mut answer = String::new();
    let read = client.read_to_string(&mut answer);
    me.returns("client", "reading to the end", &read);
    let last = lab.a.wait_for_state(at_a, at_b, "TIME_WAIT");
    lab.b.wait_for_state(at_b, at_a, "no socket");
    me.packets(lab.news());
    let [_, right] = lab.ends(at_a, at_b);
    me.ends(&last, &right, "sock_diag");

    let shown = kit::quoted(answer.as_bytes());
    let evidence = format!("after its shutdown the client read {shown}");
    Ok(match (answered, read, &*answer) {
        (Err(error), ..) => {
            Outcome::chose("fails", kit::describe_error(&error))
        }
        (Ok(()), Ok(6), "answer") => Outcome::chose("arrives", evidence),
        (Ok(()), _, "") => Outcome::chose("lost", evidence),
        _ => Outcome::unlisted(evidence),
    })
}
// ANCHOR_END: half_close
