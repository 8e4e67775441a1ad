//! One thread serves one client, and the next one waits outside.
//!
//! A client that says nothing, a client with a question, and two servers.
//!
//!     cargo run -p lesson-threading -- one-at-a-time

use crate::capitals::serve;
use crate::{PATIENCE, STUCK};
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;

/// Settled by what the second client's reads return.
pub const EXPERIMENT: Experiment = Experiment {
    name: "one-at-a-time",
    about: "Two clients and a server with one thread.",
    file: file!(),
    question: "A server has one thread: it accepts a client, serves it until \
        it leaves, and accepts the next. The first client connects and says \
        nothing. What happens to the second, which has a question?",
    choices: &[
        Choice::believing(
            "answered",
            "It is answered: the server's loop is there for everybody",
            &belief::M61,
        ),
        Choice::new("refused", "It is refused: the server is busy"),
        Choice::new("waits", "It waits: the one thread is with the first"),
    ],
    run,
};

// ANCHOR: one_at_a_time
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let [early, late] = match visit(me, start(serve)?) {
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => {
            return Ok(Outcome::chose("refused", kit::describe_error(&error)));
        }
        visited => visited?,
    };
    // The cure is a thread for each client. It is fine for some hundreds of
    // them; without a limit, strangers can take all memory and descriptors.
    me.says("now a server with a thread for each client:");
    visit(me, start(|client| drop(thread::spawn(|| serve(client))))?)?;

    let evidence = format!("it got {early} bytes at first, {late} later");
    Ok(match (early, late) {
        (1.., _) => Outcome::chose("answered", evidence),
        (0, 1..) => Outcome::chose("waits", evidence),
        (0, 0) => Outcome::unlisted(evidence),
    })
}

/// Starts a server; it ends with the program.
fn start(handle: fn(TcpStream)) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            handle(client); // until this returns, nobody calls accept
        }
    });
    Ok(address)
}

/// How much a client is told beside a silent one, and after that one left.
fn visit(me: &mut Narrator, address: SocketAddr) -> io::Result<[usize; 2]> {
    let silent = TcpStream::connect_timeout(&address, PATIENCE)?;
    me.does("silent", format!("is connected to {address}"));
    // The kernel completes this connection too: accept only fetches it.
    let mut asking = TcpStream::connect_timeout(&address, PATIENCE)?;
    me.sends("asking", b"hello", address);
    asking.write_all(b"hello")?;

    let mut answer = [0; 100];
    asking.set_read_timeout(Some(STUCK))?;
    let early = asking.read(&mut answer);
    me.returns("asking", "read", &early);
    if let Ok(length) = early {
        return Ok([length, 0]);
    }
    me.does("silent", "leaves");
    drop(silent);
    asking.set_read_timeout(Some(PATIENCE))?;
    let late = asking.read(&mut answer);
    me.returns("asking", "read", &late);
    Ok([0, late.unwrap_or(0)])
}
// ANCHOR_END: one_at_a_time
