//! A socket can be connected to itself.
//!
//! One socket, no server, and a connect to its own address.
//!
//!     cargo run -p lesson-stream -- alone

use crate::PATIENCE;
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use socket2::{Domain, Socket, Type};
use std::io::ErrorKind::{TimedOut, WouldBlock};
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};

/// Settled by connect, and by what the socket then reads.
pub const EXPERIMENT: Experiment = Experiment {
    name: "alone",
    about: "A socket that connects to its own address.",
    file: file!(),
    question: "A program makes one socket, binds it to a free port and \
        connects it to the same port. Nobody has called listen. It sends \
        \"anybody there?\" and reads. What happens?",
    choices: &[
        Choice::new(
            "itself",
            "connect succeeds, and it reads what it sent: it is its own peer",
        ),
        Choice::believing(
            "refused",
            "connect fails: a connection needs a server that listens",
            &belief::M21,
        ),
        Choice::believing(
            "silence",
            "connect succeeds, but nobody is there who could answer",
            &belief::M21,
        ),
    ],
    run,
};

// ANCHOR: alone
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into())?;
    let address = socket.local_addr()?;

    // The kernel sends the opening segment to this port, finds this very
    // socket there, and takes the segment as the other side's opening.
    // A program that tries again and again to reach a server on its own
    // machine that is down can meet itself like this.
    let connected = socket.connect_timeout(&address, PATIENCE);
    if let Err(error) = connected {
        let error = kit::describe_error(&error);
        me.does("socket", format!("connect returns {error}"));
        return Ok(Outcome::chose("refused", error));
    }
    let mut socket = TcpStream::from(socket);
    let (here, peer) = (socket.local_addr()?, socket.peer_addr()?);
    me.state("socket", format!("is at {here}"), "getsockname");
    me.state("socket", format!("its peer is {peer}"), "getpeername");
    socket.set_read_timeout(Some(PATIENCE))?;
    me.sends("socket", b"anybody there?", peer);
    socket.write_all(b"anybody there?")?;
    let mut buffer = [0; 100];
    // A timeout has the kind WouldBlock on Unix, TimedOut on Windows.
    let length = match socket.read(&mut buffer) {
        Err(e) if matches!(e.kind(), WouldBlock | TimedOut) => {
            return Ok(Outcome::chose("silence", "read waited for nothing"));
        }
        read => read?,
    };
    me.receives("socket", &buffer[..length], peer);

    let evidence = format!("it is at {here}, its peer at {peer}");
    Ok(match &buffer[..length] {
        b"anybody there?" => Outcome::chose("itself", evidence),
        _ => Outcome::unlisted(evidence),
    })
}
// ANCHOR_END: alone
