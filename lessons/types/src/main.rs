//! The four types of socket, and what each makes of the same three messages.
//!
//! Seven experiments, each in a file of its own; read them in this order.
//!
//!     cargo run -p lesson-types
//!     cargo run -p lesson-types -- three-messages

mod end;
mod full;
mod handcrafted;
mod messages;
mod mixed;
mod pairs;
mod private_folder;
mod quiet_address;
mod raw_copy;
mod segment;
mod seqpacket;
mod three_messages;
mod watch;

use std::process::ExitCode;
use std::time::Duration;

/// How long a call waits for something that ought to come.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long a call waits for something that perhaps never comes.
const SILENCE: Duration = Duration::from_millis(200);

fn main() -> ExitCode {
    kit::teach(&kit::Lesson {
        name: "types",
        title: "The four types of socket",
        experiments: &[
            three_messages::EXPERIMENT,
            end::EXPERIMENT,
            seqpacket::EXPERIMENT,
            full::EXPERIMENT,
            mixed::EXPERIMENT,
            raw_copy::EXPERIMENT,
            handcrafted::EXPERIMENT,
        ],
    })
}
