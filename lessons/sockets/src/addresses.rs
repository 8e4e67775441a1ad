//! A socket is reached at the address it is bound to, and nowhere else.
//!
//! One server on 127.0.0.1, one on 0.0.0.0, and a client that tries two
//! addresses of this machine at each.
//!
//!     cargo run -p lesson-sockets -- addresses

use crate::{PATIENCE, everywhere};
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};

/// Settled by the results of four connects.
pub const EXPERIMENT: Experiment = Experiment {
    name: "addresses",
    about: "Several addresses of one machine.",
    file: file!(),
    question: "One server is bound to 127.0.0.1, another to 0.0.0.0. A \
        client on this machine tries each at 127.0.0.1 and at 127.0.0.2, \
        which is this machine too. Where does it get through?",
    choices: &[
        Choice::believing(
            "all",
            "Everywhere: all of these are names for this machine",
            &belief::M19,
        ),
        Choice::new(
            "three",
            "Everywhere but at 127.0.0.2 of the first: it has one address only",
        ),
        Choice::believing(
            "exact",
            "Only at 127.0.0.1 of the server on 127.0.0.1: 0.0.0.0 is nobody",
            &belief::M19,
        ),
        Choice::new("first", "At 127.0.0.1 of both, at 127.0.0.2 of neither"),
    ],
    run,
};

// ANCHOR: addresses
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let narrow = TcpListener::bind("127.0.0.1:0")?;
    // 0.0.0.0 is no address of anybody. In bind it means: all that I have.
    let wide = everywhere::listener(SocketAddr::from(([0, 0, 0, 0], 0)))?;

    let mut reached = Vec::new();
    for listener in [&narrow, &wide] {
        let own = listener.local_addr()?;
        me.does("server", format!("listens on {own}"));
        for last in [1, 2] {
            let address = Ipv4Addr::new(127, 0, 0, last);
            let address = SocketAddr::from((address, own.port()));
            // The kernel answers a connection that nobody takes with RST,
            // and the client's kernel makes ECONNREFUSED of it.
            let stream = TcpStream::connect_timeout(&address, PATIENCE);
            let stream = stream.map(|_| "no error");
            me.returns("client", &format!("connect to {address}"), &stream);
            reached.push(stream.is_ok());
        }
    }

    let told = kit::yes_or_no(&reached);
    let evidence = format!("reached, in this order: {told}");
    Ok(match reached[..] {
        [true, true, true, true] => Outcome::chose("all", evidence),
        [true, false, true, true] => Outcome::chose("three", evidence),
        [true, false, false, false] => Outcome::chose("exact", evidence),
        [true, false, true, false] => Outcome::chose("first", evidence),
        _ => Outcome::unlisted(evidence),
    })
}
// ANCHOR_END: addresses
