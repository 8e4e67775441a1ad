//! A blocked read ends when the connection does, not when a handle goes.
//!
//! One thread waits in a read; another drops its handle, then shuts down.
//!
//!     cargo run -p lesson-threading -- stop

use crate::{PATIENCE, STUCK};
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use std::io::{self, Read};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;

/// Settled by when the read returns.
pub const EXPERIMENT: Experiment = Experiment {
    name: "stop",
    about: "Ending a thread that waits in a read.",
    file: file!(),
    question: "A thread waits in a read on its try_clone of a stream. The \
        main thread drops the stream itself, which closes its descriptor, \
        and 200 ms later calls shutdown on a third clone. When does the read \
        return?",
    choices: &[
        Choice::believing(
            "drop",
            "At the drop: a closed connection has nothing to read",
            &belief::M64,
        ),
        Choice::new("shutdown", "At the shutdown, as at the end of a stream"),
        Choice::new("error", "At the shutdown, with an error"),
        Choice::new("neither", "At neither: only the peer can end it"),
    ],
    run,
};

// ANCHOR: stop
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    let (_peer, _) = listener.accept()?; // it says nothing, and stays
    let handle = stream.try_clone()?;
    let mut reading = stream.try_clone()?;
    // The net under this experiment; a thread without it might stay for ever.
    reading.set_read_timeout(Some(2 * PATIENCE))?;

    let (sender, reports) = mpsc::channel();
    thread::spawn(move || sender.send(reading.read(&mut [0; 100])));

    // drop closes this descriptor, close(2), but the connection has two more
    // descriptors and lives on: the kernel says nothing to the peer either.
    me.does("main", "drops its stream");
    drop(stream);
    let after_drop = reports.recv_timeout(STUCK);
    let waits = after_drop.is_err();
    me.says(format!("200 ms later the read still waits: {waits}"));

    // shutdown ends the connection itself, whoever holds descriptors. Bytes
    // that the peer is still sending are lost: tell it first, if it matters.
    me.does("main", "calls shutdown(Both)");
    handle.shutdown(Shutdown::Both)?;
    let after_shutdown = reports.recv_timeout(PATIENCE);
    if let Ok(read) = &after_shutdown {
        me.returns("reader", "read", read);
    }

    Ok(match (after_drop, after_shutdown) {
        (Ok(_), _) => Outcome::chose("drop", "the read returned at once"),
        (Err(_), Ok(Ok(0))) => {
            Outcome::chose("shutdown", "0 bytes, only after the shutdown")
        }
        (Err(_), Ok(Err(e))) => {
            Outcome::chose("error", kit::describe_error(&e))
        }
        (Err(_), Ok(Ok(n))) => Outcome::unlisted(format!("{n} bytes")),
        (Err(_), Err(_)) => Outcome::chose("neither", "no report in 2 s"),
    })
}
// ANCHOR_END: stop
