//! A datagram carries the address of its sender.
//!
//! A server and a client, one socket each, and no connection between them.
//!
//!     cargo run -p lesson-udp -- echo

use crate::PATIENCE;
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use std::io;
use std::net::UdpSocket;

/// Settled by the server's `recv_from` and its `peer_addr`.
pub const EXPERIMENT: Experiment = Experiment {
    name: "echo",
    about: "A question and its answer, without a connection.",
    file: file!(),
    question: "A server has one UDP socket. It never calls accept, and it has \
        never heard of this client. How does it know where to send its answer?",
    choices: &[
        Choice::new(
            "carried",
            "The datagram brings the client's address; recv_from returns it",
        ),
        Choice::new(
            "connected",
            "The first datagram connects the two sockets to each other",
        ),
        Choice::believing(
            "accept",
            "It does not know: without listen and accept nothing is received",
            &belief::M53,
        ),
    ],
    run,
};

// ANCHOR: echo
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    // Port 0 asks the kernel for any free port. That is all a server needs:
    // from here on the kernel queues whatever arrives at that port.
    let server = UdpSocket::bind("127.0.0.1:0")?;
    let server_address = server.local_addr()?;
    me.does("server", format!("is bound to {server_address}"));

    // The client needs an address too, or nobody could answer it.
    let client = UdpSocket::bind("127.0.0.1:0")?;
    let client_address = client.local_addr()?;
    me.does("client", format!("is bound to {client_address}"));
    server.set_read_timeout(Some(PATIENCE))?;
    client.set_read_timeout(Some(PATIENCE))?;

    me.sends("client", b"hello", server_address);
    client.send_to(b"hello", server_address)?;

    // 1,500 bytes are enough for this lesson. A longer datagram would be cut
    // here, and its rest lost: see the experiment `truncation`.
    let mut buffer = [0; 1500];
    let Ok((length, sender)) = server.recv_from(&mut buffer) else {
        return Ok(Outcome::chose("accept", "the server received nothing"));
    };
    me.receives("server", &buffer[..length], sender);

    // Anybody can send to this port, and a sender's address can be forged.
    // A server that answers strangers must not send them more than it got.
    let answer = buffer[..length].to_ascii_uppercase();
    me.sends("server", &answer, sender);
    server.send_to(&answer, sender)?;

    let (length, answerer) = client.recv_from(&mut buffer)?;
    me.receives("client", &buffer[..length], answerer);

    // A connected socket has a peer. This one has none, even now.
    let peer = server.peer_addr();
    me.returns("server", "peer_addr", &peer);
    Ok(match peer {
        Ok(peer) => Outcome::chose("connected", format!("its peer is {peer}")),
        Err(_) if sender == client_address => {
            let evidence = format!("recv_from returned {sender}, the client's");
            Outcome::chose("carried", evidence)
        }
        Err(_) => Outcome::unlisted(format!("the sender was {sender}")),
    })
}
// ANCHOR_END: echo
