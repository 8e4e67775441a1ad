//! A client can connect and send before the server accepts.
//!
//! A client tries its luck after each step that the server takes.
//!
//!     cargo run -p lesson-stream -- early

use crate::PATIENCE;
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use socket2::{Domain, Socket, Type};
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};

/// Settled by the results of two connects, and by what accept finds.
pub const EXPERIMENT: Experiment = Experiment {
    name: "early",
    about: "A client that comes before the server is ready.",
    file: file!(),
    question: "A server calls socket, bind, listen and accept, one after the \
        other. After each call a client tries to connect, to send \"early\" \
        and to leave. After which call does that work for the first time?",
    choices: &[
        Choice::new("bind", "After bind: from then on the port is taken"),
        Choice::new("listen", "After listen: accept is not needed for it"),
        Choice::believing(
            "accept",
            "Only when accept waits for it: somebody has to take the bytes",
            &belief::M14,
        ),
    ],
    run,
};

// ANCHOR: early
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    // The standard library has no way to stop between bind and listen.
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into())?;
    let address = socket.local_addr()?.as_socket();
    let address = address.ok_or_else(|| io::Error::other("no IP address"))?;
    me.does("server", format!("is bound to {address}"));
    let bound = come_and_go(address);
    me.returns("client", "connect and send", &bound);

    // The number is the length of the queue of those who wait for accept.
    socket.listen(128)?;
    me.does("server", "listens");
    let listening = come_and_go(address);
    me.returns("client", "connect and send", &listening);
    if listening.is_err() {
        let evidence = "connect failed after bind and after listen";
        return Ok(Outcome::chose("accept", evidence));
    }

    // The client has come, spoken and gone. Its connection is still here.
    // A server that is slow to accept is therefore not noticed by its
    // clients, until the queue is full.
    let listener = TcpListener::from(socket);
    let (mut accepted, from) = listener.accept()?;
    accepted.set_read_timeout(Some(PATIENCE))?;
    me.does("server", format!("accepts a connection from {from}"));
    let mut said = Vec::new();
    accepted.read_to_end(&mut said)?;
    me.receives("server", &said, from);

    let refused = bound.err().map(|error| kit::describe_error(&error));
    let after_bind = refused.as_deref().unwrap_or("no error");
    let said = kit::quoted(&said);
    let evidence = format!("after bind: {after_bind}; accept found {said}");
    Ok(match (refused.is_some(), &said[..]) {
        (false, _) => Outcome::chose("bind", evidence),
        (true, "\"early\"") => Outcome::chose("listen", evidence),
        _ => Outcome::unlisted(evidence),
    })
}

/// A whole client: connect, send, and end the connection by dropping it.
fn come_and_go(address: SocketAddr) -> io::Result<&'static str> {
    let mut client = TcpStream::connect_timeout(&address, PATIENCE)?;
    client.write_all(b"early")?;
    Ok("no error")
}
// ANCHOR_END: early
