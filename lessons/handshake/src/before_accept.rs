//! The kernel shakes hands; accept only hands the result to the program.
//!
//! A server listens and is in no hurry to call accept.
//!
//!     cargo run -p lesson-handshake -- before-accept

use kit::{Choice, Experiment, Narrator, Outcome, belief};
use lab::Lab;
use std::io::{self, ErrorKind::TimedOut, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

/// Settled by connect, and by the state of the server's end before accept.
pub const EXPERIMENT: Experiment = Experiment {
    name: "before-accept",
    about: "A client that comes before the server has called accept.",
    file: file!(),
    question: "A server listens, but has not called accept. A client \
        connects and writes \"early\". What has happened by then?",
    choices: &[
        Choice::believing(
            "waits",
            "Nothing yet: connect waits until the server calls accept",
            &belief::M12,
        ),
        Choice::believing(
            "half",
            "Half of it: the client is connected, accept makes the other end",
            &belief::M12,
        ),
        Choice::new(
            "whole",
            "All of it: both ends are connected, and \"early\" has arrived",
        ),
    ],
    run,
};

/// Less than a second, after which a SYN would be sent again.
const GIVE_UP: Duration = Duration::from_millis(900);

// ANCHOR: before_accept
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let lab = Lab::open();
    me.says(lab.evidence());
    let server = lab.b.enter(|| TcpListener::bind(lab.b.at(7777)))?;
    let address = server.local_addr()?;
    me.does("server", format!("listens on {address}, calls no accept"));

    let connect = || TcpStream::connect_timeout(&address, GIVE_UP);
    let client = lab.a.enter(connect);
    if client.as_ref().is_err_and(|error| error.kind() == TimedOut) {
        return Ok(Outcome::chose("waits", "connect has timed out"));
    }
    let mut client = client?;
    let client_address = client.local_addr()?;
    me.does("client", format!("is connected from {client_address}"));
    me.sends("client", b"early", address);
    client.write_all(b"early")?;

    // SYN, SYN-ACK, ACK, the bytes, and the ACK of the bytes.
    lab.wait(|seen| seen.len() >= 5);
    me.packets(lab.news());
    let [at_a, at_b] = lab.ends(client_address, address);
    me.ends(&at_a, &at_b, "sock_diag");
    // An inode would be the file by which a program holds the socket.
    let end = lab.b.socket(address, client_address)?;
    let (bytes, inode) = end.map_or((0, 0), |s| (s.receive_queue, s.inode));
    let end = format!("{bytes} bytes wait in a socket with inode {inode}");
    me.state("server", end, "sock_diag");

    // Only now. accept takes a finished connection out of a queue. It sends
    // nothing and asks nobody, so it is no place to turn a client away.
    server.set_nonblocking(true)?;
    let (mut accepted, peer) = server.accept()?;
    me.does("server", format!("accept returns a connection to {peer}"));
    accepted.set_nonblocking(true)?;
    let mut early = [0; 100];
    let length = accepted.read(&mut early)?;
    me.receives("server", &early[..length], peer);
    me.packets(lab.news());

    let evidence = format!("before accept: {at_b}, {bytes} bytes in its queue");
    Ok(lab.trusted(match &*at_b {
        "ESTABLISHED" if bytes == 5 => Outcome::chose("whole", evidence),
        "SYN_RECV" | "no socket" => Outcome::chose("half", evidence),
        _ => Outcome::unlisted(evidence),
    }))
}
// ANCHOR_END: before_accept
