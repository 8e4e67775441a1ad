//! A multicast goes no further than the next router, unless it is told to.
//!
//! A sends to B alone, to the group, and to the group with another TTL.
//!
//!     cargo run -p lesson-multicast -- scope

use crate::GROUP;
use crate::membership::{report_once, wait_for_datagrams, wait_for_reports};
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use lab::Lab;
use socket2::SockRef;
use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

/// Settled by the TTL of the two kinds, and by what passes a router.
pub const EXPERIMENT: Experiment = Experiment {
    name: "scope",
    about: "How far a message to a group goes.",
    file: file!(),
    question: "Each router takes 1 off the TTL of a packet, and drops it at 0. \
        A program sets no option. How far can its datagrams to a group go, \
        beside those to a single host?",
    choices: &[
        Choice::believing(
            "same",
            "As far: routers bring them to whoever has joined",
            &belief::M55,
        ),
        Choice::new("link", "To the next router and no further: TTL 1"),
        Choice::new("shorter", "Some routers far, but not as far"),
        Choice::new("nowhere", "Nowhere: TTL 0, they stay on this host"),
    ],
    run,
};

// ANCHOR: scope
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let lab = Lab::open();
    me.says(lab.evidence());
    report_once(&lab.b);
    let group = SocketAddr::from((GROUP, lab.b.at(7777).port()));
    let member = lab.b.enter(|| UdpSocket::bind(group))?;
    let group = member.local_addr()?;
    member.join_multicast_v4(&GROUP, &lab.b.ipv4())?;
    member.set_read_timeout(Some(Duration::from_millis(300)))?;
    wait_for_reports(&lab, 1);
    me.packets(lab.news());

    let sender = lab.a.enter(|| UdpSocket::bind(lab.a.at(0)))?;
    let option = SockRef::from(&sender);
    option.set_multicast_if_v4(&lab.a.ipv4())?;
    let (one, many) = (sender.ttl()?, sender.multicast_ttl_v4()?);
    let ttls = format!("TTL {one} to one host, {many} to a group");
    me.state("A", &ttls, "getsockopt");

    // As a router does, the wire drops TTL 1 from here on. It does not ask
    // where there are members, which a router must know.
    let router = lab.play_router().is_ok();
    me.says(format!("the wire plays a router: {router}"));
    let mut passed = Vec::new();
    for ttl in [many, 2] {
        sender.set_multicast_ttl_v4(ttl)?;
        me.sends("A", b"far?", format!("{group} with TTL {ttl}"));
        sender.send_to(b"far?", group)?;
        wait_for_datagrams(&lab, passed.len() + 1);
        me.packets(lab.news());
        // A short wait is enough: the wire has done with the packet.
        let heard = member.recv(&mut [0; 1500]).is_ok();
        me.does("B", format!("has received it: {heard}"));
        passed.push(heard);
    }

    let told = kit::yes_or_no(&passed);
    let evidence = format!("{ttls}; B received the two: {told}");
    Ok(lab.complete(match many {
        1 if router && passed != [false, true] => Outcome::unlisted(evidence),
        0 => Outcome::chose("nowhere", evidence),
        1 => Outcome::chose("link", evidence),
        _ if many < one => Outcome::chose("shorter", evidence),
        _ => Outcome::chose("same", evidence),
    }))
}
// ANCHOR_END: scope
