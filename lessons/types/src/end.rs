//! Only a connection has an end that the other side is told of.
//!
//! Senders of four kinds send one message and close.
//!
//!     cargo run -p lesson-types -- end

use crate::{SILENCE, pairs};
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use socket2::Type;
use std::io::{self, ErrorKind, Read};

/// Settled by what the second receive of each kind returns.
pub const EXPERIMENT: Experiment = Experiment {
    name: "end",
    about: "A sender that goes away.",
    file: file!(),
    question: "A sender sends \"bye\" and closes its socket. The receiver \
        takes \"bye\" and asks once more. What is it told, by a stream, a \
        sequenced-packet and a datagram socket?",
    choices: &[
        Choice::believing(
            "all",
            "0 bytes by all of them: that means the other side has closed",
            &belief::M49,
        ),
        Choice::new(
            "connected",
            "0 bytes by stream and sequenced-packet, nothing by datagram",
        ),
        Choice::new("stream", "0 bytes by the stream, nothing by the others"),
        Choice::new("none", "Nothing by all of them: it waits for ever"),
    ],
    run,
};

// ANCHOR: end
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let mut told = Vec::new();
    for (kind, family, pair) in [
        ("stream", "IP (TCP)", pairs::tcp()),
        ("stream", "Unix", pairs::unix(Type::STREAM)),
        ("seqpacket", "Unix", pairs::unix(Type::SEQPACKET)),
        ("datagram", "Unix", pairs::unix(Type::DGRAM)),
        ("datagram", "IP (UDP)", pairs::udp()),
    ] {
        let Ok((sender, mut receiver)) = pair else {
            me.does(kind, format!("over {family}: not on this system"));
            told.push("no socket");
            continue;
        };
        sender.send(b"bye")?;
        drop(sender); // the last descriptor of the socket: this closes it

        // Without a deadline the second read could wait for ever. That a
        // datagram socket is silent proves nothing about its sender.
        receiver.set_read_timeout(Some(SILENCE))?;
        let mut buffer = [0; 1500];
        let first = receiver.read(&mut buffer)?;
        let second = receiver.read(&mut buffer);
        me.does(kind, format!("over {family}: first {first} bytes"));
        me.returns(kind, "the second read", &second);
        told.push(match second {
            Ok(0) => "0",
            Ok(_) => "data",
            // A read that ran out of time: EAGAIN, on Windows ETIMEDOUT.
            Err(error) => match error.kind() {
                ErrorKind::WouldBlock | ErrorKind::TimedOut => "nothing",
                _ => "error",
            },
        });
    }

    let shown = kit::list(&told);
    let evidence = format!("TCP, Unix stream, seqpacket, dgram, UDP: {shown}");
    Ok(match told[..] {
        ["0", "0", "0", "0", "0"] => Outcome::chose("all", evidence),
        ["0", "0", "0", "nothing", "nothing"] => {
            Outcome::chose("connected", evidence)
        }
        ["0", "0", "nothing", "nothing", "nothing"] => {
            Outcome::chose("stream", evidence)
        }
        _ if told.iter().all(|what| *what == "nothing") => {
            Outcome::chose("none", evidence)
        }
        _ => Outcome::unlisted(evidence),
    })
}
// ANCHOR_END: end
