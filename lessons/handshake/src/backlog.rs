//! The backlog is a queue for clients that wait, not a limit of clients.
//!
//! A server with a backlog of one is slow to accept, and three clients come.
//!
//!     cargo run -p lesson-handshake -- backlog

use kit::{Choice, Experiment, Narrator, Outcome, belief};
use lab::{Lab, patience};
use socket2::{Domain, Socket, Type};
use std::io::{self, ErrorKind::ConnectionRefused};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::{thread, time::Duration};

/// Settled by what three calls of connect return, and when.
pub const EXPERIMENT: Experiment = Experiment {
    name: "backlog",
    about: "Three clients, a backlog of one, and a slow server.",
    file: file!(),
    question: "A server calls listen with a backlog of 1 and is slow to call \
        accept. Three clients connect, one after another. Who gets in?",
    choices: &[
        Choice::believing("one", "One: that is what it says", &belief::M11),
        Choice::new("later", "Two at once; the third when there is room"),
        Choice::new("refused", "Two; the third is refused at once"),
        Choice::new("all", "All three at once: the backlog is only a hint"),
    ],
    run,
};

const SOON: Duration = Duration::from_millis(500); // before a SYN is repeated

// ANCHOR: backlog
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let lab = Lab::open();
    me.says(lab.evidence());
    let tcp = || Socket::new(Domain::IPV4, Type::STREAM, None);
    let server = lab.b.enter(tcp)?; // std would choose the backlog itself
    server.bind(&lab.b.at(7777).into())?;
    server.listen(1)?;
    server.set_nonblocking(true)?;
    let server = TcpListener::from(server);
    let address = server.local_addr()?;
    me.does("server", format!("listen(1) on {address}, no accept"));

    let early = [0; 2].map(|_| dial(&lab, address).recv_timeout(SOON));
    let at_once = early.iter().filter(|c| matches!(c, Ok(Ok(_)))).count();
    let third = dial(&lab, address);
    let mut result = third.recv_timeout(SOON);
    let silent = result.is_err();
    me.packets(lab.news());
    me.does("clients", format!("{at_once} of two are connected"));
    me.does("third", format!("waits for more than 500 ms: {silent}"));
    // No program is told, but the kernel counts what it drops.
    for name in ["ListenOverflows", "ListenDrops"] {
        if let Some(count) = lab.b.counter("TcpExt", name) {
            me.state("server", format!("{name} {count}"), "/proc/net/netstat");
        }
    }

    // A connection that is accepted leaves the queue, and makes room.
    let accepted = [server.accept(), server.accept()];
    let count = accepted.iter().flatten().count();
    me.does("server", format!("has accepted {count}"));
    if silent {
        result = third.recv_timeout(patience());
    }
    lab.wait(|seen| seen.len() >= 10);
    me.packets(lab.news());
    let got_in = matches!(result, Ok(Ok(_)));
    me.does("third", format!("is connected: {got_in}"));
    let evidence = format!("{at_once} at once; the third got in: {got_in}");
    let refused = Outcome::chose("refused", &*evidence);
    Ok(lab.trusted(match (at_once, result) {
        (2, Ok(Ok(_))) if silent => Outcome::chose("later", evidence),
        (2, Ok(Ok(_))) => Outcome::chose("all", evidence),
        (2, Ok(Err(e))) if e.kind() == ConnectionRefused => refused,
        (1, Err(_)) => Outcome::chose("one", evidence),
        _ => Outcome::unlisted(evidence),
    }))
}
// ANCHOR_END: backlog

/// Connects in a thread of its own; the result comes through the channel.
fn dial(lab: &Lab, to: SocketAddr) -> Receiver<io::Result<TcpStream>> {
    let (done, result) = channel();
    let connect = move || TcpStream::connect_timeout(&to, patience());
    lab.a.enter(|| thread::spawn(move || done.send(connect())));
    result
}
