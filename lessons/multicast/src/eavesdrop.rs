//! On Linux a socket that never joined hears what another one has joined.
//!
//! Two programs on B, two ports, and only one of them joins the group.
//!
//!     cargo run -p lesson-multicast -- eavesdrop

use crate::membership::{
    own_groups_only, report_once, wait_for_datagrams, wait_for_reports,
};
use crate::{GROUP, PATIENCE};
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use lab::Lab;
use std::io;
use std::net::UdpSocket;

/// Settled by what the socket that never joined receives.
pub const EXPERIMENT: Experiment = Experiment {
    name: "eavesdrop",
    about: "A socket that never joined, beside one that did.",
    file: file!(),
    question: "A program on B is bound to 0.0.0.0, port 7002, and never joins \
        a group. A sends \"one\" to a group, port 7002. Then another program \
        on B joins, for port 7001, and A sends \"two\" to port 7002. What \
        does the first program receive?",
    choices: &[
        Choice::new("second", "\"two\": the neighbour has joined"),
        Choice::believing("both", "Both: the network carries it", &belief::M55),
        Choice::new("none", "Neither: it has not joined itself"),
    ],
    run,
};

// ANCHOR: eavesdrop
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let lab = Lab::open();
    me.says(lab.evidence());
    lab.wire()?;
    report_once(&lab.b);
    let sender = lab.a.enter(|| UdpSocket::bind(lab.a.at(0)))?;
    let stranger = lab.b.enter(|| UdpSocket::bind("0.0.0.0:7002"))?;
    me.does("stranger", "is bound to 0.0.0.0:7002 and joins nothing");

    me.sends("A", b"one", format!("{GROUP}:7002"));
    sender.send_to(b"one", (GROUP, 7002))?;
    wait_for_datagrams(&lab, 1);
    me.packets(lab.news());

    let neighbour = lab.b.enter(|| UdpSocket::bind((GROUP, 7001)))?;
    neighbour.join_multicast_v4(&GROUP, &lab.b.ipv4())?;
    wait_for_reports(&lab, 1);
    me.does("neighbour", format!("has joined {GROUP} on port 7001"));
    me.packets(lab.news());

    me.sends("A", b"two", format!("{GROUP}:7002"));
    sender.send_to(b"two", (GROUP, 7002))?;
    wait_for_datagrams(&lab, 2);
    me.packets(lab.news());

    let asked = own_groups_only(&stranger);
    me.returns("stranger", "IP_MULTICAST_ALL = 0", &asked.map(|()| 0));
    me.sends("A", b"three", format!("{GROUP}:7002"));
    sender.send_to(b"three", (GROUP, 7002))?;
    wait_for_datagrams(&lab, 3);
    me.packets(lab.news());
    // What arrived before this one is all that the stranger heard.
    sender.send_to(b"that is all", (lab.b.address(), 7002))?;
    wait_for_datagrams(&lab, 4);
    me.packets(lab.news());

    stranger.set_read_timeout(Some(PATIENCE))?;
    let mut heard = Vec::new();
    while heard.last().is_none_or(|last| last != "that is all") {
        let mut buffer = [0; 1500];
        let (length, from) = stranger.recv_from(&mut buffer)?;
        me.receives("stranger", &buffer[..length], from);
        heard.push(String::from_utf8_lossy(&buffer[..length]).into_owned());
    }
    let shown = kit::list_quoted(&heard);
    let evidence = format!("the stranger got {shown}");
    let got = |word: &str| heard.iter().any(|heard| heard == word);
    Ok(lab.complete(match (got("one"), got("two")) {
        (true, true) => Outcome::chose("both", evidence),
        (false, true) => Outcome::chose("second", evidence),
        (false, false) => Outcome::chose("none", evidence),
        (true, false) => Outcome::unlisted(evidence),
    }))
}
// ANCHOR_END: eavesdrop
