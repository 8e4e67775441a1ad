//! The kernel goes on sending after close, even when it may not send yet.
//!
//! A server that does not read, and a client that closes all the same.
//!
//!     cargo run -p lesson-closing -- zero-window

use crate::connection::accepted;
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use lab::{Lab, patience};
use socket2::{Domain, Socket, Type};
use std::io::{self, Read, Write};
use std::net::TcpListener;

/// Settled by the number of bytes that the server reads in the end.
pub const EXPERIMENT: Experiment = Experiment {
    name: "zero-window",
    about: "A close while the other side's window is closed.",
    file: file!(),
    question: "The server does not read, its small queue is full, and its \
        window is 0. The rest of the client's 2,000 bytes waits in the \
        client's kernel. The client closes and ends. Then the server reads. \
        What does it get?",
    choices: &[
        Choice::new("whole", "All 2,000 and the end: the kernel sends on"),
        Choice::believing(
            "cut",
            "What had arrived, and the end: the rest died with the socket",
            &belief::M31,
        ),
        Choice::new("reset", "What had arrived, and then ECONNRESET"),
    ],
    run,
};

const WRITTEN: usize = 2000;

// ANCHOR: zero_window
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let lab = Lab::open();
    me.says(lab.evidence());
    // SO_RCVBUF before listen, by socket2: the smallest window there can be.
    let socket = lab
        .b
        .enter(|| Socket::new(Domain::IPV4, Type::STREAM, None))?;
    socket.set_recv_buffer_size(1)?;
    socket.set_read_timeout(Some(patience()))?;
    socket.bind(&lab.b.at(7777).into())?;
    socket.listen(1)?;
    let connection = accepted(&lab, &TcpListener::from(socket))?;
    let (at_a, at_b) = (connection.at_a, connection.at_b);
    let (mut client, mut server) = (connection.client, connection.server);

    me.does("client", format!("writes {WRITTEN} bytes and closes"));
    client.write_all(&[b'x'; WRITTEN])?;
    drop(client); // returns at once, and does not wait for anything
    // The kernel asks again and again whether the window has opened: it
    // sends an old sequence number, only to be answered.
    let asked = lab.wait(|seen| seen.iter().filter(closed).count() > 1);
    me.packets(lab.news());
    let [left, right] = lab.ends(at_a, at_b);
    me.ends(&left, &right, "sock_diag");
    if lab.wire().is_ok() && !asked || left == "FIN_WAIT2" {
        return Ok(Outcome::inconclusive("the window never closed"));
    }

    let mut read = Vec::new();
    let end = server.read_to_end(&mut read);
    me.returns("server", "reading to the end", &end);
    lab.a.wait_for_state(at_a, at_b, "FIN_WAIT2");
    me.packets(lab.news());

    let count = read.len();
    let evidence = format!("the server read {count} of {WRITTEN} bytes");
    Ok(match end {
        Ok(WRITTEN) => Outcome::chose("whole", evidence),
        Ok(_) => Outcome::chose("cut", evidence),
        Err(error) if error.kind() == io::ErrorKind::ConnectionReset => {
            Outcome::chose("reset", evidence)
        }
        Err(_) => Outcome::unlisted(evidence),
    })
}

/// Whether a packet says that its sender has no room.
fn closed(packet: &&lab::Packet) -> bool {
    packet.tcp().is_some_and(|tcp| tcp.window_bytes == Some(0))
}
// ANCHOR_END: zero_window
