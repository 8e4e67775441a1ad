//! A Unix datagram that finds no room is refused, and not lost.
//!
//! 2,000 datagrams for a receiver that does not read, once by UDP and once
//! in the Unix domain.
//!
//!     cargo run -p lesson-types -- full

use crate::{SILENCE, pairs};
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use std::fs::read_to_string;
use std::io::{self, Read};

/// Settled by what was sent without an error, and what arrived.
pub const EXPERIMENT: Experiment = Experiment {
    name: "full",
    about: "Datagrams for a receiver that does not read.",
    file: file!(),
    question: "A sender sends 2,000 numbered datagrams, and only then the \
        receiver reads: once by UDP, and once through Unix-domain datagram \
        sockets. Which datagrams get lost?",
    choices: &[
        Choice::believing(
            "both",
            "Those without room, both ways",
            &belief::M57,
        ),
        Choice::new(
            "udp",
            "With UDP those without room; the Unix sender must wait instead",
        ),
        Choice::believing("none", "None, inside one machine", &belief::M45),
    ],
    run,
};

const WANTED: u32 = 2000;

/// How many datagrams may wait in one Unix-domain queue.
const QUEUE: &str = "/proc/sys/net/unix/max_dgram_qlen";

// ANCHOR: full
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let queue = read_to_string(QUEUE).unwrap_or("unknown".into());
    me.state("Unix", format!("longest queue: {}", queue.trim()), QUEUE);
    let pairs = [("UDP", pairs::udp()), ("Unix", pairs::to_a_path())];
    let mut evidence = Vec::new();
    let mut ended = Vec::new();
    for (kind, pair) in pairs {
        let (sender, mut receiver) = pair?;
        // A send may wait for room, for as long as it takes. With a deadline
        // it says EAGAIN in the end: there is no room, nothing was sent.
        sender.set_write_timeout(Some(SILENCE))?;
        let mut sent = 0_u32;
        let last = loop {
            let number = sent.to_be_bytes();
            let result = sender.send(&[&number[..], &[0; 996]].concat());
            sent += u32::from(result.is_ok());
            if result.is_err() || sent == WANTED {
                break result;
            }
        };
        me.does(kind, format!("{sent} sends returned success"));
        me.returns(kind, "the last send", &last);

        receiver.set_nonblocking(true)?; // all that was kept is there by now
        let mut arrived = Vec::new();
        let mut datagram = [0; 1000];
        while let Ok(1000) = receiver.read(&mut datagram) {
            arrived.push(u32::from_be_bytes([0, 1, 2, 3].map(|i| datagram[i])));
        }
        let count = arrived.len();
        me.does(kind, format!("{count} of them arrived"));
        evidence.push(format!("{kind}: {sent} sent, {count} arrived"));
        ended.push(match (last, arrived.into_iter().eq(0..sent)) {
            (Ok(_), true) => "whole",
            (Err(_), true) => "stopped",
            (_, false) => "lost",
        });
    }

    let evidence = evidence.join("; ");
    Ok(match ended[..] {
        ["lost", "lost"] => Outcome::chose("both", evidence),
        ["lost", "stopped"] => Outcome::chose("udp", evidence),
        ["whole", "whole"] => Outcome::chose("none", evidence),
        _ => Outcome::unlisted(evidence),
    })
}
// ANCHOR_END: full
