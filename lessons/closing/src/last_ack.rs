//! TIME_WAIT answers when the last acknowledgment was lost.
//!
//! The client closes, the server closes, and the wire drops the last packet.
//!
//!     cargo run -p lesson-closing -- last-ack

use crate::connection::connect;
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use lab::Lab;
use std::io;

/// Settled by what host A sends when the server's FIN comes again.
pub const EXPERIMENT: Experiment = Experiment {
    name: "last-ack",
    about: "The last packet of all is lost.",
    file: file!(),
    question: "The client closes, then the server. The client's last packet, \
        the ACK of the server's FIN, is lost. The client's program has long \
        gone on to something else. How does the server's kernel get rid of \
        its socket?",
    choices: &[
        Choice::believing(
            "gives-up",
            "It sends its FIN again and again, and at last gives up",
            &belief::M33,
        ),
        Choice::believing(
            "reset",
            "It sends its FIN again, and A, which forgot it all, sends RST",
            &belief::M31,
        ),
        Choice::new(
            "answered",
            "It sends its FIN again, and A sends the ACK again",
        ),
        Choice::new("at-once", "It never waited for that ACK"),
    ],
    run,
};

// ANCHOR: last_ack
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let lab = Lab::open();
    lab.wire()?;
    me.says(lab.evidence());
    let connection = connect(&lab)?;
    let (at_a, at_b) = (connection.at_a, connection.at_b);

    // A's first ACK of this connection ended the handshake; this is its next.
    lab.rule("drop ack:2 from=a")?;
    me.does("client", "closes");
    drop(connection.client);
    lab.a.wait_for_state(at_a, at_b, "FIN_WAIT2");
    me.does("server", "closes");
    drop(connection.server);
    lab.a.wait_for_state(at_a, at_b, "TIME_WAIT");
    let lost = |seen: &[lab::Packet]| seen.iter().any(|p| p.rule.is_some());
    if !lab.wait(lost) {
        return Ok(Outcome::inconclusive("the ACK never came to the wire"));
    }
    me.packets(lab.news());
    let [left, right] = lab.ends(at_a, at_b);
    me.ends(&left, &right, "sock_diag");

    // No program is left. Both kernels settle this among themselves.
    let last = lab.b.wait_for_state(at_b, at_a, "no socket");
    let news = lab.news();
    let fins = news.iter().filter(|p| p.flags.contains("FIN")).count();
    let answer = news.last().map(|p| (p.from.clone(), p.flags.clone()));
    me.packets(news);
    let [left, now] = lab.ends(at_a, at_b);
    me.ends(&left, &now, "sock_diag");

    let (from, flags) = answer.unwrap_or_default();
    let evidence = format!(
        "server's end: {right}, then {fins} more FIN, then {from} sent {flags}"
    );
    Ok(match (&*right, fins, &*from, &*flags, &*last) {
        ("LAST_ACK", 1.., "A", "ACK", "no socket") => {
            Outcome::chose("answered", evidence)
        }
        ("LAST_ACK", 1.., "A", "RST" | "RST, ACK", _) => {
            Outcome::chose("reset", evidence)
        }
        ("LAST_ACK", .., "LAST_ACK") => Outcome::chose("gives-up", evidence),
        ("no socket", 0, ..) => Outcome::chose("at-once", evidence),
        _ => Outcome::inconclusive(evidence),
    })
}
// ANCHOR_END: last_ack
