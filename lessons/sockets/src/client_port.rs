//! A client has a port of its own, and may choose it.
//!
//! Two clients of one server: one only connects, the other binds first.
//!
//!     cargo run -p lesson-sockets -- client-port

use crate::PATIENCE;
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use socket2::{Domain, Socket, Type};
use std::fs::read_to_string;
use std::io::{self, ErrorKind};
use std::net::{TcpListener, TcpStream};

/// Settled by the addresses at both ends of two connections.
pub const EXPERIMENT: Experiment = Experiment {
    name: "client-port",
    about: "The client's end of a connection.",
    file: file!(),
    question: "A client connects to a server at port S. Another client binds \
        its socket to a port that it has chosen, and then connects. Which \
        ports do the clients have at their own ends?",
    choices: &[
        Choice::believing(
            "shared",
            "Port S as well: both ends of a connection share it",
            &belief::M17,
        ),
        Choice::new(
            "own",
            "The first one from the kernel, the second its own: both may bind",
        ),
        Choice::believing(
            "servers-only",
            "The kernel picks one; bind is for servers, so the second fails",
            &belief::M17,
        ),
    ],
    run,
};

/// From where Linux picks a port for a client, see ip(7).
const RANGE: &str = "/proc/sys/net/ipv4/ip_local_port_range";

// ANCHOR: client_port
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let server = listener.local_addr()?;
    me.does("server", format!("listens on {server}"));
    let range = read_to_string(RANGE).unwrap_or("unknown".into());
    let range = range.split_whitespace().collect::<Vec<_>>().join(" to ");
    me.state("kernel", format!("ports for clients: {range}"), RANGE);

    // connect finds the socket without an address and gives it one.
    let first = TcpStream::connect_timeout(&server, PATIENCE)?;
    let picked = first.local_addr()?;
    me.does("first", format!("connects to {server} from {picked}"));
    let (_accepted, peer) = listener.accept()?;
    me.does("server", format!("accepts {peer}"));

    // std's TcpStream has no bind, so this takes socket2. The port was free
    // a moment ago; a program that needs a fixed one may find it taken.
    let chosen = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let second = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    let bound = second.bind(&chosen.into()).map(|()| "no error");
    me.returns("second", &format!("bind to {chosen}"), &bound);
    if bound.is_err_and(|error| error.kind() == ErrorKind::AddrInUse) {
        return Ok(Outcome::inconclusive(format!("{chosen} was just taken")));
    }
    let connected = second.connect_timeout(&server.into(), PATIENCE);
    let connected = connected.map(|()| "no error");
    me.returns("second", &format!("connect to {server}"), &connected);
    let second = match connected {
        Ok(_) => Some(listener.accept()?.1),
        Err(_) => None,
    };

    let seen = second.map_or("never".into(), |peer| peer.to_string());
    let evidence = format!("S is {server}; {peer} and {seen} were accepted");
    Ok(match second {
        _ if picked.port() == server.port() => {
            Outcome::chose("shared", evidence)
        }
        Some(peer) if peer == chosen => Outcome::chose("own", evidence),
        None => Outcome::chose("servers-only", evidence),
        Some(_) => Outcome::unlisted(evidence),
    })
}
// ANCHOR_END: client_port
