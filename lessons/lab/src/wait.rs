//! How long an experiment waits: not while the reader decides about a packet.

use std::time::{Duration, Instant};

/// How long any wait for a packet may take.
///
/// The slowest thing a lesson waits for is a second try after a second.
pub const PATIENCE: Duration = Duration::from_secs(8);

/// How long a call of an experiment may wait for the other host: [`PATIENCE`],
/// or as long as nobody will wait, if the reader decides about each packet and
/// needs time to think.
pub fn patience() -> Duration {
    match kit::holding() {
        None => PATIENCE,
        Some(_) => Duration::from_secs(600),
    }
}

/// After how long a wait looks whether its deadline is over: only a reader who
/// decides about packets puts it off.
pub(crate) fn look() -> Duration {
    match kit::holding() {
        None => PATIENCE,
        Some(_) => Duration::from_millis(50),
    }
}

/// [`PATIENCE`] from now on, or from when the reader has decided about the
/// last packet.
pub(crate) struct Deadline(pub(crate) Instant);

impl Deadline {
    pub(crate) fn new() -> Deadline {
        Deadline(Instant::now() + PATIENCE)
    }

    pub(crate) fn is_over(&mut self, wire: &wire::Wire) -> bool {
        if held_for_the_reader(wire) {
            *self = Deadline::new();
        }
        Instant::now() > self.0
    }
}

/// Whether a packet waits for the reader; an experiment may hold one, too.
pub(crate) fn held_for_the_reader(wire: &wire::Wire) -> bool {
    kit::holding().is_some() && !wire.held().is_empty()
}
