//! When the last ACK is lost, only one end has a connection.
//!
//! The wire loses the third packet of the handshake, and nobody writes.
//!
//!     cargo run -p lesson-handshake -- lost-third-ack

use crate::ms;
use kit::{Choice, Experiment, Narrator, Outcome};
use lab::{Lab, patience};
use std::io;
use std::net::{TcpListener, TcpStream};
use std::time::Instant;

/// Settled by the states of both ends, and by who sends again.
pub const EXPERIMENT: Experiment = Experiment {
    name: "lost-third-ack",
    about: "The last packet of the handshake is lost.",
    file: file!(),
    question: "The wire loses the third packet, the client's ACK. Nobody \
        writes anything. What does each end believe, and who mends it?",
    choices: &[
        Choice::new("server", "The client is connected; the server asks again"),
        Choice::new("both", "Both are connected: two packets are enough"),
        Choice::new("never", "The client is connected; nobody ever asks"),
        Choice::new("client", "Neither is connected: connect tries again"),
    ],
    run,
};

// ANCHOR: lost_third_ack
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let lab = Lab::open();
    me.says(lab.evidence());
    lab.rule("drop ack:1 from=a")?;

    let server = lab.b.enter(|| TcpListener::bind(lab.b.at(7777)))?;
    server.set_nonblocking(true)?;
    let address = server.local_addr()?;
    me.does("client", format!("connects to {address}"));
    let connect = || TcpStream::connect_timeout(&address, patience());
    let started = Instant::now();
    let Ok(client) = lab.a.enter(connect) else {
        return Ok(Outcome::chose("client", "connect gave up"));
    };
    let took = started.elapsed();
    let client_address = client.local_addr()?;
    me.does("client", format!("is connected after {}", ms(took)));

    lab.wait(|seen| seen.len() >= 3);
    me.packets(lab.news());
    let [at_a, at_b] = lab.ends(client_address, address);
    me.ends(&at_a, &at_b, "sock_diag");
    // A client that wrote now would mend it: its data carries an ACK, too.
    // A client that only waits for a greeting waits for the server's timer.
    let early = server.accept();
    me.does("server", format!("accept has a client: {}", early.is_ok()));

    lab.wait(|seen| seen.len() >= 5);
    let seen = lab.packets();
    let next = seen.get(3);
    let asked = next.is_some_and(|packet| packet.is_syn_ack());
    me.packets(lab.news());
    let now_at_b = lab.b.wait_for_state(address, client_address, "ESTABLISHED");
    let now_at_a = lab.a.state(client_address, address);
    me.ends(&now_at_a, &now_at_b, "sock_diag");
    let late = early.or_else(|_| server.accept());
    me.does("server", format!("accept has a client: {}", late.is_ok()));

    let told = kit::yes_or_no(&[asked]);
    let evidence = format!(
        "after the loss {at_a} and {at_b}; SYN-ACK sent again: {told}; \
         then {now_at_b} at the server"
    );
    Ok(lab.trusted(match (&*at_a, &*at_b) {
        ("ESTABLISHED", "ESTABLISHED") if next.is_none() => {
            Outcome::chose("both", evidence)
        }
        ("ESTABLISHED", "SYN_RECV") if asked && late.is_ok() => {
            Outcome::chose("server", evidence)
        }
        ("ESTABLISHED", "SYN_RECV") if next.is_none() => {
            Outcome::chose("never", evidence)
        }
        _ => Outcome::unlisted(evidence),
    }))
}
// ANCHOR_END: lost_third_ack
