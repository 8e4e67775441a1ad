//! Two sends are two receives.
//!
//! One sender, one receiver, and two short messages sent back to back.
//!
//!     cargo run -p lesson-udp -- boundaries

use crate::PATIENCE;
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use std::io;
use std::net::UdpSocket;

/// Settled by the lengths that a thousand pairs of receives return.
pub const EXPERIMENT: Experiment = Experiment {
    name: "boundaries",
    about: "Two messages sent back to back, one receive.",
    file: file!(),
    question: "The sender sends \"first\" and at once \"second\". Both have \
        arrived before the receiver calls recv_from with room for 1,500 \
        bytes. What does that one call return?",
    choices: &[
        Choice::believing(
            "joined",
            "11 bytes, \"firstsecond\": all that had arrived",
            &belief::M47,
        ),
        Choice::new("first", "5 bytes, \"first\": one message at a time"),
        Choice::believing(
            "varies",
            "Sometimes 5 bytes and sometimes 11: it is a matter of timing",
            &belief::M47,
        ),
    ],
    run,
};

/// How many pairs are sent: a matter of timing would show in one of them.
const PAIRS: usize = 1000;

// ANCHOR: boundaries
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let receiver = UdpSocket::bind("127.0.0.1:0")?;
    receiver.set_read_timeout(Some(PATIENCE))?;
    let address = receiver.local_addr()?;
    let sender = UdpSocket::bind("127.0.0.1:0")?;

    let mut buffer = [0; 1500];
    let (mut alone, mut joined) = (0, 0);
    for pair in 0..PAIRS {
        // On loopback a send returns when the datagram is in the receiver's
        // queue. Over a network it returns long before the datagram arrives.
        if pair == 0 {
            me.sends("sender", b"first", address);
            me.sends("sender", b"second", address);
        }
        sender.send_to(b"first", address)?;
        sender.send_to(b"second", address)?;

        let (length, from) = receiver.recv_from(&mut buffer)?;
        if pair == 0 {
            me.receives("receiver", &buffer[..length], from);
        }
        match &buffer[..length] {
            b"first" => alone += 1,
            b"firstsecond" => joined += 1,
            _ => {}
        }
        // The second message is still queued unless it came with the first.
        if length == b"first".len() {
            let (length, from) = receiver.recv_from(&mut buffer)?;
            if pair == 0 {
                me.receives("receiver", &buffer[..length], from);
            }
        }
    }
    me.says(format!("{PAIRS} pairs: \"first\" came alone {alone} times"));

    let evidence = format!("alone {alone} times, joined {joined} times");
    Ok(match (alone, joined) {
        (PAIRS, 0) => Outcome::chose("first", evidence),
        (0, PAIRS) => Outcome::chose("joined", evidence),
        _ if alone + joined == PAIRS => Outcome::chose("varies", evidence),
        _ => Outcome::unlisted(evidence),
    })
}
// ANCHOR_END: boundaries
