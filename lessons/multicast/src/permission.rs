//! A broadcast needs a permission that every socket can give itself.
//!
//! Host A sends to the broadcast address of its network, twice.
//!
//!     cargo run -p lesson-multicast -- permission

use crate::PATIENCE;
use crate::membership::wait_for_datagrams;
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use lab::Lab;
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, UdpSocket};

/// Settled by the results of two sends and of one receive.
pub const EXPERIMENT: Experiment = Experiment {
    name: "permission",
    about: "A datagram to the broadcast address.",
    file: file!(),
    question: "A sends a datagram from an ordinary UDP socket to the \
        broadcast address of its network, and B waits for it. What happens?",
    choices: &[
        Choice::believing(
            "arrives",
            "It arrives: to sendto this is an address like any other",
            &belief::M54,
        ),
        Choice::new(
            "refused",
            "The send fails: the socket needs the option SO_BROADCAST",
        ),
        Choice::new("root", "The send fails in any case: it takes root"),
        Choice::new("silent", "The send succeeds, but nothing arrives"),
    ],
    run,
};

// ANCHOR: permission
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let lab = Lab::open();
    me.says(lab.evidence());

    // A socket bound to 0.0.0.0 would hear a broadcast as well as this one.
    let port = lab.b.at(7777).port();
    let everybody = SocketAddr::from((lab.b.broadcast(), port));
    let receiver = lab.b.enter(|| UdpSocket::bind(everybody))?;
    receiver.set_read_timeout(Some(PATIENCE))?;
    let everybody = receiver.local_addr()?;
    me.does("B", format!("is bound to {everybody}"));
    let sender = lab.a.enter(|| UdpSocket::bind(lab.a.at(0)))?;

    let first = sender.send_to(b"hello, all", everybody);
    me.returns("A", &format!("send_to {everybody}"), &first);

    // No privilege is asked for. The option only says: I mean it.
    sender.set_broadcast(true)?;
    me.does("A", "has set SO_BROADCAST");
    let second = sender.send_to(b"hello, all", everybody);
    me.returns("A", &format!("send_to {everybody}"), &second);
    wait_for_datagrams(&lab, 1);
    me.packets(lab.news());

    // A network would carry it to every host, wanted or not. It also carries
    // no broadcast beyond the next router, and IPv6 has none at all.
    let mut buffer = [0; 1500];
    let received = receiver.recv_from(&mut buffer);
    if let Ok((length, from)) = received {
        me.receives("B", &buffer[..length], from);
    }

    let shown = |sent: &io::Result<usize>| match sent {
        Ok(_) => "succeeded".to_string(),
        Err(error) => kit::describe_error(error),
    };
    let (before, after) = (shown(&first), shown(&second));
    let evidence = format!("without the option: {before}; with it: {after}");
    let refused = |e: &io::Error| e.kind() == ErrorKind::PermissionDenied;
    Ok(lab.complete(match (first, second, received) {
        (Ok(_), _, Ok(_)) => Outcome::chose("arrives", evidence),
        (Ok(_), _, Err(_)) => Outcome::chose("silent", evidence),
        (Err(e), Ok(_), Ok(_)) if refused(&e) => {
            Outcome::chose("refused", evidence)
        }
        (Err(_), Err(_), _) => Outcome::chose("root", evidence),
        _ => Outcome::unlisted(evidence),
    }))
}
// ANCHOR_END: permission
