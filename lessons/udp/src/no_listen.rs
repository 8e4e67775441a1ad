//! A UDP server neither listens nor accepts.
//!
//! listen(2) is called on a UDP socket, to see what the kernel makes of it.
//!
//!     cargo run -p lesson-udp -- no-listen

use crate::PATIENCE;
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use socket2::SockRef;
use std::io;
use std::net::UdpSocket;

/// Settled by the result of listen, and by a datagram sent before it.
pub const EXPERIMENT: Experiment = Experiment {
    name: "no-listen",
    about: "A UDP server that calls listen.",
    file: file!(),
    question: "A UDP server has bound its socket, and a client has already \
        sent it a datagram. Now the server calls listen, as a TCP server \
        must. What happens?",
    choices: &[
        Choice::believing(
            "needed",
            "listen succeeds, and only what comes after it is received",
            &belief::M53,
        ),
        Choice::new("harmless", "listen succeeds and changes nothing"),
        Choice::new("error", "listen fails, and the datagram is there anyway"),
    ],
    run,
};

// ANCHOR: no_listen
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let server = UdpSocket::bind("127.0.0.1:0")?;
    server.set_read_timeout(Some(PATIENCE))?;
    let address = server.local_addr()?;
    let client = UdpSocket::bind("127.0.0.1:0")?;
    me.sends("client", b"early", address);
    client.send_to(b"early", address)?;

    // The standard library has no listen for a UdpSocket, and rightly so.
    // socket2 passes any call to the kernel, so the kernel can answer.
    let listen = SockRef::from(&server).listen(1).map(|()| "no error");
    me.returns("server", "listen", &listen);

    // bind was enough: the datagram has been in the queue since then. No
    // second socket is made for this client, all clients share this one, so
    // the server itself must keep apart who said what.
    let mut buffer = [0; 1500];
    let early = server.recv_from(&mut buffer);
    if let Ok((length, from)) = &early {
        me.receives("server", &buffer[..*length], from);
    }

    let listened = listen.is_ok();
    let arrived = early.is_ok();
    let told = kit::yes_or_no(&[listened, arrived]);
    let evidence = format!("listen worked, the datagram arrived: {told}");
    Ok(match (listened, arrived) {
        (false, true) => Outcome::chose("error", evidence),
        (true, true) => Outcome::chose("harmless", evidence),
        (true, false) => Outcome::chose("needed", evidence),
        (false, false) => Outcome::unlisted(evidence),
    })
}
// ANCHOR_END: no_listen
