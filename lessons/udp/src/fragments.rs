//! A long datagram travels in pieces, and one lost piece loses it all.
//!
//! 4,000 bytes cross a wire that carries packets of 1,500, twice.
//!
//!     cargo run -p lesson-udp -- fragments

use crate::PATIENCE;
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use lab::Lab;
use std::io;
use std::net::UdpSocket;

/// Settled by what B receives next, and by the counters of its kernel.
pub const EXPERIMENT: Experiment = Experiment {
    name: "fragments",
    about: "A datagram longer than the packets of the network.",
    file: file!(),
    question: "The network carries 1,500 bytes in a packet. A sends B a \
        datagram of 4,000 bytes, and IP sends it as three fragments. The \
        second one is lost. What does B receive of the datagram?",
    choices: &[
        Choice::new("nothing", "Nothing: without one fragment all are lost"),
        Choice::believing(
            "whole",
            "All of it, later: IP sends the lost fragment again",
            &belief::M52,
        ),
        Choice::new("part", "The bytes of the fragments that arrived"),
    ],
    run,
};

// ANCHOR: fragments
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    // Not in `main`: tcpdump could not see the other experiments any more.
    lab::enter();
    let lab = Lab::open();
    me.says(lab.evidence());
    lab.wire()?;
    let receiver = lab.b.enter(|| UdpSocket::bind(lab.b.at(7777)))?;
    receiver.set_read_timeout(Some(PATIENCE))?;
    let address = receiver.local_addr()?;
    let sender = lab.a.enter(|| UdpSocket::bind(lab.a.at(0)))?;
    // How many seconds B's kernel waits for the rest of a datagram: 30 unless
    // somebody has changed it. One is enough here.
    let patience = lab.b.sysctl("net.ipv4.ipfrag_time", "1");
    me.returns("B", "ipfrag_time = 1 s", &patience.map(|()| "no error"));

    let mut buffer = [0; 5000];
    me.does("A", format!("sends 4000 bytes to {address}"));
    sender.send_to(&[b'x'; 4000], address)?;
    let length = receiver.recv(&mut buffer)?;
    me.packets(lab.news());
    me.does("B", format!("receives {length} bytes"));

    lab.rule("drop fragment:2")?;
    me.does("A", format!("sends 4000 bytes to {address} again"));
    let sent = sender.send_to(&[b'x'; 4000], address)?;
    // Nobody sends a fragment again: IP numbers and acknowledges nothing. The
    // kernel that waited in vain tells the sender so, by ICMP.
    lab.wait(|log| log.iter().any(|packet| packet.icmp().is_some()));
    me.packets(lab.news());
    let count = |name| lab.b.counter("Ip", name).unwrap_or(0);
    for name in ["ReasmReqds", "ReasmOKs", "ReasmFails", "ReasmTimeout"] {
        let now = format!("{name} {}", count(name));
        me.state("B", now, "/proc/net/snmp");
    }

    // What B receives next shows whether it got anything of the second one.
    sender.send_to(b"the next one", address)?;
    let (length, from) = receiver.recv_from(&mut buffer)?;
    me.receives("B", &buffer[..length], from);
    let (ok, failed) = (count("ReasmOKs"), count("ReasmFails"));
    let next = kit::quoted(&buffer[..length.min(12)]);
    let evidence = format!(
        "B next received {length} bytes, {next}; datagrams put together from \
         fragments: {ok}, given up: {failed}"
    );
    Ok(lab.complete(match &buffer[..length] {
        b"the next one" => Outcome::chose("nothing", evidence),
        _ if length == sent => Outcome::chose("whole", evidence),
        _ if length < sent => Outcome::chose("part", evidence),
        _ => Outcome::unlisted(evidence),
    }))
}
// ANCHOR_END: fragments
