//! What the threads of a run tell the one that steers it.

use wire::Side;

/// What can happen while two programs run.
pub enum Happening {
    /// The wire has decided about a packet, or holds it; `held` stays true
    /// when it is decided about after that.
    Seen {
        packet: Box<kit::Packet>,
        held: bool,
    },
    /// So many packets came faster than they could be shown.
    LeftOut(u64),
    /// A program wrote a line; true for standard error.
    Wrote(Side, bool, String),
    /// The learner typed a line, or ended the input.
    Typed(Option<String>),
    /// Ctrl-C, or a request to end.
    Interrupted,
}
