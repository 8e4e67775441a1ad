//! A server in five steps and a client in three.
//!
//! Both are in this program: once in Rust's short form, once step by step.
//!
//!     cargo run -p lesson-stream -- greeting

use crate::PATIENCE;
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use socket2::{Domain, Socket, Type};
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};

/// Settled by the addresses of the listening and the accepted sockets.
pub const EXPERIMENT: Experiment = Experiment {
    name: "greeting",
    about: "A server that says hello, and its client.",
    file: file!(),
    question: "A server listens at a port. A client connects, and accept \
        gives the server a second socket, for this client alone. Which port \
        does the second socket have on the server's side?",
    choices: &[
        Choice::new("same", "The port of the listener: one port serves all"),
        Choice::believing(
            "new",
            "A port of its own, so that the first one stays free for others",
            &belief::M13,
        ),
    ],
    run,
};

// ANCHOR: greeting
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    // Server, steps 1 to 3 in one call: socket, bind and listen.
    // Port 0 asks the kernel for any free port.
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    me.does("server", format!("listens at {address}"));

    // Client, steps 1 and 2 in one call: socket and connect.
    let mut client = TcpStream::connect_timeout(&address, PATIENCE)?;
    client.set_read_timeout(Some(PATIENCE))?;

    // Server, step 4: accept. Step 5: send.
    let (mut accepted, from) = listener.accept()?;
    me.does("server", format!("accepts a connection from {from}"));
    me.sends("server", b"hello\n", from);
    accepted.write_all(b"hello\n")?;

    // Client, step 3: receive. Here one read may return less than all that
    // was sent; a real client reads on until its message is whole.
    let mut buffer = [0; 100];
    let length = client.read(&mut buffer)?;
    me.receives("client", &buffer[..length], client.peer_addr()?);

    let here = accepted.local_addr()?;
    me.state("server", format!("accepted socket: {here}"), "getsockname");
    let (listening, again) = step_by_step()?;
    me.says(format!("by steps: listening {listening}, accepted {again}"));

    let evidence = format!("listening at {address}, accepted at {here}");
    Ok(match (here == address, again == listening) {
        (true, true) => Outcome::chose("same", evidence),
        (false, false) => Outcome::chose("new", evidence),
        _ => Outcome::unlisted(format!("{evidence}; the other: {again}")),
    })
}
// ANCHOR_END: greeting

// ANCHOR: step_by_step
/// The same with every step a call of its own, which `socket2` allows.
fn step_by_step() -> io::Result<(SocketAddr, SocketAddr)> {
    let any_port = SocketAddr::from(([127, 0, 0, 1], 0)).into();
    let listener = Socket::new(Domain::IPV4, Type::STREAM, None)?; // socket
    listener.bind(&any_port)?; // bind
    listener.listen(128)?; // listen
    let address = listener.local_addr()?;

    let mut client = Socket::new(Domain::IPV4, Type::STREAM, None)?; // socket
    client.connect_timeout(&address, PATIENCE)?; // connect
    client.set_read_timeout(Some(PATIENCE))?;

    let (mut accepted, _) = listener.accept()?; // accept
    accepted.write_all(b"hello\n")?; // send
    client.read_exact(&mut [0; 6])?; // receive

    let both = address.as_socket().zip(accepted.local_addr()?.as_socket());
    both.ok_or_else(|| io::Error::other("not an IP address"))
}
// ANCHOR_END: step_by_step
