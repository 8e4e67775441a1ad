//! An acknowledgment comes from the kernel, not from the program.
//!
//! The server's program never reads, and then it is gone.
//!
//!     cargo run -p lesson-closing -- acknowledged

use crate::connection::connect;
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use lab::{Lab, patience};
use std::io::{self, Read, Write};
use std::time::Instant;

/// Settled by the client's send queue, and by its read after the server died.
pub const EXPERIMENT: Experiment = Experiment {
    name: "acknowledged",
    about: "What an acknowledgment says about the other program.",
    file: file!(),
    question: "The client writes 1,000 bytes. The server's program is busy \
        and never calls read. Some moments later: how many bytes has TCP \
        acknowledged to the client?",
    choices: &[
        Choice::believing(
            "none",
            "None: TCP delivers to the program, which has taken nothing",
            &belief::M40,
        ),
        Choice::new("all", "All 1,000: the other kernel has them"),
        Choice::new("some", "A part: the rest once the program reads on"),
    ],
    run,
};

// ANCHOR: acknowledged
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let lab = Lab::open();
    let connection = connect(&lab)?;
    let (at_a, at_b) = (connection.at_a, connection.at_b);
    let (mut client, server) = (connection.client, connection.server);
    me.says(lab.evidence());

    me.does("client", "writes 1000 bytes");
    client.write_all(&[b'x'; 1000])?;
    // A write only hands the bytes to the kernel, which keeps each one until
    // the other kernel has acknowledged it.
    let started = Instant::now();
    let unacknowledged = loop {
        let Some(socket) = lab.a.socket(at_a, at_b)? else {
            return Ok(Outcome::unlisted("the client's socket is gone"));
        };
        if socket.send_queue == 0 || started.elapsed() > patience() {
            break socket.send_queue;
        }
        std::thread::yield_now(); // the kernel does not tell, so ask again
    };
    me.packets(lab.news());
    let what = format!("{unacknowledged} bytes not acknowledged");
    me.state("client", what, "sock_diag");
    let waiting = lab.b.socket(at_b, at_a)?.map_or(0, |s| s.receive_queue);
    me.state("server", format!("{waiting} bytes not read"), "sock_diag");

    // The program dies, by a bug or by `kill -9`: the kernel closes for it.
    me.does("server", "is gone without a single read");
    drop(server);
    let end = client.read(&mut [0; 16]);
    me.returns("client", "read", &end);
    me.packets(lab.news());
    // Only an answer of the program's own can say that it got something.

    let evidence = format!(
        "{} of 1000 bytes acknowledged, {waiting} of them never read",
        1000 - unacknowledged.min(1000)
    );
    Ok(match unacknowledged {
        0 => Outcome::chose("all", evidence),
        1000 => Outcome::chose("none", evidence),
        _ => Outcome::chose("some", evidence),
    })
}
// ANCHOR_END: acknowledged
