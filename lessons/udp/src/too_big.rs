//! 65,507 bytes fit into a datagram, and not one more.
//!
//! Two sends over loopback, one byte apart.
//!
//!     cargo run -p lesson-udp -- too-big

use crate::PATIENCE;
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use std::io;
use std::net::UdpSocket;

/// Settled by the results of two sends and what arrived of each.
pub const EXPERIMENT: Experiment = Experiment {
    name: "too-big",
    about: "The longest datagram.",
    file: file!(),
    question: "The length field of UDP has 16 bits. The sender sends 65,507 \
        bytes and then 65,508 bytes over IPv4. What happens?",
    choices: &[
        Choice::believing(
            "both",
            "Both arrive: each is below 65,535",
            &belief::M52,
        ),
        Choice::new(
            "refused",
            "The first arrives, the second send fails: headers count too",
        ),
        Choice::new("cut", "The first arrives, the second arrives shortened"),
        Choice::new("neither", "Neither: both are far above 1,500 bytes"),
    ],
    run,
};

// ANCHOR: too_big
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let receiver = UdpSocket::bind("127.0.0.1:0")?;
    receiver.set_read_timeout(Some(PATIENCE))?;
    let address = receiver.local_addr()?;
    let sender = UdpSocket::bind("127.0.0.1:0")?;

    let mut arrived = Vec::new();
    // 65,535 is the longest IPv4 packet: 20 bytes of IP header, 8 of UDP.
    for length in [65_535 - 20 - 8, 65_535 - 20 - 8 + 1] {
        let message = vec![b'x'; length];
        let sent = sender.send_to(&message, address);
        me.returns("sender", &format!("send_to of {length} bytes"), &sent);
        if sent.is_err() {
            arrived.push(None);
            continue;
        }
        // Loopback carries packets of 65,536 bytes, so nothing is split here.
        // A network carries 1,500: this would become 45 fragments there, and
        // the loss of any one of them would lose the whole datagram.
        let mut buffer = vec![0; 70_000];
        let (length, from) = receiver.recv_from(&mut buffer)?;
        me.does("receiver", format!("receives {length} bytes from {from}"));
        arrived.push(Some(length));
    }

    let bytes = |length: &Option<usize>| length.unwrap_or(0);
    let shown = kit::list(arrived.iter().map(bytes));
    let evidence = format!("bytes received: {shown}");
    Ok(match arrived[..] {
        [Some(65_507), None] => Outcome::chose("refused", evidence),
        [Some(65_507), Some(65_508)] => Outcome::chose("both", evidence),
        [Some(65_507), Some(_)] => Outcome::chose("cut", evidence),
        [None, None] => Outcome::chose("neither", evidence),
        _ => Outcome::unlisted(evidence),
    })
}
// ANCHOR_END: too_big
