//! Whoever knows the sequence number can end somebody else's connection.
//!
//! The wire forges three RSTs: two with a wrong number, one with the right.
//!
//!     cargo run -p lesson-closing -- forged-reset

use crate::connection::connect;
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use lab::Lab;
use std::io::{self, Read, Write};
use std::time::Duration;

/// Settled by the client's state after each RST, and by its read at the end.
pub const EXPERIMENT: Experiment = Experiment {
    name: "forged-reset",
    about: "A RST that nobody at the other end has sent.",
    file: file!(),
    question: "Somebody on the path forges RSTs with the right addresses and \
        ports. The first has a sequence number just before the client's \
        window, the second one inside it, the third exactly the next number \
        expected. Which of them ends the connection?",
    choices: &[
        Choice::believing(
            "none",
            "None: only the two ends can end their connection",
            &belief::M42,
        ),
        Choice::new("any", "Already the first: the addresses are right"),
        Choice::new("window", "The second: any number in the window will do"),
        Choice::new("exact", "The third only: the number must fit exactly"),
    ],
    run,
};

// ANCHOR: forged_reset
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let lab = Lab::open();
    let wire = lab.wire()?;
    me.says(lab.evidence());
    let connection = connect(&lab)?;
    let (at_a, at_b) = (connection.at_a, connection.at_b);
    let (mut client, mut server) = (connection.client, connection.server);

    me.sends("client", b"hello", at_b);
    client.write_all(b"hello")?;
    server.read_exact(&mut [0; 5])?;
    lab.wait(|seen| seen.last().is_some_and(|last| last.is_pure_ack()));
    me.packets(lab.news());
    // Its ACK number says which byte the client expects next from the server.
    // TLS would not hide it: what TLS guards are the bytes, not TCP's header.
    let packets = lab.packets();
    let Some(hello) = packets.iter().find(|packet| packet.is_data()) else {
        return Ok(Outcome::inconclusive("the wire has not seen the data"));
    };

    client.set_read_timeout(Some(Duration::from_millis(200)))?;
    let mut alive = Vec::new();
    for offset in [-1, 100, 0] {
        wire.forge_rst(hello.from, hello, offset)?;
        // Nothing has been sent to it: the read waits in vain, or it fails.
        let read = client.read(&mut [0; 16]);
        me.packets(lab.news());
        me.returns("client", "read", &read);
        let [left, right] = lab.ends(at_a, at_b);
        me.ends(&left, &right, "sock_diag");
        alive.push(left == "ESTABLISHED" && waited(&read));
    }

    let told = kit::yes_or_no(&alive);
    let evidence = format!("alive after each RST: {told}");
    Ok(match alive[..] {
        [true, true, true] => Outcome::chose("none", evidence),
        [false, ..] => Outcome::chose("any", evidence),
        [true, false, _] => Outcome::chose("window", evidence),
        [true, true, false] => Outcome::chose("exact", evidence),
        _ => Outcome::unlisted(evidence),
    })
}

fn waited(read: &io::Result<usize>) -> bool {
    let error = read.as_ref().err().map(io::Error::kind);
    error == Some(io::ErrorKind::WouldBlock)
}
// ANCHOR_END: forged_reset
