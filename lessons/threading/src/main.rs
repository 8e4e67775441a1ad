//! Threads: waiting at the same time, and who may touch what.
//!
//! Nine experiments, each in a file of its own; read them in this order.
//!
//!     cargo run -p lesson-threading
//!     cargo run -p lesson-threading -- slow-client
//!
//! One thread owns the output, and it is the one that runs the experiment.
//! All others report to it through a channel, as they would in a chat.

mod both_ways;
mod capitals;
mod faster;
mod locked_stream;
mod one_at_a_time;
mod slow_client;
mod stop;
mod stop_accept;
mod taken_name;
mod three_clients;
mod two_tasks;

use std::process::ExitCode;
use std::time::Duration;

/// How long one thread waits for another before it gives up.
///
/// A thread that waits for ever cannot be helped from outside: the standard
/// library has no call that kills it. So every wait here has an end.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long nothing must happen before an experiment calls it stuck.
///
/// On an idle machine a thread that can go on does so in microseconds.
const STUCK: Duration = Duration::from_millis(200);

fn main() -> ExitCode {
    kit::teach(&kit::Lesson {
        name: "threading",
        title: "Threads: doing two things at once",
        experiments: &[
            two_tasks::EXPERIMENT,
            faster::EXPERIMENT,
            one_at_a_time::EXPERIMENT,
            both_ways::EXPERIMENT,
            locked_stream::EXPERIMENT,
            taken_name::EXPERIMENT,
            slow_client::EXPERIMENT,
            stop::EXPERIMENT,
            stop_accept::EXPERIMENT,
        ],
    })
}
