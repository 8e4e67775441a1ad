//! Keep-alive is off; switched on, it is slow; set by hand, it works.
//!
//! A silent connection on a cable that is cut.
//!
//!     cargo run -p lesson-closing -- keep-alive

use crate::connection::connect;
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use lab::Lab;
use socket2::{SockRef, TcpKeepalive};
use std::io::{self, Read};
use std::time::Duration;

/// Settled by SO_KEEPALIVE and its times, as getsockopt returns them.
pub const EXPERIMENT: Experiment = Experiment {
    name: "keep-alive",
    about: "Who notices that nobody is there any more.",
    file: file!(),
    question: "A program connects and changes no setting. Then nobody says \
        anything. How long does it take the kernel to ask whether the other \
        side is still there?",
    choices: &[
        Choice::believing(
            "seconds",
            "Seconds: keep-alive is there for that",
            &belief::M39,
        ),
        Choice::believing(
            "hours",
            "About two hours: keep-alive is slow",
            &belief::M39,
        ),
        Choice::new("never", "For ever: keep-alive is off"),
    ],
    run,
};

// ANCHOR: keep_alive
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let lab = Lab::open();
    me.says(lab.evidence());
    let mut connection = connect(&lab)?;
    // What std cannot say: SO_KEEPALIVE, TCP_KEEPIDLE, _KEEPINTVL, _KEEPCNT.
    let socket = SockRef::from(&connection.client);
    let on = socket.keepalive()?;
    me.state("client", format!("SO_KEEPALIVE is {on}"), "getsockopt");
    let [first, every, probes] = times(&socket)?;
    let times = format!("{first} s, then {probes} probes, every {every} s");
    me.state("client", format!("if it were on: {times}"), "getsockopt");

    if let Ok(wire) = lab.wire() {
        let quick = TcpKeepalive::new()
            .with_time(Duration::from_secs(1))
            .with_interval(Duration::from_secs(1))
            .with_retries(1);
        socket.set_tcp_keepalive(&quick)?;
        me.says("switched on: 1 s, then 1 probe, every 1 s; the cable is cut");
        wire.cut();
        // The server has no keep-alive, and nothing to say: it will not know.
        let read = connection.client.read(&mut [0; 16]);
        lab.wait(|seen| seen.iter().any(|packet| packet.is_rst()));
        me.packets(lab.news());
        me.returns("client", "read", &read);
        let [left, right] = lab.ends(connection.at_a, connection.at_b);
        me.ends(&left, &right, "sock_diag");
    }

    let word = if on { "on" } else { "off" };
    let evidence = format!("SO_KEEPALIVE is {word}; its times: {times}");
    Ok(match (on, first) {
        (false, _) => Outcome::chose("never", evidence),
        (true, 0..600) => Outcome::chose("seconds", evidence),
        (true, 600..) => Outcome::chose("hours", evidence),
    })
}

/// Seconds until the first probe, seconds between two, and how many.
#[cfg(not(windows))]
fn times(socket: &SockRef) -> io::Result<[u64; 3]> {
    let first = socket.tcp_keepalive_time()?.as_secs();
    let every = socket.tcp_keepalive_interval()?.as_secs();
    Ok([first, every, socket.tcp_keepalive_retries()?.into()])
}

/// Windows takes these times, but socket2 cannot ask it for them.
#[cfg(windows)]
fn times(_: &SockRef) -> io::Result<[u64; 3]> {
    Err(io::Error::from(io::ErrorKind::Unsupported))
}
// ANCHOR_END: keep_alive
