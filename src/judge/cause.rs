//! The belief behind a fault, as the judge names it.

use kit::Belief;

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
