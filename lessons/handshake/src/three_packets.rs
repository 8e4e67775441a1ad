//! connect returns when two of three packets have crossed.
//!
//! A client and a server on two hosts, 100 ms of wire between them.
//!
//!     cargo run -p lesson-handshake -- three-packets

use crate::ms;
use kit::{Choice, Experiment, Narrator, Outcome};
use lab::{Lab, patience};
use std::io;
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

/// Settled by the packets that had arrived when connect returned.
pub const EXPERIMENT: Experiment = Experiment {
    name: "three-packets",
    about: "SYN, SYN-ACK, ACK, and when connect returns.",
    file: file!(),
    question: "Each packet takes 100 ms to cross the wire. How long does the \
        client's connect take?",
    choices: &[
        Choice::new("none", "Nothing: connect only writes down the address"),
        Choice::new("one", "100 ms: the SYN has to get there"),
        Choice::new("two", "200 ms: the SYN there, the SYN-ACK back"),
        Choice::new("three", "300 ms: all three packets have to cross"),
    ],
    run,
};

/// How long the wire takes for a packet.
const CROSSING: Duration = Duration::from_millis(100);

// ANCHOR: three_packets
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let lab = Lab::open();
    me.says(lab.evidence());
    lab.wire()?.set_latency(CROSSING);

    let server = lab.b.enter(|| TcpListener::bind(lab.b.at(7777)))?;
    let address = server.local_addr()?;
    me.does("server", format!("listens on {address}"));

    // A plain connect waits as long as the kernel likes, two minutes or more.
    me.does("client", format!("connects to {address}"));
    let connect = || TcpStream::connect_timeout(&address, patience());
    let started = Instant::now();
    let client = lab.a.enter(connect)?;
    let took = started.elapsed();
    let seen = lab.packets();
    let arrived = seen.iter().filter(|p| !p.delivered.is_empty()).count();

    lab.wait(|seen| seen.len() >= 3);
    me.packets(lab.news());
    me.does("client", format!("connect has returned after {}", ms(took)));
    let [at_a, at_b] = lab.ends(client.local_addr()?, address);
    me.ends(&at_a, &at_b, "sock_diag");

    let evidence = format!(
        "connect took {}; {arrived} packets had arrived by then",
        ms(took)
    );
    // If all three had arrived, either connect waits for the third, or this
    // program got no processor for as long as a crossing: nobody can tell.
    Ok(lab.trusted(match arrived {
        0 if took < CROSSING => Outcome::chose("none", evidence),
        1 if took < 2 * CROSSING => Outcome::chose("one", evidence),
        2 if took >= 2 * CROSSING => Outcome::chose("two", evidence),
        _ => Outcome::inconclusive(evidence),
    }))
}
// ANCHOR_END: three_packets
