//! What people believe about sockets, by stable names.
//!
//! The numbers are names: they are never reused and never renumbered.

/// A belief that many people hold until a kernel shows them otherwise.
#[derive(Debug, PartialEq, Eq)]
pub struct Belief {
    /// The stable name, such as `M47`.
    pub id: &'static str,
    /// The belief in one sentence.
    pub says: &'static str,
    /// Why people hold it; follows "Tempting, because".
    pub tempting: &'static str,
    /// What is true instead; follows "But".
    pub truth: &'static str,
}

/// UDP loses nothing on the same machine.
pub const M45: Belief = Belief {
    id: "M45",
    says: "UDP loses nothing on the same machine.",
    tempting: "no cable and no router is involved that could lose anything.",
    truth: "the receiving socket's queue has a size, and a datagram that finds it full is dropped.",
};

/// UDP mixes up the order of datagrams.
pub const M46: Belief = Belief {
    id: "M46",
    says: "UDP mixes up the order of datagrams.",
    tempting: "every text says that UDP does not promise any order.",
    truth: "not promising is not doing: on one machine datagrams stay in order, and reordering needs a network path that reorders.",
};

/// UDP joins or splits messages as TCP does.
pub const M47: Belief = Belief {
    id: "M47",
    says: "UDP joins or splits messages as TCP does.",
    tempting: "both take bytes from the same kind of call, and TCP does it.",
    truth: "each send makes one datagram and each receive takes one datagram, whole.",
};

/// What did not fit into the buffer comes with the next receive.
pub const M48: Belief = Belief {
    id: "M48",
    says: "What did not fit into the buffer comes with the next receive.",
    tempting: "that is how a file, a pipe and a TCP stream behave.",
    truth: "the rest of a datagram is thrown away, and the next receive takes the next datagram.",
};

/// A receive of zero bytes means that the other side has closed.
pub const M49: Belief = Belief {
    id: "M49",
    says: "A receive of zero bytes means that the other side has closed.",
    tempting: "it does mean that on a TCP stream.",
    truth: "a datagram may be empty, and UDP has no connection that could close.",
};

/// connect() on a UDP socket shakes hands with the other side.
pub const M50: Belief = Belief {
    id: "M50",
    says: "connect() on a UDP socket shakes hands with the other side.",
    tempting: "on a TCP socket it does exactly that.",
    truth: "it only writes the peer's address into the socket; no packet is sent.",
};

/// Sending to a port where nobody listens fails.
pub const M51: Belief = Belief {
    id: "M51",
    says: "Sending to a port where nobody listens fails.",
    tempting: "somebody ought to notice, and TCP does at connect.",
    truth: "the send succeeds; the refusal comes back later as an ICMP message, and only a connected socket is told.",
};

/// A datagram can carry 64 KiB.
pub const M52: Belief = Belief {
    id: "M52",
    says: "A datagram can carry 64 KiB.",
    tempting: "its length field has 16 bits, so 65,535 looks like the limit.",
    truth: "that length counts the 8 bytes of UDP header, and IPv4 needs 20 more of its own 65,535: 65,507 is the most.",
};

/// A UDP server listens and accepts like any other server.
pub const M53: Belief = Belief {
    id: "M53",
    says: "A UDP server listens and accepts like any other server.",
    tempting: "that is what the word server brings to mind, and TCP servers do.",
    truth: "without connections there is nothing to accept: a bound socket receives at once.",
};

/// Every belief of the table, in order.
pub const ALL: &[&Belief] =
    &[&M45, &M46, &M47, &M48, &M49, &M50, &M51, &M52, &M53];
