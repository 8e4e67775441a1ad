//! What is sent again are bytes, not packets.
//!
//! Four segments of seven bytes; the wire loses the third and the fourth.
//!
//!     cargo run -p lesson-closing -- lost-segments

use crate::connection::connect;
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use lab::Lab;
use std::io::{self, Read, Write};

/// Settled by the lengths of the segments that come after the loss.
pub const EXPERIMENT: Experiment = Experiment {
    name: "lost-segments",
    about: "Two segments are lost, and what comes back for them.",
    file: file!(),
    question: "The client sends four segments of 7 bytes each. The third and \
        the fourth are lost. What does its kernel send when it notices?",
    choices: &[
        Choice::believing(
            "same",
            "The two lost segments again, 7 bytes each",
            &belief::M43,
        ),
        Choice::new(
            "joined",
            "One segment with the 14 bytes of both: TCP counts bytes",
        ),
        Choice::new("all", "Everything again, from the first byte on"),
        Choice::new("nothing", "Nothing: the bytes are lost"),
    ],
    run,
};

// ANCHOR: lost_segments
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let lab = Lab::open();
    lab.wire()?;
    me.says(lab.evidence());
    let connection = connect(&lab)?;
    let (mut client, mut server) = (connection.client, connection.server);

    // Without TCP_NODELAY the later ones would wait for the first one's ACK.
    client.set_nodelay(true)?;
    lab.rule("drop data:3-4 from=a")?;
    for seven in [b"seven-1", b"seven-2", b"seven-3", b"seven-4"] {
        me.sends("client", seven, connection.at_b);
        client.write_all(seven)?;
    }
    let mut stream = [0; 28];
    let whole = server.read_exact(&mut stream);
    lab.wait(|seen| seen.last().is_some_and(|last| last.is_pure_ack()));
    let news = lab.news();
    let lost = news.iter().rposition(|p| p.fate == "dropped");
    let after = news.iter().skip(lost.map_or(0, |n| n + 1));
    let again = after.filter(|p| p.from == "A" && p.length > 0);
    let again: Vec<_> = again
        .map(|p| (p.seq.and_then(|seq| seq.relative), p.length))
        .collect();
    me.packets(news);

    let lengths = kit::list(again.iter().map(|(_, length)| length));
    let evidence = format!("bytes in what was sent again: {lengths}");
    if whole.is_err() {
        return Ok(lab.trusted(Outcome::chose("nothing", evidence)));
    }
    // The program at the other end sees nothing of it, but for the delay.
    me.receives("server", &stream, connection.at_a);
    Ok(match &again[..] {
        [(Some(15), 14)] => Outcome::chose("joined", evidence),
        [(Some(15), 7), (Some(22), 7)] => Outcome::chose("same", evidence),
        [(Some(1), _), ..] => Outcome::chose("all", evidence),
        _ => Outcome::inconclusive(evidence),
    })
}
// ANCHOR_END: lost_segments
