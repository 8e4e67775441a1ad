//! The belief behind a fault, as the judge names it.

use kit::{Belief, belief};

/// A belief that leads to a wrong program.
///
/// Its name is that of the wrong program which the judge is tested with:
/// `lessons/udp/answers/udp-echo--reply-to-first-peer.rs`.
#[derive(Debug, PartialEq)]
pub struct Cause {
    /// A short stable name: `reply-to-first-peer`.
    pub name: &'static str,
    /// The belief in one sentence that somebody would really say.
    pub says: &'static str,
    /// What is true instead; follows "But".
    pub truth: &'static str,
    /// The belief of the catalogue that it is, or comes from, if one is near.
    pub belief: Option<&'static Belief>,
    /// The lesson and the experiment that show what is true.
    pub see: (&'static str, &'static str),
}

/// Somebody printed their argument, as if port 0 were a port.
pub const PRINTS_ITS_ARGUMENT: Cause = Cause {
    name: "prints-its-argument",
    says: "The address that I bind is the address that I have then.",
    truth: "port 0 asks the kernel for a free port; ask the socket which one it got (getsockname, local_addr).",
    belief: Some(&belief::M23),
    see: ("sockets", "special-ports"),
};

/// The rest of a long datagram is lost.
pub const SMALL_BUFFER: Cause = Cause {
    name: "rest-comes-next",
    says: "What does not fit into my buffer comes with the next receive.",
    truth: "one receive takes one datagram; what does not fit into the buffer is thrown away.",
    belief: Some(&belief::M48),
    see: ("udp", "truncation"),
};

/// The bytes are taken for UTF-8.
pub const ALWAYS_TEXT: Cause = Cause {
    name: "bytes-are-text",
    says: "What arrives is text.",
    truth: "sockets carry bytes; what is no UTF-8 is replaced or refused by a conversion to text, and is no longer what was sent.",
    belief: Some(&belief::M08),
    see: ("framing", "utf8"),
};

/// Each read is decoded.
pub const TEXT_OF_A_READ: Cause = Cause {
    name: "each-read-is-text",
    says: "What a read returns can be turned into text at once.",
    truth: "a read can end in the middle of a character; collect bytes up to the newline, and decode the whole line.",
    belief: Some(&belief::M08),
    see: ("framing", "utf8"),
};
