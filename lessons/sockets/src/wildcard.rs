//! A connection has exact addresses, even if the listener has none.
//!
//! Two clients call a server on 0.0.0.0 at two addresses of this machine.
//!
//!     cargo run -p lesson-sockets -- wildcard

use crate::{PATIENCE, everywhere};
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};

/// Settled by the local addresses of the accepted sockets.
pub const EXPERIMENT: Experiment = Experiment {
    name: "wildcard",
    about: "From which address a server on 0.0.0.0 talks.",
    file: file!(),
    question: "A server is bound to 0.0.0.0. One client connects to \
        127.0.0.1, another one to 127.0.0.2, both this machine. Which \
        address do the accepted sockets have at the server's end?",
    choices: &[
        Choice::believing(
            "zero",
            "0.0.0.0, both: that is what the server is bound to",
            &belief::M20,
        ),
        Choice::new(
            "called",
            "Each the one that its client called: 0.0.0.0 is no end",
        ),
        Choice::believing(
            "one",
            "Both the same: a machine has one address of its own",
            &belief::M19,
        ),
    ],
    run,
};

// ANCHOR: wildcard
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let listener = everywhere::listener(SocketAddr::from(([0, 0, 0, 0], 0)))?;
    let bound = listener.local_addr()?;
    me.does("server", format!("listens on {bound}"));

    let mut called = Vec::new();
    let mut own = Vec::new();
    for last in [1, 2] {
        let address = Ipv4Addr::new(127, 0, 0, last);
        let address = SocketAddr::from((address, bound.port()));
        let client = TcpStream::connect_timeout(&address, PATIENCE);
        let Ok(client) = client else {
            me.says(format!("{address} cannot be reached on this system"));
            continue;
        };
        let from = client.local_addr()?;
        me.does("client", format!("connects to {address} from {from}"));
        called.push(address);

        // A connection is known by four numbers: address and port of both
        // ends. A packet that came from 0.0.0.0 would fit none of them.
        let (accepted, _) = listener.accept()?;
        let local = accepted.local_addr()?;
        me.does("server", format!("has accepted it at {local}"));
        own.push(local);
    }

    let [to, at] = [&called, &own].map(kit::list);
    let evidence = format!("called: {to}; accepted at: {at}");
    Ok(match &own[..] {
        [] => Outcome::inconclusive("no client could connect"),
        own if own.iter().all(|address| *address == bound) => {
            Outcome::chose("zero", evidence)
        }
        own if own == called => Outcome::chose("called", evidence),
        [one, other] if one == other => Outcome::chose("one", evidence),
        _ => Outcome::unlisted(evidence),
    })
}
// ANCHOR_END: wildcard
