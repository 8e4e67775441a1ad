//! A send to a port where nobody is succeeds; only connect lets you hear more.
//!
//! Three datagrams from a plain socket, three from a connected one.
//!
//!     cargo run -p lesson-udp -- nobody-home

use kit::{Choice, Experiment, Narrator, Outcome, belief};
use std::io;
use std::net::UdpSocket;

/// Settled by the results of one connect and six sends.
pub const EXPERIMENT: Experiment = Experiment {
    name: "nobody-home",
    about: "Sending to a port that nobody has.",
    file: file!(),
    question: "No socket has the port. One socket sends three datagrams there \
        with send_to. Another first calls connect, and then sends three with \
        send. Which calls fail?",
    choices: &[
        Choice::believing(
            "connect",
            "connect: nobody answers its handshake",
            &belief::M50,
        ),
        Choice::believing(
            "every",
            "Every send: there is nobody who could take the datagram",
            &belief::M51,
        ),
        Choice::new(
            "later",
            "A later send of the connected socket: the refusal comes back",
        ),
        Choice::new("none", "None: UDP never tells"),
    ],
    run,
};

// ANCHOR: nobody_home
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    // A port that was free a moment ago. Another program could take it now;
    // the experiment would then see no refusal at all.
    let nobody = UdpSocket::bind("127.0.0.1:0")?.local_addr()?;

    let plain = UdpSocket::bind("127.0.0.1:0")?;
    let mut plain_failed = 0;
    for _ in 0..3 {
        let sent = plain.send_to(b"hello?", nobody);
        me.returns("plain", "send_to", &sent);
        plain_failed += u32::from(sent.is_err());
    }

    // connect writes the peer into the socket, and no packet leaves. From now
    // on the kernel can match an ICMP "port unreachable" to this socket.
    let connected = UdpSocket::bind("127.0.0.1:0")?;
    let connect = connected.connect(nobody);
    let shown = connect.as_ref().map_or("an error", |()| "no error");
    me.does("connected", format!("connect to {nobody} returns {shown}"));
    if let Err(error) = connect {
        return Ok(Outcome::chose("connect", kit::describe_error(&error)));
    }
    let mut failed = Vec::new();
    for number in 1..=3 {
        // The refusal of one datagram is the error of a later call, which
        // sends nothing. Reading it clears it, so the call after succeeds.
        let sent = connected.send(b"hello?");
        me.returns("connected", "send", &sent);
        if sent.is_err() {
            failed.push(number);
        }
    }

    let evidence = format!(
        "plain: {plain_failed} of 3 failed; connected failed at number: {}",
        kit::list(&failed)
    );
    Ok(match (plain_failed, &failed[..]) {
        (0, []) => Outcome::chose("none", evidence),
        (3, [1, 2, 3]) => Outcome::chose("every", evidence),
        (0, [2 | 3, ..]) => Outcome::chose("later", evidence),
        _ => Outcome::unlisted(evidence),
    })
}
// ANCHOR_END: nobody_home
