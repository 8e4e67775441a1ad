//! The beliefs that the checks of `stream-lines` can tell apart.

use kit::belief;

use crate::judge::cause::Cause;

/// Whatever a read returns is taken for a line.
pub const ONE_READ_IS_ONE_LINE: Cause = Cause {
    name: "one-read-is-one-line",
    says: "What one read returns is one line.",
    truth: "a read returns what has arrived so far: a part of a line, or several; only a newline ends a line.",
    belief: Some(&belief::M02),
    see: ("framing", "lines"),
};

/// All is one line that comes before the newline at the end.
pub const A_NEWLINE_COMES_LAST: Cause = Cause {
    name: "a-newline-comes-last",
    says: "When a newline is the last thing I have read, I have read one line.",
    truth: "two lines that were sent one by one can come out of one read, and the first newline stands in the middle.",
    belief: Some(&belief::M01),
    see: ("framing", "lines"),
};

/// The reader that holds the next line is thrown away.
pub const A_READER_FOR_EACH_LINE: Cause = Cause {
    name: "a-reader-for-each-line",
    says: "What I have not asked for is still in the socket.",
    truth: "a buffered reader takes all that has arrived and keeps it for the next call; throw the reader away, and the next line is gone with it.",
    belief: None,
    see: ("framing", "lines"),
};

/// A second line waits for a read that brings more.
pub const A_READ_BRINGS_ONE_LINE: Cause = Cause {
    name: "a-read-brings-one-line",
    says: "Each read brings one more line.",
    truth: "it can bring several; answer all that are whole before you read again, because that read may wait for ever.",
    belief: Some(&belief::M01),
    see: ("framing", "lines"),
};

/// What comes after the last newline is forgotten.
pub const A_LINE_HAS_ITS_NEWLINE: Cause = Cause {
    name: "a-line-has-its-newline",
    says: "At the end of the stream everything has been answered.",
    truth: "what came after the last newline is still in your buffer when read returns 0; this contract makes a line of it.",
    belief: None,
    see: ("framing", "lines"),
};

/// An empty line ends the conversation.
pub const EMPTY_IS_THE_END: Cause = Cause {
    name: "empty-is-the-end",
    says: "An empty line means that nothing more will come.",
    truth: "a line with nothing before its newline is a line; the end of the stream is a read that returns 0 bytes, newline included.",
    belief: None,
    see: ("closing", "end-of-stream"),
};

/// More than the newline is cut off.
pub const TRIM_TAKES_THE_NEWLINE: Cause = Cause {
    name: "trim-takes-the-newline",
    says: "trim takes off the newline.",
    truth: "it takes off all white space at both ends; take off the one byte that ended the line.",
    belief: None,
    see: ("framing", "lines"),
};

/// Another byte is taken off with the newline.
pub const A_LINE_HAS_ONE_END: Cause = Cause {
    name: "a-line-has-one-end",
    says: "What cuts lines for me takes off the newline and nothing else.",
    truth: "it may know two ends of a line: lines() in Rust takes off a \\r before the newline, too, as splitlines() and text mode do in Python; split at the byte 10 yourself.",
    belief: None,
    see: ("framing", "lines"),
};

/// Characters are counted.
pub const A_LETTER_IS_A_BYTE: Cause = Cause {
    name: "a-letter-is-a-byte",
    says: "A text has as many bytes as it has characters.",
    truth: "in UTF-8 a character takes one to four bytes; a protocol counts what it carries, and that is bytes.",
    belief: None,
    see: ("framing", "utf8"),
};

/// A line may fill the memory.
pub const EVERY_LINE_ENDS: Cause = Cause {
    name: "every-line-ends",
    says: "Every line ends sometime.",
    truth: "a stranger can send for ever without a newline; stop at a limit that you have set, and close.",
    belief: None,
    see: ("framing", "endless"),
};
