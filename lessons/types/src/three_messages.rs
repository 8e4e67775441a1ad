//! The type of a socket says what becomes of your messages.
//!
//! "A", "B" and "C" go through sockets of all four types.
//!
//!     cargo run -p lesson-types -- three-messages

use crate::messages::received;
use crate::pairs;
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use socket2::Type;
use std::io::{self, ErrorKind};

/// Settled by what each receive returns.
pub const EXPERIMENT: Experiment = Experiment {
    name: "three-messages",
    about: "The same three sends through all four types.",
    file: file!(),
    question: "\"A\", \"B\" and \"C\" are sent, each with a send of its own, \
        through a stream, a datagram, a sequenced-packet and a raw socket. \
        All have arrived when the receivers begin. Who gets \"A\" alone?",
    choices: &[
        Choice::believing(
            "every",
            "Every type: three sends, three receives",
            &belief::M01,
        ),
        Choice::new("four", "All but the stream: it gets \"ABC\""),
        Choice::new(
            "three",
            "Datagram and sequenced-packet; a raw socket is refused to me",
        ),
        Choice::believing(
            "one",
            "Sequenced-packet only: a datagram is joined as in a stream",
            &belief::M47,
        ),
    ],
    run,
};

// ANCHOR: three_messages
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let mut all = Vec::new();
    for (kind, family, pair) in [
        ("stream", "IP (TCP)", pairs::tcp()),
        ("stream", "Unix", pairs::unix(Type::STREAM)),
        ("datagram", "IP (UDP)", pairs::udp()),
        ("datagram", "Unix", pairs::unix(Type::DGRAM)),
        ("seqpacket", "Unix", pairs::unix(Type::SEQPACKET)),
        ("raw", "IP, behind its header", pairs::raw()),
    ] {
        let came = pair.and_then(|pair| received(pair, kind));
        let shown = came.as_ref().map(kit::list_quoted);
        let shown = shown.unwrap_or_else(kit::describe_error);
        me.does(kind, format!("over {family}: {shown}"));
        all.push(match came {
            Ok(came) if came == ["A", "B", "C"] => "apart",
            Ok(came) if came == ["ABC"] => "joined",
            Err(e) if e.kind() == ErrorKind::PermissionDenied => "refused",
            _ => "other",
        });
    }
    let evidence = format!("from TCP down to raw: {}", all.join(", "));
    Ok(match all.split_at(2) {
        (["joined", "joined"], ["apart", "apart", "apart", raw]) => {
            match *raw {
                "apart" => Outcome::chose("four", evidence),
                "refused" => Outcome::chose("three", evidence),
                _ => Outcome::unlisted(evidence),
            }
        }
        (_, ["joined", "joined", "apart", _]) => {
            Outcome::chose("one", evidence)
        }
        _ if all.iter().all(|came| *came == "apart") => {
            Outcome::chose("every", evidence)
        }
        _ => Outcome::unlisted(evidence),
    })
}
// ANCHOR_END: three_messages
