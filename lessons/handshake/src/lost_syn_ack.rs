//! A server that gets the same SYN twice knows it, and says the same twice.
//!
//! The wire loses the SYN-ACK, so the client sends its SYN once more.
//!
//!     cargo run -p lesson-handshake -- lost-syn-ack

use kit::{Choice, Experiment, Narrator, Outcome};
use lab::{Lab, patience};
use std::io;
use std::net::{TcpListener, TcpStream};

/// Settled by the two SYN-ACKs, and by how many connections accept returns.
pub const EXPERIMENT: Experiment = Experiment {
    name: "lost-syn-ack",
    about: "The server's answer is lost.",
    file: file!(),
    question: "The server's SYN-ACK is lost. The client has heard nothing and \
        sends its SYN again. What does the server make of the second SYN?",
    choices: &[
        Choice::new("again", "The same connection: it answers the same again"),
        Choice::new("second", "A second connection: accept will return two"),
        Choice::new("fresh", "A new start: it answers with another number"),
        Choice::new("reset", "A mistake: it answers with a RST"),
    ],
    run,
};

// ANCHOR: lost_syn_ack
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let lab = Lab::open();
    me.says(lab.evidence());
    lab.rule("drop syn-ack:1")?;
    // The server repeats its SYN-ACK, too, if it hears nothing for a second.
    // The first SYN takes longer, so the client's second is over first.
    lab.rule("delay 200 syn:1")?;

    let server = lab.b.enter(|| TcpListener::bind(lab.b.at(7777)))?;
    let address = server.local_addr()?;
    me.does("client", format!("connects to {address}"));
    let connect = || TcpStream::connect_timeout(&address, patience());
    let client = lab.a.enter(connect)?;
    let client_address = client.local_addr()?;

    // SYN, SYN-ACK, again SYN, SYN-ACK, and the ACK.
    lab.wait(|seen| seen.len() >= 5);
    let news = lab.news();
    let from_b = || news.iter().filter(|packet| packet.from == "B");
    let reset = from_b().any(|packet| packet.flags.contains("RST"));
    let starts: Vec<u32> = from_b()
        .filter_map(|packet| Some(packet.seq?.real))
        .collect();
    me.packets(news);
    let [at_a, at_b] = lab.ends(client_address, address);
    me.ends(&at_a, &at_b, "sock_diag");

    server.set_nonblocking(true)?;
    let mut accepted = Vec::new();
    while let Ok(connection) = server.accept() {
        accepted.push(connection);
    }
    let count = accepted.len();
    me.does("server", format!("accept returns connections: {count}"));

    let same = starts.windows(2).all(|two| two[0] == two[1]);
    let told = kit::yes_or_no(&[same]);
    let evidence = format!(
        "{} SYN-ACKs, the same number in all: {told}; accepted: {count}",
        starts.len()
    );
    Ok(lab.trusted(match (count, starts.len()) {
        _ if reset => Outcome::chose("reset", evidence),
        (2.., _) => Outcome::chose("second", evidence),
        (1, 2..) if same => Outcome::chose("again", evidence),
        (1, 2..) => Outcome::chose("fresh", evidence),
        _ => Outcome::unlisted(evidence),
    }))
}
// ANCHOR_END: lost_syn_ack
