//! A handshake made by hand meets your own kernel, which knows nothing of it.
//!
//! A raw socket sends the SYN of a TCP connection and watches what follows.
//!
//!     cargo run -p lesson-types -- handcrafted

use crate::segment::{ACK, SYN, Segment};
use crate::watch::watch;
use crate::{SILENCE, quiet_address};
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use socket2::Protocol;
use std::io::{self, ErrorKind};
use std::net::TcpListener;

/// Settled by the segments that a raw socket sees, and by accept.
pub const EXPERIMENT: Experiment = Experiment {
    name: "handcrafted",
    about: "A TCP handshake without a TCP socket.",
    file: file!(),
    question: "A program opens a raw socket for TCP, makes a SYN by hand, \
        sends it to a listening server on this machine and means to answer \
        the SYN-ACK with an ACK. What happens, when you run it as you are?",
    choices: &[
        Choice::believing(
            "connected",
            "The handshake succeeds: the server accepts a connection",
            &belief::M60,
        ),
        Choice::new(
            "silence",
            "The server's kernel ignores a SYN made by hand",
        ),
        Choice::new("reset", "Somebody else resets it before the ACK is sent"),
        Choice::new("refused", "A raw socket is refused to this program"),
    ],
    run,
};

// ANCHOR: handcrafted
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let raw = match quiet_address::raw(Protocol::TCP) {
        Ok(raw) => raw,
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            let evidence = kit::describe_error(&error);
            me.does("raw", format!("gets no socket: {evidence}"));
            return Ok(Outcome::chose("refused", evidence));
        }
        Err(error) => return Err(error),
    };
    raw.set_read_timeout(Some(SILENCE))?;
    let ip = quiet_address::own();
    let listener = TcpListener::bind((ip, 0))?;
    listener.set_nonblocking(true)?;
    let server = listener.local_addr()?.port();
    // A port for our side that no socket has: that is what matters here.
    let client = TcpListener::bind((ip, 0))?.local_addr()?.port();
    let ports = (client, server);

    let mut seen: Vec<Segment> = Vec::new();
    let mut next = Segment::new(ports, (1000, 0), SYN);
    for name in ["SYN", "ACK"] {
        me.does("program", format!("makes and sends: {name}"));
        raw.send(&next.bytes(ip))?;
        for segment in watch(&raw, client)? {
            me.does("raw", format!("sees {}", segment.told(client)));
            seen.push(segment);
        }
        let answer = seen.iter().find(|s| s.flags == SYN | ACK);
        let Some(answer) = answer else { break };
        let ack = answer.numbers.0.wrapping_add(1);
        next = Segment::new(ports, (1001, ack), ACK);
    }
    let accepted = listener.accept().map(|(_, peer)| peer);
    me.returns("server", "accept", &accepted);

    // We sent no RST. The one from our port is by our own kernel: a SYN-ACK
    // for a port that no socket has (RFC 9293, section 3.10.7.1).
    let reset = seen.iter().any(|s| s.ports.0 == client && s.resets());
    let answered = next.flags == ACK;
    let accepted = accepted.is_ok();
    let told = kit::yes_or_no(&[answered, reset]);
    let evidence = format!("SYN-ACK, and RST by our kernel: {told}");
    Ok(match (answered, reset, accepted) {
        (true, _, true) => Outcome::chose("connected", evidence),
        (true, true, false) => Outcome::chose("reset", evidence),
        (false, false, false) => Outcome::chose("silence", evidence),
        _ => Outcome::unlisted(evidence),
    })
}
// ANCHOR_END: handcrafted
