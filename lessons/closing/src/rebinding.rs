//! SO_REUSEADDR helps a restart only if the first run had set it, too.
//!
//! Two runs of a server on one port, in all four combinations.
//!
//!     cargo run -p lesson-closing -- rebinding

use kit::{Choice, Experiment, Narrator, Outcome, belief};
use lab::{Lab, patience};
use socket2::{Domain, SockRef, Socket, Type};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};

/// Settled by four calls of bind.
pub const EXPERIMENT: Experiment = Experiment {
    name: "rebinding",
    about: "A server is stopped and started again at once.",
    file: file!(),
    question: "A server without SO_REUSEADDR closes a connection and ends. \
        Its restart fails: EADDRINUSE. You add SO_REUSEADDR to its code and \
        start it again, within the minute. What does bind say now?",
    choices: &[
        Choice::believing(
            "works",
            "Ok: that is what the option is for",
            &belief::M35,
        ),
        Choice::new("fails", "EADDRINUSE: the first run did not have it"),
        Choice::believing(
            "needless",
            "The first restart has not failed: nobody listens any more",
            &belief::M31,
        ),
    ],
    run,
};

// ANCHOR: rebinding
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    // On one host, by loopback: no wire is needed to be in one's own way.
    let lab = Lab::open();
    let mut bound = Vec::new();
    for (first, restart) in
        [(false, false), (false, true), (true, false), (true, true)]
    {
        let result = lab.b.enter(|| two_runs(&lab, first, restart))?;
        let set =
            [first, restart].map(|on| if on { "with" } else { "without" });
        let what = format!("first run {}, restart {}: bind", set[0], set[1]);
        me.returns("server", &what, &result);
        bound.push(result.is_ok());
    }
    // On Unix std sets the option by itself, and so shows none of this.
    let std = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let std_sets = SockRef::from(&std).reuse_address()?;
    me.state("std", format!("SO_REUSEADDR is {std_sets}"), "getsockopt");

    let evidence = format!("bind worked, in turn: {}", kit::yes_or_no(&bound));
    Ok(match bound[..] {
        [false, false, _, _] => Outcome::chose("fails", evidence),
        [false, true, _, _] => Outcome::chose("works", evidence),
        [true, ..] => Outcome::chose("needless", evidence),
        _ => Outcome::unlisted(evidence),
    })
}

type Bound = io::Result<&'static str>;

/// A server that closes one connection first and ends; then its restart.
fn two_runs(lab: &Lab, first: bool, restart: bool) -> io::Result<Bound> {
    let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let listener = TcpListener::from(listen(any_port, first)?);
    let address = listener.local_addr()?;
    let client = TcpStream::connect_timeout(&address, patience())?;
    let (connection, peer) = listener.accept()?;
    drop(connection); // the server closes first, so TIME_WAIT will be here
    lab.b.wait_for_state(address, peer, "FIN_WAIT2");
    drop((client, listener));
    lab.b.wait_for_state(address, peer, "TIME_WAIT");
    Ok(listen(address, restart).map(|_| "a listener"))
}

/// socket, SO_REUSEADDR, bind, listen: each a call of its own with socket2.
fn listen(address: SocketAddr, reuse: bool) -> io::Result<Socket> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.set_reuse_address(reuse)?;
    socket.bind(&address.into())?;
    socket.listen(1)?;
    Ok(socket)
}
// ANCHOR_END: rebinding
