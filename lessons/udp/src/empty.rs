//! A datagram without a single byte is still a datagram.
//!
//! The sender sends nothing at all, and then a few bytes.
//!
//!     cargo run -p lesson-udp -- empty

use crate::PATIENCE;
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use std::io::{self, ErrorKind};
use std::net::UdpSocket;

/// Settled by the lengths that two receives return.
pub const EXPERIMENT: Experiment = Experiment {
    name: "empty",
    about: "A message of zero bytes.",
    file: file!(),
    question: "The sender sends a datagram of 0 bytes and then the datagram \
        \"still here\". The receiver calls recv_from twice. What does it get?",
    choices: &[
        Choice::new(
            "both",
            "0 bytes, and then \"still here\": both are messages",
        ),
        Choice::believing(
            "closed",
            "0, which means closed, and from then on always 0",
            &belief::M49,
        ),
        Choice::believing(
            "skipped",
            "\"still here\", and then nothing: 0 bytes are not sent",
            &belief::M49,
        ),
    ],
    run,
};

// ANCHOR: empty
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let receiver = UdpSocket::bind("127.0.0.1:0")?;
    receiver.set_read_timeout(Some(PATIENCE))?;
    let address = receiver.local_addr()?;
    let sender = UdpSocket::bind("127.0.0.1:0")?;

    // On the wire this is an IP header and a UDP header: 28 bytes, no payload.
    me.sends("sender", b"", address);
    sender.send_to(b"", address)?;
    me.sends("sender", b"still here", address);
    sender.send_to(b"still here", address)?;

    let mut received = Vec::new();
    for _ in 0..2 {
        let mut buffer = [0; 1500];
        match receiver.recv_from(&mut buffer) {
            Ok((length, from)) => {
                me.receives("receiver", &buffer[..length], from);
                received.push(buffer[..length].to_vec());
            }
            // A timeout has the kind WouldBlock on Unix, TimedOut on Windows.
            Err(error) => match error.kind() {
                ErrorKind::WouldBlock | ErrorKind::TimedOut => break,
                _ => return Err(error),
            },
        }
    }

    // A program that ends its loop at 0 would have lost the second message.
    // On UDP, say the end in a message of your own, and expect it to be lost.
    let lengths: Vec<usize> = received.iter().map(Vec::len).collect();
    let shown = kit::list(&lengths);
    let evidence = format!("the receives returned {shown} bytes");
    Ok(match &lengths[..] {
        [0, 10] => Outcome::chose("both", evidence),
        [0, 0] => Outcome::chose("closed", evidence),
        [10] => Outcome::chose("skipped", evidence),
        _ => Outcome::unlisted(evidence),
    })
}
// ANCHOR_END: empty
