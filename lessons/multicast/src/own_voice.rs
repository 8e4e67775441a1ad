//! A member hears itself, until it says that it does not want to.
//!
//! A and B have joined, with one socket each to send and to receive with.
//!
//!     cargo run -p lesson-multicast -- own-voice

use crate::membership::{report_once, wait_for_datagrams, wait_for_reports};
use crate::{GROUP, PATIENCE};
use kit::{Choice, Experiment, Narrator, Outcome};
use lab::{Host, Lab};
use std::io;
use std::net::UdpSocket;

/// Settled by what A and B receive of A's messages.
pub const EXPERIMENT: Experiment = Experiment {
    name: "own-voice",
    about: "Whether a member hears what it sends.",
    file: file!(),
    question: "A and B have joined the group. A sends \"one\" to it, sets \
        IP_MULTICAST_LOOP to off, and sends \"two\". Which of its own \
        messages does A receive?",
    choices: &[
        Choice::new("none", "Neither: they go out, so they do not come in"),
        Choice::new("one", "Only \"one\"; B receives both"),
        Choice::new("unsent", "Only \"one\", and B gets no \"two\" either"),
        Choice::new("both", "Both: it is a member like any other"),
    ],
    run,
};

// ANCHOR: own_voice
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let lab = Lab::open();
    me.says(lab.evidence());
    lab.wire()?; // on loopback all comes back, whatever the option says
    let a = member(&lab.a)?;
    wait_for_reports(&lab, 1);
    let b = member(&lab.b)?;
    wait_for_reports(&lab, 2);
    me.packets(lab.news());

    let on = a.multicast_loop_v4()?; // before anybody has set it
    me.state("A", format!("IP_MULTICAST_LOOP is {on}"), "getsockopt");
    for (number, text) in (1..).zip(["one", "two", "over"]) {
        // Linux and BSD ask this of the socket that sends, Windows of the one
        // that receives. It is off for the second message alone.
        a.set_multicast_loop_v4(text != "two")?;
        let on = a.multicast_loop_v4()?;
        me.does("A", format!("sends \"{text}\", IP_MULTICAST_LOOP is {on}"));
        a.send_to(text.as_bytes(), (GROUP, 7777))?;
        wait_for_datagrams(&lab, number);
        me.packets(lab.news());
    }

    let (heard_a, heard_b) = (until_over(&a), until_over(&b));
    me.does("A", format!("has received: {heard_a}"));
    me.does("B", format!("has received: {heard_b}"));
    let evidence = format!("A received: {heard_a}; B: {heard_b}");
    Ok(lab.complete(match &heard_a[..] {
        "over" | "" => Outcome::chose("none", evidence),
        "one over" if !heard_b.contains("two") => {
            Outcome::chose("unsent", evidence)
        }
        "one over" => Outcome::chose("one", evidence),
        "one two over" => Outcome::chose("both", evidence),
        _ => Outcome::unlisted(evidence),
    }))
}

fn member(host: &Host) -> io::Result<UdpSocket> {
    report_once(host);
    let member = host.enter(|| UdpSocket::bind((GROUP, 7777)))?;
    member.join_multicast_v4(&GROUP, &host.ipv4())?;
    member.set_read_timeout(Some(PATIENCE))?;
    Ok(member)
}

/// What this socket has received, to the last message or a long silence.
fn until_over(socket: &UdpSocket) -> String {
    let mut heard: Vec<String> = Vec::new();
    let mut buffer = [0; 1500];
    while heard.last().is_none_or(|last| last != "over") {
        let Ok(length) = socket.recv(&mut buffer) else {
            break;
        };
        heard.push(String::from_utf8_lossy(&buffer[..length]).into_owned());
    }
    heard.join(" ")
}
// ANCHOR_END: own_voice
