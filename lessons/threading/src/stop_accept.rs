//! A blocked accept wants a visitor; what else wakes it, systems disagree on.
//!
//! One thread waits in accept; another tries three ways to wake it.
//!
//!     cargo run -p lesson-threading -- stop-accept

use crate::{PATIENCE, STUCK};
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use socket2::SockRef;
use std::io;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;

/// Settled by when the accept returns.
pub const EXPERIMENT: Experiment = Experiment {
    name: "stop-accept",
    about: "Ending a thread that waits in accept.",
    file: file!(),
    question: "A server's thread waits in accept on its try_clone of the \
        listener. The main thread drops its own listener, then calls shutdown \
        on a third clone, then connects to the server as a client. What ends \
        the accept?",
    choices: &[
        Choice::new("shutdown", "The shutdown: accept fails"),
        Choice::believing(
            "drop",
            "The drop: it closes the listener",
            &belief::M64,
        ),
        Choice::new("visitor", "The client: accept returns its connection"),
        Choice::new("nothing", "None of the three"),
    ],
    run,
};

// ANCHOR: stop_accept
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let handle = listener.try_clone()?;
    let accepting = listener.try_clone()?;
    // The net under this experiment. Linux obeys SO_RCVTIMEO in accept too,
    // but the standard library offers no timeout for a listener.
    SockRef::from(&accepting).set_read_timeout(Some(2 * PATIENCE))?;
    let (sender, reports) = mpsc::channel();
    thread::spawn(move || sender.send(accepting.accept()));

    me.does("main", "drops its listener");
    drop(listener);
    if reports.recv_timeout(STUCK).is_ok() {
        return Ok(Outcome::chose("drop", "accept returned within 200 ms"));
    }
    me.says("200 ms later the accept still waits");

    // The standard library has no shutdown for a listener; socket2 passes it
    // to the kernel. Linux ends the accept. Others may refuse the call.
    let shutdown = SockRef::from(&handle).shutdown(Shutdown::Both);
    me.returns("main", "shutdown", &shutdown.map(|()| "no error"));
    if let Ok(Err(error)) = reports.recv_timeout(STUCK) {
        let error = kit::describe_error(&error);
        me.does("server", format!("accept returns {error}"));
        return Ok(Outcome::chose("shutdown", error));
    }

    // What works everywhere: knock at your own door. The server must then
    // look at a flag before it takes the visitor for a client.
    let visit = TcpStream::connect_timeout(&address, PATIENCE);
    me.returns("main", "connect", &visit.map(|_| "a connection"));
    Ok(match reports.recv_timeout(PATIENCE) {
        Ok(Ok((_, from))) => Outcome::chose("visitor", format!("from {from}")),
        Ok(Err(error)) => Outcome::unlisted(kit::describe_error(&error)),
        Err(_) => Outcome::chose("nothing", "no report in 2 s"),
    })
}
// ANCHOR_END: stop_accept
