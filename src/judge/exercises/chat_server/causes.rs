//! The beliefs that the checks of `chat-server` can tell apart.

use crate::judge::cause::{self, Cause, TEXT_OF_A_READ};
use kit::belief;

/// All of them.
pub const ALL: &[&Cause] = &[
    &cause::PRINTS_ITS_ARGUMENT,
    &ECHO,
    &LETTERS,
    &ONE_READ,
    &TEXT_OF_A_READ,
    &NO_NEWLINE,
    &TWO_WRITES,
    &GOODBYE,
    &HARMLESS,
    &RETURN,
    &BAD_UTF8,
    &ASCII,
    &SOON,
    &LETTER,
    &SLOW,
    &QUEUE,
    &POOL,
    &AT_ONCE,
    &EACH_BYTE,
    &ACCEPT,
    &SIGNAL,
    &REUSE,
];

/// The author gets the line too.
pub const ECHO: Cause = Cause {
    name: "everybody-is-everybody",
    says: "Everybody in the room is everybody in my list.",
    truth: "who said the line has it on the screen already, and would see it twice; a list of all needs to know who is asking.",
    belief: None,
    see: ("chat", "halves"),
};

/// Names of any script.
pub const LETTERS: Cause = Cause {
    name: "letters-are-a-to-z",
    says: "A function that asks for letters asks for a to z.",
    truth: "is_alphanumeric of Rust and isalnum of Python know the letters of all scripts, two of which may look the same: а is not a. A name is what others trust, so this one asks for ASCII.",
    belief: None,
    see: ("chat", "escape"),
};

/// A read is taken for a line.
pub const ONE_READ: Cause = Cause {
    name: "one-read-is-one-line",
    says: "What one read returns is one line.",
    truth: "a read returns what has arrived so far: a part of a line, a line, or three; only a newline tells where a line ends.",
    belief: Some(&belief::M02),
    see: ("chat", "halves"),
};

/// The last line is dropped.
pub const NO_NEWLINE: Cause = Cause {
    name: "no-newline-no-line",
    says: "What does not end in a newline is not finished, and nobody wants it.",
    truth: "the end of the stream ends a line, too: somebody typed it and pressed Ctrl-D, or a pipe brought it.",
    belief: None,
    see: ("closing", "end-of-stream"),
};

/// Two writes make a line.
pub const TWO_WRITES: Cause = Cause {
    name: "two-writes-stay-together",
    says: "Two writes of mine, one right after the other, stay together.",
    truth: "another thread may write to the same client between the two; join the line first, and write it once while you hold the lock.",
    belief: Some(&belief::M63),
    see: ("framing", "two-writers"),
};

/// A reset is a panic.
pub const GOODBYE: Cause = Cause {
    name: "a-client-says-goodbye",
    says: "A client ends its connection before it goes.",
    truth: "many just vanish: then a read or a write fails with ECONNRESET or EPIPE, which is one way of leaving and no reason to stop.",
    belief: Some(&belief::M37),
    see: ("chat", "poison"),
};

/// Raw text passes.
pub const HARMLESS: Cause = Cause {
    name: "text-is-harmless",
    says: "Text is only text.",
    truth: "a terminal takes commands from the same stream, after the byte 0x1b, and U+202E turns the direction of a line: one guest repaints the screens of all others.",
    belief: None,
    see: ("chat", "escape"),
};

/// A lone `\r` is taken for the end of a line.
pub const RETURN: Cause = Cause {
    name: "a-return-ends-a-line",
    says: "A line ends at \\r, at \\n, or at both.",
    truth: "it ends at \\n, and a \\r belongs to its end only right before that. A text file of Python and splitlines end a line at a lone \\r as well; makefile(newline='\\n') and bytes that are split at b'\\n' do not.",
    belief: None,
    see: ("framing", "lines"),
};

/// Bad UTF-8 ends a client.
pub const BAD_UTF8: Cause = Cause {
    name: "everybody-sends-utf8",
    says: "Everybody sends UTF-8, and who does not is broken.",
    truth: "telnet, old terminals and a pasted file send other bytes; show U+FFFD in their place, and let the person stay.",
    belief: Some(&belief::M08),
    see: ("framing", "utf8"),
};

/// All that is not ASCII is escaped.
pub const ASCII: Cause = Cause {
    name: "safe-is-ascii",
    says: "To be safe, let nothing pass but ASCII.",
    truth: "é, 語 and 🦀 are nobody's command, and most people on earth need letters like them; only control characters and direction overrides do harm.",
    belief: None,
    see: ("chat", "escape"),
};

/// A line has no greatest length.
pub const SOON: Cause = Cause {
    name: "a-newline-comes-soon",
    says: "A newline comes soon: nobody types lines that long.",
    truth: "a program may send a gigabyte without a newline, and a read of a line keeps it all; count while you read, and stop.",
    belief: None,
    see: ("chat", "endless"),
};

/// A limit in bytes that counts letters.
pub const LETTER: Cause = Cause {
    name: "a-letter-is-a-byte",
    says: "A letter is a byte.",
    truth: "in UTF-8 only those of ASCII are: é has two bytes, 語 three and 🦀 four. What is limited is what you keep, so count the bytes, before they become text; len of a str counts letters.",
    belief: None,
    see: ("framing", "utf8"),
};

/// One reader stops all.
pub const SLOW: Cause = Cause {
    name: "a-slow-client-slows-itself",
    says: "A client that does not read slows only itself.",
    truth: "when the two kernels' queues are full, a write to it waits; and whoever else needs this thread, or the lock it holds, waits for the same.",
    belief: Some(&belief::M65),
    see: ("chat", "silent"),
};

/// An unbounded queue.
pub const QUEUE: Cause = Cause {
    name: "a-queue-has-room",
    says: "With a queue for each client, nobody has to wait.",
    truth: "a queue without a limit has the limit of your memory: what one client does not read, you keep for ever.",
    belief: None,
    see: ("chat", "hub"),
};

/// A fixed number of places.
pub const POOL: Cause = Cause {
    name: "a-pool-is-enough",
    says: "A pool of threads serves any number of clients.",
    truth: "each client of a chat stays, and keeps its thread; when all of the pool are taken the next one waits until somebody leaves.",
    belief: Some(&belief::M61),
    see: ("threading", "one-at-a-time"),
};

/// Waits for a name for ever.
pub const AT_ONCE: Cause = Cause {
    name: "who-connects-speaks",
    says: "Who connects has something to say.",
    truth: "a connection costs its maker nothing, and may stay silent for days, while it costs you a descriptor and a thread; a wait needs a deadline.",
    belief: None,
    see: ("chat", "threads"),
};

/// A timeout of each read.
pub const EACH_BYTE: Cause = Cause {
    name: "a-read-timeout-is-a-deadline",
    says: "A timeout of each read is a deadline for the line.",
    truth: "each byte begins the time anew, so a letter now and then keeps the place for ever; count from the moment of the connection.",
    belief: Some(&belief::M41),
    see: ("closing", "timeout"),
};

/// An error of accept ends all.
pub const ACCEPT: Cause = Cause {
    name: "accept-cannot-fail",
    says: "When accept fails, the server cannot go on.",
    truth: "EMFILE says only that no descriptor is free now: those who are in can chat on, and when one leaves there is room again. Wait a moment, and accept again.",
    belief: None,
    see: ("chat", "threads"),
};

/// A signal is the end.
pub const SIGNAL: Cause = Cause {
    name: "a-signal-is-the-end",
    says: "A signal ends my program, and there is nothing to do about it.",
    truth: "a program can catch SIGTERM and SIGINT, tell everybody, send what is still queued, close, and end with 0.",
    belief: None,
    see: ("threading", "stop-accept"),
};

/// No SO_REUSEADDR.
pub const REUSE: Cause = Cause {
    name: "my-port-is-mine",
    says: "When my program has ended, its port is free.",
    truth: "the server closed first, so its connections stay in TIME_WAIT and hold the port; SO_REUSEADDR before bind, in this program and the next, lets a restart have it.",
    belief: Some(&belief::M35),
    see: ("closing", "rebinding"),
};
