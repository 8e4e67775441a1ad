//! What people believe who get `closing-upload` wrong.

use kit::belief;

use crate::judge::cause::Cause;

/// The server is left to guess that the file is complete.
pub const SENT_IS_COMPLETE: Cause = Cause {
    name: "sent-is-complete",
    says: "When I have sent everything, the server knows that it is everything.",
    truth: "a stream has no end until you end it: the server waits for more, you wait for its answer, and neither comes.",
    belief: None,
    see: ("closing", "end-of-stream"),
};

/// The program is gone before the answer.
pub const SENT_IS_DONE: Cause = Cause {
    name: "sent-is-done",
    says: "When the last write has returned, the server has got the file.",
    truth: "the bytes are in a queue of your own kernel; only the server's answer tells that it has got them.",
    belief: Some(&belief::M04),
    see: ("closing", "acknowledged"),
};

/// Both directions are ended instead of one.
pub const CLOSE_IS_SHUTDOWN: Cause = Cause {
    name: "close-is-shutdown",
    says: "To tell the server that I have ended, I close the connection.",
    truth: "close, and shutdown of both directions, give up the answer as well; shutdown of the writing side ends yours alone.",
    belief: Some(&belief::M29),
    see: ("closing", "half-close"),
};

/// The first piece is taken for the answer.
pub const ONE_READ_IS_THE_ANSWER: Cause = Cause {
    name: "one-read-is-the-answer",
    says: "One read returns the whole answer.",
    truth: "a read returns what has arrived so far; read on to the end.",
    belief: Some(&belief::M02),
    see: ("stream", "pieces"),
};

/// An error of read is taken for the end.
pub const A_RESET_IS_AN_END: Cause = Cause {
    name: "a-reset-is-an-end",
    says: "When read fails, the connection is over, and I have what I have.",
    truth: "only a read that returns 0 is an end that the server wanted; an error (ECONNRESET) says that the rest is lost.",
    belief: Some(&belief::M37),
    see: ("closing", "unread"),
};

/// The end of the stream is taken for the end of the answer.
pub const EVERY_END_IS_GOOD: Cause = Cause {
    name: "every-end-is-good",
    says: "When the stream has ended, I have got all of the answer.",
    truth: "a server that dies in the middle ends its stream, too; the newline is its promise that the line is whole.",
    belief: None,
    see: ("framing", "lines"),
};
