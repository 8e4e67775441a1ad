//! The beliefs that the judge of `udp-file` can tell apart, besides those
//! that it shares with `udp-ask`.

use kit::belief;

use crate::judge::cause::Cause;

/// The file is sent as it is.
pub const NO_NUMBER: Cause = Cause {
    name: "order-needs-no-number",
    says: "Datagrams arrive once and in order, so they need no number.",
    truth: "any of them may be lost, repeated or late; without a number the receiver cannot tell a new block from one that it has got.",
    belief: Some(&belief::M45),
    see: ("udp", "loss"),
};

/// The number is sent in the machine's own order.
pub const AS_IT_LIES: Cause = Cause {
    name: "bytes-as-they-lie",
    says: "A number is sent as it lies in memory.",
    truth: "machines keep the bytes of a number in different orders; a protocol names one, mostly the one with the most significant byte first.",
    belief: None,
    see: ("sockets", "byte-order"),
};

/// Nobody waits for acknowledgments.
pub const KERNEL_SLOWS_ME: Cause = Cause {
    name: "kernel-slows-me-down",
    says: "If I send too fast, the kernel makes me wait.",
    truth: "that is TCP; UDP takes what you send and drops what finds no room, so you wait for the acknowledgment yourself.",
    belief: Some(&belief::M45),
    see: ("udp", "loss"),
};

/// Each datagram has a number of its own, also one that is sent again.
pub const NUMBER_A_DATAGRAM: Cause = Cause {
    name: "number-counts-datagrams",
    says: "The number counts the datagrams that I send.",
    truth: "it counts the blocks of the file: a block that is sent again keeps its number, or the receiver takes it for the next one and has it twice.",
    belief: None,
    see: ("udp", "loss"),
};

/// Any acknowledgment will do.
pub const NEXT_ACK_IS_MINE: Cause = Cause {
    name: "next-ack-is-mine",
    says: "The next acknowledgment that comes is for the block that I have just sent.",
    truth: "it may be an old one, repeated or late, while your block is lost: compare its number.",
    belief: None,
    see: ("udp", "loss"),
};

/// An old acknowledgment makes it send again: the sorcerer's apprentice.
pub const OLD_ACK_MEANS_LOST: Cause = Cause {
    name: "old-ack-means-lost",
    says: "An acknowledgment that comes again tells me that my block was lost.",
    truth: "it was repeated on its way, no more; if it makes you send, that is acknowledged twice, too, and from then on everything travels twice. Only the timeout makes you send again.",
    belief: None,
    see: ("udp", "loss"),
};

/// The end is sent once.
pub const END_NEEDS_NONE: Cause = Cause {
    name: "end-needs-no-ack",
    says: "When the last block has arrived, the end needs no acknowledgment.",
    truth: "the end is a datagram like any other and may be lost; then the receiver waits for more, and never knows that the file is whole.",
    belief: None,
    see: ("udp", "loss"),
};
