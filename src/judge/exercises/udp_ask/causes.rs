//! The beliefs that the judge of `udp-ask` can tell apart.

use kit::belief;

use crate::judge::cause::Cause;

/// All questions have one number.
pub const ONE_NUMBER: Cause = Cause {
    name: "one-number-is-enough",
    says: "I ask one question at a time, so one number is enough for all.",
    truth: "a late answer to an old question comes with that number, too, and nothing tells it from the answer to the new one.",
    belief: None,
    see: ("udp", "echo"),
};

/// No timeout.
pub const ALWAYS_ANSWERED: Cause = Cause {
    name: "it-will-be-answered",
    says: "What I send arrives, and what is answered comes back.",
    truth: "either may be lost, even on one machine, and nobody says so: without a timeout you wait for ever.",
    belief: Some(&belief::M45),
    see: ("udp", "loss"),
};

/// A timeout is the end.
pub const SILENCE_IS_FINAL: Cause = Cause {
    name: "silence-is-a-no",
    says: "Nothing came in time, so nobody is there.",
    truth: "silence tells nothing: one datagram may be lost, there or back; ask again before you give up.",
    belief: None,
    see: ("udp", "nobody-home"),
};

/// Each try has a number of its own.
pub const NUMBER_A_TRY: Cause = Cause {
    name: "each-try-is-new",
    says: "Each datagram that I send needs a number of its own.",
    truth: "the number names the question: with another one, the server takes it for another question, and a late answer to the first try is lost.",
    belief: None,
    see: ("udp", "echo"),
};

/// Whatever comes is the answer.
pub const NEXT_IS_MINE: Cause = Cause {
    name: "next-datagram-is-the-answer",
    says: "The next datagram that comes is the answer to what I have just asked.",
    truth: "datagrams may be repeated and late: compare the number of the answer with that of the question.",
    belief: None,
    see: ("udp", "echo"),
};

/// Nobody looks at the sender.
pub const ONLY_THE_SERVER: Cause = Cause {
    name: "only-the-server-answers",
    says: "What comes to my socket comes from the server that I asked.",
    truth: "anybody who knows the port may send to it: look at the sender, or connect the socket, so that the kernel lets only the server in.",
    belief: Some(&belief::M50),
    see: ("udp", "nobody-home"),
};

/// What comes is well-formed.
pub const WELL_FORMED: Cause = Cause {
    name: "what-comes-is-well-formed",
    says: "What comes is an answer, and has the form of one.",
    truth: "a datagram from the network may hold anything, or nothing at all; what is no answer is not yours, and no reason to fail.",
    belief: None,
    see: ("framing", "stranger"),
};

/// Each datagram starts the clock again.
pub const CLOCK_STARTS_AGAIN: Cause = Cause {
    name: "clock-starts-again",
    says: "The timeout of the receive is the timeout of the question.",
    truth: "it begins anew with each receive, so a chatty network puts it off for ever; fix a deadline when you ask, and wait for what is left.",
    belief: None,
    see: ("closing", "timeout"),
};

/// No end of trying.
pub const SOME_DAY: Cause = Cause {
    name: "some-day-it-answers",
    says: "If I only try often enough, an answer comes.",
    truth: "the server may be gone for good: after a fixed number of tries somebody must be told.",
    belief: None,
    see: ("udp", "nobody-home"),
};
