//! UDP: one send, one datagram, and no promise that it arrives.
//!
//! Nine experiments, each in a file of its own; read them in this order.
//!
//!     cargo run -p lesson-udp
//!     cargo run -p lesson-udp -- boundaries

mod boundaries;
mod echo;
mod empty;
mod fragments;
mod kernel_counter;
mod loss;
mod no_listen;
mod nobody_home;
mod too_big;
mod truncation;

use std::process::ExitCode;
use std::time::Duration;

/// How long a receive waits before it gives up.
///
/// UDP promises nothing, so a program that waits for ever for a datagram can
/// wait for ever. On this machine an answer takes less than a millisecond.
const PATIENCE: Duration = Duration::from_secs(2);

fn main() -> ExitCode {
    kit::teach(&kit::Lesson {
        name: "udp",
        title: "UDP: datagrams",
        experiments: &[
            echo::EXPERIMENT,
            boundaries::EXPERIMENT,
            truncation::EXPERIMENT,
            empty::EXPERIMENT,
            loss::EXPERIMENT,
            nobody_home::EXPERIMENT,
            too_big::EXPERIMENT,
            fragments::EXPERIMENT,
            no_listen::EXPERIMENT,
        ],
    })
}
