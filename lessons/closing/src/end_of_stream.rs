//! A read of 0 bytes is the end, not a pause.
//!
//! The client reads before anything came, and a thousand times after the end.
//!
//!     cargo run -p lesson-closing -- end-of-stream

use crate::connection::connect;
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use lab::Lab;
use std::io::{self, Read, Write};

/// Settled by what a thousand and some reads return.
pub const EXPERIMENT: Experiment = Experiment {
    name: "end-of-stream",
    about: "A read that returns 0, and one that finds nothing.",
    file: file!(),
    question: "The server writes \"bye\" and closes. The client reads \"bye\", \
        and its next read returns 0. What do a thousand more reads do?",
    choices: &[
        Choice::new("zero", "Each returns 0, at once: the end stays"),
        Choice::believing(
            "wait",
            "They wait: 0 only said that nothing more had come yet",
            &belief::M27,
        ),
        Choice::believing(
            "error",
            "They fail: there is no connection any more",
            &belief::M28,
        ),
    ],
    run,
};

// ANCHOR: end_of_stream
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let lab = Lab::open();
    let connection = connect(&lab)?;
    let (mut client, mut server) = (connection.client, connection.server);
    me.says(lab.evidence());

    // What "nothing yet" looks like: a read that may not wait is an error.
    let mut buffer = [0; 16];
    client.set_nonblocking(true)?;
    let nothing_yet = client.read(&mut buffer);
    me.returns("client", "before anything was sent, read", &nothing_yet);
    client.set_nonblocking(false)?;

    me.does("server", "writes \"bye\" and closes");
    server.write_all(b"bye")?;
    drop(server);

    let length = client.read(&mut buffer)?;
    me.receives("client", &buffer[..length], connection.at_b);
    let end = client.read(&mut buffer);
    me.returns("client", "read", &end);

    // A loop that takes 0 for a pause spins here and needs a whole processor.
    let (mut zeros, mut failed) = (0, None);
    for _ in 0..1000 {
        match client.read(&mut buffer) {
            Ok(0) => zeros += 1,
            Ok(_) => {}
            Err(error) => {
                failed = Some(error);
                break;
            }
        }
    }
    me.does("client", format!("reads again: 0 bytes {zeros} times"));
    lab.b
        .wait_for_state(connection.at_b, connection.at_a, "FIN_WAIT2");
    me.packets(lab.news());

    let failure = failed.map(|error| kit::describe_error(&error));
    let evidence = format!("after the first 0 came 0 another {zeros} times");
    Ok(match (&end, nothing_yet.is_err(), zeros, failure) {
        (Ok(0), true, 1000, None) => Outcome::chose("zero", evidence),
        (Ok(0), false, 1000, None) => Outcome::chose("wait", evidence),
        (Ok(0), _, _, Some(why)) => Outcome::chose("error", why),
        _ => Outcome::unlisted(evidence),
    })
}
// ANCHOR_END: end_of_stream
