//! A raw socket gets a copy, and takes nothing away from anybody.
//!
//! A datagram for a UDP socket, and a raw socket for the protocol UDP.
//!
//!     cargo run -p lesson-types -- raw-copy

use crate::{PATIENCE, quiet_address};
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use socket2::Protocol;
use std::io::{self, ErrorKind, Read};
use std::net::UdpSocket;

/// Settled by what both sockets receive.
pub const EXPERIMENT: Experiment = Experiment {
    name: "raw-copy",
    about: "A raw socket beside a datagram socket.",
    file: file!(),
    question: "A program opens a raw socket for the protocol UDP. Then three \
        bytes are sent to an ordinary UDP socket on this machine. Who gets \
        what, when you run it as you are?",
    choices: &[
        Choice::believing(
            "taken",
            "The raw socket gets them, and the UDP socket nothing",
            &belief::M59,
        ),
        Choice::new("payload", "Both get the three bytes"),
        Choice::new(
            "copy",
            "The UDP socket the three bytes, the raw socket more than these",
        ),
        Choice::new("refused", "A raw socket is refused to this program"),
        Choice::new("blind", "The UDP socket as ever, the raw socket nothing"),
    ],
    run,
};

// ANCHOR: raw_copy
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let mut raw = match quiet_address::raw(Protocol::UDP) {
        Ok(raw) => raw,
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            let evidence = kit::describe_error(&error);
            me.does("raw", format!("gets no socket: {evidence}"));
            return Ok(Outcome::chose("refused", evidence));
        }
        Err(error) => return Err(error),
    };
    let normal = UdpSocket::bind((quiet_address::own(), 0))?;
    normal.set_read_timeout(Some(PATIENCE))?;

    let address = normal.local_addr()?;
    me.sends("sender", b"hi!", "the UDP socket");
    UdpSocket::bind((quiet_address::own(), 0))?.send_to(b"hi!", address)?;

    let mut packet = [0; 1500];
    let copied = raw.read(&mut packet);
    me.returns("raw", "read", &copied);
    let copied = copied.unwrap_or(0);
    // IP header, UDP header, data. The IP header tells its own length, in
    // words of four bytes; a UDP header always has eight bytes.
    let (ip, rest) = packet.split_at((packet[0] % 16 * 4).into());
    let (udp, rest) = rest.split_at(8);
    let data = &rest[..copied.saturating_sub(ip.len() + udp.len())];
    let lengths = kit::list([ip.len(), udp.len(), data.len()]);
    if copied > 0 {
        me.says(format!("IP header, UDP header, data: {lengths} bytes"));
    }

    let mut buffer = [0; 1500];
    let length = normal.recv(&mut buffer);
    me.returns("udp", "recv", &length);
    let length = length.unwrap_or(0);

    let evidence = format!("raw read {copied} bytes, UDP {length}");
    let whole = data == b"hi!" && udp[2..4] == address.port().to_be_bytes();
    Ok(match (copied, length) {
        (0, 3) => Outcome::chose("blind", evidence),
        (1.., 0) => Outcome::chose("taken", evidence),
        (3, 3) => Outcome::chose("payload", evidence),
        (_, 3) if whole => Outcome::chose("copy", evidence),
        _ => Outcome::unlisted(evidence),
    })
}
// ANCHOR_END: raw_copy
