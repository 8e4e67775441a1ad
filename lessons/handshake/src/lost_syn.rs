//! A lost SYN costs a second: nobody knows yet how long an answer takes.
//!
//! The wire loses the first two SYNs of a client and lets the third pass.
//!
//!     cargo run -p lesson-handshake -- lost-syn

use crate::ms;
use kit::{Choice, Experiment, Narrator, Outcome};
use lab::{Lab, patience};
use std::io;
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

/// Settled by the times at which the SYNs were on the wire.
pub const EXPERIMENT: Experiment = Experiment {
    name: "lost-syn",
    about: "The first two SYNs are lost.",
    file: file!(),
    question: "The wire, 20 ms long, loses the client's SYN, and the next \
        one, too. The third gets through. When does connect return?",
    choices: &[
        Choice::new("fails", "Soon, with an error: a SYN is sent only once"),
        Choice::new("soon", "Before a second is over: two quick retries"),
        Choice::new("steady", "After about 2 s: one SYN in every second"),
        Choice::new("doubling", "After about 3 s: a wait of 1 s, then of 2 s"),
    ],
    run,
};

const SECOND: Duration = Duration::from_secs(1);

// ANCHOR: lost_syn
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let lab = Lab::open();
    me.says(lab.evidence());
    lab.rule("drop syn:1-2")?;
    // Our hosts have settings that make long traces repeat. This one would
    // hide what your kernel does by itself, so it gets its own value back.
    let born = lab.a.restore("net.ipv4.tcp_syn_linear_timeouts");
    let born = born.unwrap_or_else(|error| kit::describe_error(&error));
    let setting = format!("tcp_syn_linear_timeouts {born}");
    me.state("client", setting, "sysctl");

    let server = lab.b.enter(|| TcpListener::bind(lab.b.at(7777)))?;
    let address = server.local_addr()?;
    me.does("client", format!("connects to {address}"));
    let connect = || TcpStream::connect_timeout(&address, patience());
    let started = Instant::now();
    let client = lab.a.enter(connect);
    let took = started.elapsed();

    // Two SYNs, the third SYN, its SYN-ACK, and the ACK.
    lab.wait(|seen| seen.len() >= 5);
    me.packets(lab.news());
    let result = client.as_ref().map_or("an error", |_| "a connection");
    me.does("client", format!("gets {result} after {}", ms(took)));
    let seen = lab.packets();
    let syns = seen.iter().filter(|packet| packet.is_syn());
    let syns: Vec<Duration> = syns.map(|packet| packet.at).collect();
    let waits: Vec<_> = syns.windows(2).map(|two| two[1] - two[0]).collect();

    let told: Vec<_> = waits.iter().map(|wait| ms(*wait)).collect();
    let evidence = format!("from SYN to SYN: {}", told.join(", then "));
    Ok(lab.trusted(match (&client, &waits[..]) {
        (Err(_), _) if took < patience() => Outcome::chose("fails", evidence),
        (Ok(_), _) if took < SECOND => Outcome::chose("soon", evidence),
        (Ok(_), [first, second]) if is(1, *first) && is(1, *second) => {
            Outcome::chose("steady", evidence)
        }
        (Ok(_), [first, second]) if is(1, *first) && is(2, *second) => {
            Outcome::chose("doubling", evidence)
        }
        _ => Outcome::unlisted(evidence),
    }))
}
// ANCHOR_END: lost_syn

/// Whether a wait was one of so many seconds: the kernel rounds its timers up,
/// by an eighth at most, and a busy machine adds something.
fn is(seconds: u32, wait: Duration) -> bool {
    wait > seconds * SECOND * 49 / 50 && wait < seconds * SECOND * 5 / 4
}
