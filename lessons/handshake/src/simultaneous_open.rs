//! A connection needs two ends that open it, and neither has to listen.
//!
//! Two hosts connect to each other, and their SYNs cross on the wire.
//!
//!     cargo run -p lesson-handshake -- simultaneous-open

use kit::{Choice, Experiment, Narrator, Outcome, belief};
use lab::{Lab, patience};
use socket2::{Domain, Socket, Type};
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};

/// Settled by the states of both ends, and by five bytes that cross.
pub const EXPERIMENT: Experiment = Experiment {
    name: "simultaneous-open",
    about: "Two hosts connect to each other at the same time.",
    file: file!(),
    question: "Hosts A and B each bind port 7777 and connect to port 7777 of \
        the other. Nobody listens. The two SYNs cross on the wire. What comes \
        of it?",
    choices: &[
        Choice::new("one", "One connection, with both as its clients"),
        Choice::believing("refused", "A refusal for each", &belief::M21),
        Choice::new("two", "Two connections, one in each direction"),
    ],
    run,
};

// ANCHOR: simultaneous_open
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let lab = Lab::open();
    me.says(lab.evidence());
    // The wire keeps what it gets until it is told to let it go. So the SYNs
    // cross in every run, and what follows comes in one order.
    lab.rule("hold syn")?;
    lab.rule("hold syn-ack")?;

    let (a, b) = (lab.a.at(7777), lab.b.at(7777));
    me.does("left", format!("connects from {a} to {b}"));
    let mut left = lab.a.enter(|| start_to_connect(a, b))?;
    me.does("right", format!("connects from {b} to {a}"));
    let mut right = lab.b.enter(|| start_to_connect(b, a))?;
    lab.wait(|seen| seen.len() >= 2);
    me.packets(lab.news());
    let mut states = lab.ends(a, b);
    me.ends(&states[0], &states[1], "sock_diag");

    // Each packet that arrives makes its receiver send the next one.
    for packet in 1..=4 {
        lab.release(packet)?;
        me.says(format!("the wire lets packet {packet} go"));
        lab.wait(|seen| seen.len() as u64 >= packet + 2);
        me.packets(lab.news());
        states = lab.ends(a, b);
        me.ends(&states[0], &states[1], "sock_diag");
    }

    let both = states.join(" and ");
    if both == "no socket and no socket" {
        return Ok(lab.trusted(Outcome::chose("refused", both)));
    } else if both != "ESTABLISHED and ESTABLISHED" {
        return Ok(lab.trusted(Outcome::unlisted(both)));
    }
    // If there were two, these bytes would come out at an end of the other.
    left.write_all(b"hello")?;
    right.set_read_timeout(Some(patience()))?;
    let mut bytes = [0; 5];
    let read = right.read(&mut bytes);
    me.returns("right", "read", &read);
    Ok(lab.trusted(match read {
        Ok(5) => Outcome::chose("one", "both ESTABLISHED; 5 bytes crossed"),
        _ => Outcome::chose("two", "both ESTABLISHED; no byte crossed"),
    }))
}
// ANCHOR_END: simultaneous_open

/// Binds and connects without waiting: the SYN is sent, and that is all.
fn start_to_connect(from: SocketAddr, to: SocketAddr) -> io::Result<TcpStream> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.bind(&from.into())?;
    socket.set_nonblocking(true)?;
    // EINPROGRESS, usually; the state will tell how it ends.
    let _ = socket.connect(&to.into());
    socket.set_nonblocking(false)?;
    Ok(socket.into())
}
