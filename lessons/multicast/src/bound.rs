//! A socket that is bound to its host's own address hears no group.
//!
//! Three sockets of B join the same group, each bound in another way.
//!
//!     cargo run -p lesson-multicast -- bound

use crate::membership::{report_once, wait_for_datagrams, wait_for_reports};
use crate::{GROUP, PATIENCE};
use kit::{Choice, Experiment, Narrator, Outcome};
use lab::Lab;
use std::io;
use std::net::{IpAddr, Ipv4Addr, UdpSocket};

/// Settled by the first datagram that each socket receives.
pub const EXPERIMENT: Experiment = Experiment {
    name: "bound",
    about: "Three ways to bind a member.",
    file: file!(),
    question: "Three sockets of B have joined the group. One is bound to \
        0.0.0.0, one to the group's address, one to B's own address. A sends \
        to the group, once to the port of each. Which sockets receive it?",
    choices: &[
        Choice::new("all", "All three: they have all joined"),
        Choice::new("two", "Those bound to 0.0.0.0 and to the group"),
        Choice::new("any", "Only the one bound to 0.0.0.0, any address"),
        Choice::new("own", "Those bound to 0.0.0.0 and to B's own address"),
    ],
    run,
};

// ANCHOR: bound
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let lab = Lab::open();
    me.says(lab.evidence());
    // On a machine of yours 0.0.0.0 would be open to its whole network.
    lab.wire()?;
    report_once(&lab.b);

    let sender = lab.a.enter(|| UdpSocket::bind(lab.a.at(0)))?;
    let bound_to: [IpAddr; 3] =
        [Ipv4Addr::UNSPECIFIED.into(), GROUP.into(), lab.b.address()];
    let mut members = Vec::new();
    for (port, address) in (7001..).zip(bound_to) {
        let socket = lab.b.enter(|| UdpSocket::bind((address, port)))?;
        socket.join_multicast_v4(&GROUP, &lab.b.ipv4())?;
        me.does("B", format!("has joined with a socket on {address}:{port}"));
        members.push(socket);
    }
    wait_for_reports(&lab, 1);
    me.packets(lab.news());

    for port in [7001, 7002, 7003] {
        sender.send_to(b"to the group", (GROUP, port))?;
    }
    wait_for_datagrams(&lab, 3);
    me.packets(lab.news());
    // A socket that missed the first message finds this one instead. It is
    // not for the socket on the group's address, which would miss it.
    for port in [7001, 7003] {
        sender.send_to(b"to B alone", (lab.b.address(), port))?;
    }
    wait_for_datagrams(&lab, 5);
    me.packets(lab.news());

    let mut heard = Vec::new();
    for socket in &members {
        socket.set_read_timeout(Some(PATIENCE))?;
        let mut buffer = [0; 1500];
        // A socket that gets neither has waited long enough after PATIENCE.
        let length = socket.recv(&mut buffer).unwrap_or(0);
        let (first, address) = (&buffer[..length], socket.local_addr()?);
        me.does("B", format!("{address} has {} first", kit::quoted(first)));
        heard.push(first == b"to the group");
    }

    // bind says which destination a datagram must have to be for the socket;
    // joining says what the host takes in. A member needs both.
    let told = kit::yes_or_no(&heard);
    let evidence = format!("heard on 0.0.0.0, group, own address: {told}");
    Ok(lab.complete(match heard[..] {
        [true, true, true] => Outcome::chose("all", evidence),
        [true, true, false] => Outcome::chose("two", evidence),
        [true, false, false] => Outcome::chose("any", evidence),
        [true, false, true] => Outcome::chose("own", evidence),
        _ => Outcome::unlisted(evidence),
    }))
}
// ANCHOR_END: bound
