//! What people believe who get `framing-length` wrong.

use kit::belief;

use crate::judge::cause::Cause;

/// The length is read, or written, from the wrong end.
pub const LEAST_FIRST: Cause = Cause {
    name: "least-significant-first",
    says: "A number travels as my machine keeps it.",
    truth: "most machines keep the least significant byte first, and this protocol, like nearly all of the internet, sends the most significant first: to_be_bytes, from_be_bytes.",
    belief: None,
    see: ("sockets", "byte-order"),
};

/// Each read is taken for a message.
pub const ONE_READ_IS_ONE_MESSAGE: Cause = Cause {
    name: "one-read-is-one-message",
    says: "One read returns one message.",
    truth: "messages that were sent one by one can come out of one read; what follows the first belongs to the next.",
    belief: Some(&belief::M01),
    see: ("stream", "boundaries"),
};

/// The header is taken from one read.
pub const ONE_READ_IS_THE_HEADER: Cause = Cause {
    name: "one-read-is-the-header",
    says: "Four bytes are so few that they always come together.",
    truth: "a read returns what has arrived, and that may be one of the four; read_exact reads on until all are there.",
    belief: Some(&belief::M02),
    see: ("framing", "header"),
};

/// The body is taken from one read.
pub const ONE_READ_IS_THE_BODY: Cause = Cause {
    name: "one-read-is-the-body",
    says: "I have made room for the whole body, so one read gets it.",
    truth: "the room is only the most that a read may return; it returns what has arrived.",
    belief: Some(&belief::M02),
    see: ("stream", "pieces"),
};

/// An empty message ends the conversation.
pub const EMPTY_IS_THE_END: Cause = Cause {
    name: "empty-is-the-end",
    says: "Length 0 means that the peer has closed.",
    truth: "a length of 0 is four bytes that somebody has sent; the end is a read that returns 0 bytes.",
    belief: None,
    see: ("closing", "end-of-stream"),
};

/// A length is believed, whatever it is.
pub const A_LENGTH_IS_A_PROMISE: Cause = Cause {
    name: "a-length-is-a-promise",
    says: "So many bytes will come, for the length says so.",
    truth: "a length from a stranger is a claim; compare it with a limit before you make room and wait.",
    belief: None,
    see: ("framing", "stranger"),
};

/// Two threads write into one another's messages.
pub const TWO_WRITES_ARE_ONE: Cause = Cause {
    name: "two-writes-are-one",
    says: "Header and body are written one right after the other, so they stay together.",
    truth: "between two writes, and within a long one, another thread can write; a lock around the message, or one thread that writes, keeps it whole.",
    belief: Some(&belief::M63),
    see: ("framing", "two-writers"),
};
