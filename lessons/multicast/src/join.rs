//! Who joins a group hears it from then on; who sends to it need not join.
//!
//! A sends to a group before B has joined it, and again afterwards.
//!
//!     cargo run -p lesson-multicast -- join

use crate::membership::{
    report_once, told, wait_for_datagrams, wait_for_reports,
};
use crate::{GROUP, PATIENCE};
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use lab::Lab;
use socket2::SockRef;
use std::io;
use std::net::{SocketAddr, UdpSocket};

/// Settled by the messages that B receives.
pub const EXPERIMENT: Experiment = Experiment {
    name: "join",
    about: "A message before joining, and one after.",
    file: file!(),
    question: "B's socket is bound to the port of a group. A sends \"one\" to \
        the group, then B joins it, then A sends \"two\". A itself never \
        joins. What does B receive?",
    choices: &[
        Choice::believing(
            "none",
            "Nothing: A is not in the group, so it cannot send to it",
            &belief::M55,
        ),
        Choice::believing(
            "both",
            "\"one\" and \"two\": the network carries both to B",
            &belief::M55,
        ),
        Choice::new("second", "Only \"two\": it was in the group by then"),
        Choice::new("late", "Both, but \"one\" only when it has joined"),
    ],
    run,
};

// ANCHOR: join
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let lab = Lab::open();
    me.says(lab.evidence());
    report_once(&lab.b);

    // Only datagrams to the group are for this socket. Windows wants 0.0.0.0.
    let group = SocketAddr::from((GROUP, lab.b.at(7777).port()));
    let receiver = lab.b.enter(|| UdpSocket::bind(group))?;
    let group = receiver.local_addr()?;
    let sender = lab.a.enter(|| UdpSocket::bind(lab.a.at(0)))?;
    // By which interface to send: IP_MULTICAST_IF, which std does not have.
    SockRef::from(&sender).set_multicast_if_v4(&lab.a.ipv4())?;

    me.sends("A", b"one", group);
    sender.send_to(b"one", group)?;
    wait_for_datagrams(&lab, 1);
    me.packets(lab.news());
    receiver.set_nonblocking(true)?; // what was taken in is queued by now
    let early = receiver.recv(&mut [0; 1500]).is_ok();
    me.does("B", format!("has heard something before joining: {early}"));
    // From here on the kernel takes the group in, and tells the network so.
    receiver.join_multicast_v4(&GROUP, &lab.b.ipv4())?;
    me.does("B", format!("joins {GROUP}"));
    wait_for_reports(&lab, 1);
    me.packets(lab.news());
    me.state("A", told(&lab.a), "/proc/net/igmp");
    me.state("B", told(&lab.b), "/proc/net/igmp");

    me.sends("A", b"two", group);
    sender.send_to(b"two", group)?;
    wait_for_datagrams(&lab, 2);
    me.packets(lab.news());
    receiver.set_nonblocking(false)?;
    receiver.set_read_timeout(Some(PATIENCE))?;
    let mut buffer = [0; 1500];
    let length = receiver.recv(&mut buffer).unwrap_or(0);
    let first = kit::quoted(&buffer[..length]);
    me.does("B", format!("now receives {first}"));
    let evidence = format!("B first received {first}");
    Ok(lab.complete(match &buffer[..length] {
        _ if early => Outcome::chose("both", "B heard A before it joined"),
        b"" => Outcome::chose("none", "B received nothing"),
        b"two" => Outcome::chose("second", evidence),
        b"one" => Outcome::chose("late", evidence),
        _ => Outcome::unlisted(evidence),
    }))
}
// ANCHOR_END: join
