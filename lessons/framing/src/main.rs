//! Framing: from a stream of bytes to messages.
//!
//! Seven experiments, each in a file of its own; read them in this order.
//!
//!     cargo run -p lesson-framing
//!     cargo run -p lesson-framing -- lines

mod endless;
mod header;
mod lines;
mod memory;
mod stranger;
mod two_writers;
mod two_writes;
mod utf8;

use std::process::ExitCode;
use std::time::Duration;

/// How long a call waits before it gives up.
///
/// A peer can stop in the middle of a message and stay silent for ever, so
/// half a message needs a limit in time as well as one in length.
const PATIENCE: Duration = Duration::from_secs(5);

fn main() -> ExitCode {
    kit::teach(&kit::Lesson {
        name: "framing",
        title: "Framing: from bytes to messages",
        experiments: &[
            lines::EXPERIMENT,
            endless::EXPERIMENT,
            utf8::EXPERIMENT,
            header::EXPERIMENT,
            stranger::EXPERIMENT,
            two_writes::EXPERIMENT,
            two_writers::EXPERIMENT,
        ],
    })
}
