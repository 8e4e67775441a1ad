//! One IPv6 listener serves IPv4 clients too.
//!
//! A server on [::] with IPV6_V6ONLY off, and a client that knows only IPv4.
//!
//!     cargo run -p lesson-sockets -- both-families

use crate::{PATIENCE, everywhere};
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};

/// Settled by the address of the client, as accept returns it.
pub const EXPERIMENT: Experiment = Experiment {
    name: "both-families",
    about: "An IPv4 client at an IPv6 server.",
    file: file!(),
    question: "A server has one socket, of IPv6, bound to [::] with the \
        option IPV6_V6ONLY off. A client connects to 127.0.0.1, by IPv4. \
        What becomes of it?",
    choices: &[
        Choice::new("mapped", "It is accepted, and comes from an IPv6 address"),
        Choice::believing(
            "refused",
            "It is refused: an IPv6 socket cannot take IPv4",
            &belief::M24,
        ),
        Choice::new("plain", "It is accepted, and comes from 127.0.0.1"),
        Choice::new("none", "This machine gives no such socket at all"),
    ],
    run,
};

// ANCHOR: both_families
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let wildcard = SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0));
    let listener = match everywhere::listener(wildcard) {
        Ok(listener) => listener,
        // Without IPv6 in the kernel, or where V6ONLY cannot be turned off.
        Err(error) => {
            let evidence = kit::describe_error(&error);
            me.does("server", format!("cannot have the socket: {evidence}"));
            return Ok(Outcome::chose("none", evidence));
        }
    };
    let bound = listener.local_addr()?;
    me.does("server", format!("listens on {bound}"));

    // Both families share the port numbers of TCP, so this is the same port.
    let called = SocketAddr::from((Ipv4Addr::LOCALHOST, bound.port()));
    let client = match TcpStream::connect_timeout(&called, PATIENCE) {
        Ok(client) => client,
        Err(error) => {
            let evidence = kit::describe_error(&error);
            me.does("client", format!("cannot connect: {evidence}"));
            return Ok(Outcome::chose("refused", evidence));
        }
    };
    let own = client.local_addr()?;
    me.does("client", format!("connects to {called} from {own}"));

    // What is on the wire is IPv4. The IPv6 socket needs some IPv6 address
    // to show it, so the kernel puts ::ffff: before the IPv4 address.
    let (_, peer) = listener.accept()?;
    me.does("server", format!("accepts {peer}"));
    let evidence = format!("the client is {own}, accept returned {peer}");
    Ok(match peer.ip() {
        IpAddr::V4(_) => Outcome::chose("plain", evidence),
        // A list of allowed IPv4 addresses must compare this form too.
        IpAddr::V6(v6) if v6.to_ipv4_mapped() == Some(Ipv4Addr::LOCALHOST) => {
            Outcome::chose("mapped", evidence)
        }
        IpAddr::V6(_) => Outcome::unlisted(evidence),
    })
}
// ANCHOR_END: both_families
