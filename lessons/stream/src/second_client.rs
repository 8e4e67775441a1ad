//! A server that serves one client at a time makes the others wait.
//!
//! One thread accepts and answers; two clients come at the same time.
//!
//!     cargo run -p lesson-stream -- second-client

use crate::PATIENCE;
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

/// Settled by when the second client gets its answer.
pub const EXPERIMENT: Experiment = Experiment {
    name: "second-client",
    about: "Two clients for a server with one thread.",
    file: file!(),
    question: "A server accepts a client, answers it until it leaves, and \
        then accepts the next. The first client stays, in silence. Now a \
        second client connects and sends a question. What happens?",
    choices: &[
        Choice::believing(
            "at-once",
            "It is answered at once: a server is there for everybody",
            &belief::M61,
        ),
        Choice::believing(
            "refused",
            "Its connect fails: the server is busy with somebody else",
            &belief::M15,
        ),
        Choice::new("later", "It is answered later: when the first has left"),
        Choice::new("never", "It is never answered"),
    ],
    run,
};

// ANCHOR: second_client
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    thread::spawn(move || serve_one_at_a_time(listener));

    let mut buffer = [0; 100];
    let mut first = TcpStream::connect_timeout(&address, PATIENCE)?;
    first.set_read_timeout(Some(PATIENCE))?;
    me.sends("first", b"one", address);
    first.write_all(b"one")?;
    let length = first.read(&mut buffer)?;
    me.receives("first", &buffer[..length], address);

    let mut second = match TcpStream::connect_timeout(&address, PATIENCE) {
        Ok(second) => second,
        Err(e) => {
            return Ok(Outcome::chose("refused", kit::describe_error(&e)));
        }
    };
    me.sends("second", b"two", address);
    second.write_all(b"two")?;
    second.set_read_timeout(Some(Duration::from_millis(300)))?;
    let soon = second.read(&mut buffer);
    me.returns("second", "read, limited to 300 ms,", &soon);

    me.does("first", "closes its connection");
    drop(first);
    second.set_read_timeout(Some(PATIENCE))?;
    let later = second.read(&mut buffer);
    me.returns("second", "read, after that,", &later);
    let after = "answered, but not before the first had left";
    Ok(match (soon, later) {
        (Ok(1..), _) => Outcome::chose("at-once", "answered within 300 ms"),
        (_, Ok(1..)) => Outcome::chose("later", after),
        _ => Outcome::chose("never", "neither read got an answer"),
    })
}

/// The second accept is not called before the first client has left.
fn serve_one_at_a_time(listener: TcpListener) -> io::Result<()> {
    for client in listener.incoming().take(2) {
        let mut client = client?;
        let mut buffer = [0; 100];
        // A read of 0 bytes is the end: this client has left.
        while let length @ 1.. = client.read(&mut buffer)? {
            client.write_all(&buffer[..length].to_ascii_uppercase())?;
        }
    }
    Ok(())
}
// ANCHOR_END: second_client
