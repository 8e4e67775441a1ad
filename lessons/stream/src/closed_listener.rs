//! Closing a listener ends no connection that was accepted.
//!
//! Three clients: one accepted, one still in the queue, one that comes late.
//!
//!     cargo run -p lesson-stream -- closed-listener

use crate::PATIENCE;
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

/// Settled by what three clients get after the listener is closed.
pub const EXPERIMENT: Experiment = Experiment {
    name: "closed-listener",
    about: "A server that closes its listening socket.",
    file: file!(),
    question: "A server has accepted one client; a second one has connected \
        and waits for accept. Now the server closes its listening socket, and \
        then a third client tries to connect. Whose connection works?",
    choices: &[
        Choice::believing(
            "nobody",
            "Nobody's: the socket behind them all is gone",
            &belief::M22,
        ),
        Choice::new("accepted", "That of the first, who was accepted"),
        Choice::new("connected", "Those of the first two, who were connected"),
        Choice::new("everybody", "All three: the port stays open for a while"),
    ],
    run,
};

// ANCHOR: closed_listener
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let first = TcpStream::connect_timeout(&address, PATIENCE)?;
    let (mut accepted, from) = listener.accept()?;
    accepted.set_read_timeout(Some(PATIENCE))?;
    me.does("server", format!("accepts the first client, {from}"));
    let mut second = TcpStream::connect_timeout(&address, PATIENCE)?;
    me.does("second", "connects");

    // A server that wants to stop politely accepts whoever is in the queue
    // before it does this. Here the second client has done nothing wrong.
    me.does("server", format!("closes its listener at {address}"));
    drop(listener);

    let answer = ask(first, &mut accepted);
    me.returns("first", "a question and its answer", &answer);

    // The second client has no one who could answer. As long as its
    // connection lives, a read waits; if it is dead, a read says so.
    second.set_read_timeout(Some(Duration::from_millis(200)))?;
    let ended = second.read(&mut [0; 100]);
    me.returns("second", "read", &ended);
    let waits = [ErrorKind::WouldBlock, ErrorKind::TimedOut];
    let lives = ended.is_err_and(|error| waits.contains(&error.kind()));

    let third = TcpStream::connect_timeout(&address, PATIENCE).map(|_| 0);
    me.returns("third", "connect", &third);

    let works = [answer.is_ok(), lives, third.is_ok()];
    let told = kit::yes_or_no(&works);
    let evidence = format!("first, second, third work: {told}");
    Ok(match works {
        [false, false, false] => Outcome::chose("nobody", evidence),
        [true, false, false] => Outcome::chose("accepted", evidence),
        [true, true, false] => Outcome::chose("connected", evidence),
        [true, true, true] => Outcome::chose("everybody", evidence),
        _ => Outcome::unlisted(evidence),
    })
}

/// The client asks, the server sends the question back as its answer.
fn ask(mut client: TcpStream, server: &mut TcpStream) -> io::Result<String> {
    client.set_read_timeout(Some(PATIENCE))?;
    let mut buffer = [0; 12];
    client.write_all(b"still there?")?;
    server.read_exact(&mut buffer)?;
    server.write_all(&buffer)?;
    client.read_exact(&mut buffer)?;
    Ok(kit::quoted(&buffer))
}
// ANCHOR_END: closed_listener
