//! The network is told of the first who joins and of the last who leaves.
//!
//! Two programs on B join a group; one leaves it, the other one just ends.
//!
//!     cargo run -p lesson-multicast -- leave

use crate::membership::{report_once, reports, told, wait_for_reports};
use crate::{GROUP, PATIENCE};
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use lab::Lab;
use std::io;
use std::net::UdpSocket;

/// Settled by the IGMP reports on the wire.
pub const EXPERIMENT: Experiment = Experiment {
    name: "leave",
    about: "What the network is told of joining and leaving.",
    file: file!(),
    question: "Two programs on B join the same group, one after the other. \
        Later the first one leaves it, and the second one just ends. What of \
        this does B tell the network?",
    choices: &[
        Choice::believing(
            "nothing",
            "Nothing: the network carries a group to everyone anyway",
            &belief::M55,
        ),
        Choice::new("each", "All four: two who join, two who are gone"),
        Choice::new("edges", "Two: that B joins, and in the end that it left"),
        Choice::new("polite", "Three: who ends without leaving is not told"),
    ],
    run,
};

// ANCHOR: leave
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let lab = Lab::open();
    me.says(lab.evidence());
    lab.wire()?;
    let repeats = !report_once(&lab.b);
    me.state("B", format!("repeats its reports: {repeats}"), "sysctl");
    me.says("A sends \"news\" to the group between the steps");
    let sender = lab.a.enter(|| UdpSocket::bind(lab.a.at(0)))?;
    // Between the steps A sends to the group: time for B to tell of each.
    let talk = |port| sender.send_to(b"news", (GROUP, port));
    let member = |port| -> io::Result<UdpSocket> {
        let socket = lab.b.enter(|| UdpSocket::bind((GROUP, port)))?;
        socket.set_read_timeout(Some(PATIENCE))?;
        socket.join_multicast_v4(&GROUP, &lab.b.ipv4())?;
        Ok(socket)
    };

    let first = member(7001)?;
    wait_for_reports(&lab, 1);
    me.does("first", format!("has joined {GROUP}"));
    me.packets(lab.news());
    let second = member(7002)?;
    talk(7001)?;
    first.recv(&mut [0; 1500])?;
    me.does("second", format!("has joined {GROUP}"));
    me.packets(lab.news());
    me.state("B", told(&lab.b), "/proc/net/igmp");

    first.leave_multicast_v4(&GROUP, &lab.b.ipv4())?;
    talk(7002)?;
    second.recv(&mut [0; 1500])?;
    me.does("first", format!("has left {GROUP}"));
    me.packets(lab.news());
    me.state("B", told(&lab.b), "/proc/net/igmp");

    // Closing a socket leaves its groups, also when the program crashes.
    drop(second);
    let reported = wait_for_reports(&lab, 2);
    me.does("second", "has ended");
    me.packets(lab.news());
    me.state("B", told(&lab.b), "/proc/net/igmp");

    let reports = reports(&lab.packets());
    let evidence = format!("{reports} reports by IGMP");
    Ok(lab.complete(match reports {
        _ if repeats => Outcome::inconclusive("this host repeats its reports"),
        0 => Outcome::chose("nothing", evidence),
        2 if reported => Outcome::chose("edges", evidence),
        3 => Outcome::chose("polite", evidence),
        4 => Outcome::chose("each", evidence),
        _ => Outcome::unlisted(evidence),
    }))
}
// ANCHOR_END: leave
