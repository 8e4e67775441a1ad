//! The beliefs that the checks of `chat-client` can tell apart.

use crate::judge::cause::{Cause, TEXT_OF_A_READ};
use kit::belief;

/// All of them.
pub const ALL: &[&Cause] = &[
    &INPUT_FIRST,
    &TURNS,
    &ONE_READ,
    &TEXT_OF_A_READ,
    &TRUSTED,
    &NEVER_WAITS,
    &SOON,
    &MY_END,
    &DROP,
    &EMPTY,
    &TYPES_SOON,
];

/// Reads all input before it sends any.
pub const INPUT_FIRST: Cause = Cause {
    name: "first-all-input",
    says: "A program reads its input, and then it works.",
    truth: "a person types a line and waits for an answer; read a line, send it, and read the next.",
    belief: None,
    see: ("threading", "two-tasks"),
};

/// Sends, receives, sends, receives.
pub const TURNS: Cause = Cause {
    name: "they-take-turns",
    says: "I say something, then the server says something.",
    truth: "in a chat anybody may speak at any time: while you wait for the keyboard, lines come in, and nobody reads them. Two waits take two threads.",
    belief: Some(&belief::M61),
    see: ("threading", "both-ways"),
};

/// A read is shown as a line.
pub const ONE_READ: Cause = Cause {
    name: "one-read-is-one-line",
    says: "What one read returns is one line.",
    truth: "a read returns what has arrived so far: a part of a line, a line, or three; only a newline tells where a line ends.",
    belief: Some(&belief::M02),
    see: ("chat", "joined"),
};

/// What the server sends is shown as it is.
pub const TRUSTED: Cause = Cause {
    name: "the-server-is-trusted",
    says: "The server has made the text harmless.",
    truth: "not every server does, and anybody can be one: who shows a text on a terminal makes it harmless first.",
    belief: None,
    see: ("chat", "escape"),
};

/// A blocking send in the only thread.
pub const NEVER_WAITS: Cause = Cause {
    name: "a-send-never-waits",
    says: "A send returns at once, so one thread can do both.",
    truth: "when the server does not read and the kernels' queues are full, a send waits for room; whatever else the thread had to do waits with it.",
    belief: Some(&belief::M03),
    see: ("stream", "full"),
};

/// A line has no greatest length.
pub const SOON: Cause = Cause {
    name: "a-newline-comes-soon",
    says: "A newline comes soon: the server sends no lines that long.",
    truth: "a server may be broken or unkind, and a read of a line keeps it all; count while you read.",
    belief: None,
    see: ("chat", "endless"),
};

/// Ends with its input.
pub const MY_END: Cause = Cause {
    name: "my-end-is-the-end",
    says: "When I have said all, the connection is over.",
    truth: "a connection is two directions: you have ended yours, and what the others still say comes in the other.",
    belief: Some(&belief::M28),
    see: ("closing", "half-close"),
};

/// Drops one of two handles.
pub const DROP: Cause = Cause {
    name: "a-dropped-stream-is-ended",
    says: "When I drop my stream, the server sees the end.",
    truth: "the other thread has a handle of the same socket, so nothing is told to anybody; shutdown(Write) ends the direction, whoever else holds the socket.",
    belief: Some(&belief::M29),
    see: ("closing", "two-handles"),
};

/// Spins at the end of the stream.
pub const EMPTY: Cause = Cause {
    name: "nothing-is-nothing-new",
    says: "A read of 0 bytes means that nothing has come yet.",
    truth: "a read waits when nothing has come; 0 bytes are the end of the stream, now and at each read after it.",
    belief: Some(&belief::M27),
    see: ("chat", "end"),
};

/// Waits for the keyboard.
pub const TYPES_SOON: Cause = Cause {
    name: "somebody-types-soon",
    says: "When the server is gone, the next thing that is typed will show it.",
    truth: "a read from the keyboard waits for ever if nobody types; the thread that saw the end must end the program, or at least say so.",
    belief: None,
    see: ("threading", "stop"),
};
