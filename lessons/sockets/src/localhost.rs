//! localhost is a name, and your machine decides what it stands for.
//!
//! The resolver is asked for it, as every connect by name does.
//!
//!     cargo run -p lesson-sockets -- localhost

use crate::PATIENCE;
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use std::io;
use std::net::{IpAddr, ToSocketAddrs};
use std::sync::mpsc;
use std::thread;

/// Settled by what getaddrinfo(3) returns on this machine.
pub const EXPERIMENT: Experiment = Experiment {
    name: "localhost",
    about: "The addresses behind a name.",
    file: file!(),
    question: "A program connects to the name localhost. Which addresses \
        does it try on your machine, and in which order?",
    choices: &[
        Choice::believing(
            "v4",
            "127.0.0.1, and no other: the two are the same",
            &belief::M25,
        ),
        Choice::new("v6-first", "::1 first, and then 127.0.0.1"),
        Choice::new("v4-first", "127.0.0.1 first, and then ::1"),
        Choice::new("v6", "::1, and no other"),
    ],
    run,
};

// ANCHOR: localhost
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    // getaddrinfo(3) reads /etc/hosts and may ask a server on the network.
    // It takes no timeout, so it gets a thread that we need not wait for.
    let (sender, answer) = mpsc::channel();
    thread::spawn(move || {
        let found = ("localhost", 0).to_socket_addrs();
        // If the lesson has stopped waiting, nobody wants the answer.
        let _ = sender.send(found.map(Vec::from_iter));
    });
    let Ok(found) = answer.recv_timeout(PATIENCE) else {
        let why = "the resolver did not answer in time";
        return Ok(Outcome::inconclusive(why));
    };

    // The port 0 was only there because the call wants one.
    let mut addresses: Vec<IpAddr> = found?.iter().map(|a| a.ip()).collect();
    addresses.dedup();
    for address in &addresses {
        me.does("resolver", format!("localhost is {address}"));
    }

    // A server on 127.0.0.1 is not heard by a client that tries only ::1.
    // TcpStream::connect tries all in turn; not every program does.
    let families: Vec<_> = addresses.iter().map(IpAddr::is_ipv6).collect();
    let shown = kit::list(&addresses);
    let evidence = format!("getaddrinfo(\"localhost\") gave {shown}");
    Ok(match families[..] {
        [false] => Outcome::chose("v4", evidence),
        [true] => Outcome::chose("v6", evidence),
        [true, false] => Outcome::chose("v6-first", evidence),
        [false, true] => Outcome::chose("v4-first", evidence),
        _ => Outcome::unlisted(evidence),
    })
}
// ANCHOR_END: localhost
