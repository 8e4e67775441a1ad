//! TCP: a stream of bytes between two programs.
//!
//! Eleven experiments, each in a file of its own; read them in this order.
//!
//!     cargo run -p lesson-stream
//!     cargo run -p lesson-stream -- greeting

mod alone;
mod boundaries;
mod closed_listener;
mod early;
mod full;
mod greeting;
mod kernel_counter;
mod kernel_queue;
mod nodelay;
mod packets;
mod pieces;
mod second_client;
mod unread;

use std::process::ExitCode;
use std::time::Duration;

/// How long a call waits before it gives up.
///
/// A peer may stay silent for ever, so a program that waits without a limit
/// can wait for ever. On this machine most answers take less than 1 ms.
const PATIENCE: Duration = Duration::from_secs(5);

fn main() -> ExitCode {
    kit::teach(&kit::Lesson {
        name: "stream",
        title: "TCP: a stream of bytes",
        experiments: &[
            greeting::EXPERIMENT,
            early::EXPERIMENT,
            unread::EXPERIMENT,
            second_client::EXPERIMENT,
            boundaries::EXPERIMENT,
            pieces::EXPERIMENT,
            nodelay::EXPERIMENT,
            packets::EXPERIMENT,
            full::EXPERIMENT,
            closed_listener::EXPERIMENT,
            alone::EXPERIMENT,
        ],
    })
}
