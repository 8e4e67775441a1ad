//! The whole chat, in five steps.
//!
//! The programs, and experiments that show where each step fails.
//!
//!     cargo run -p lesson-chat
//!     cargo run -p lesson-chat -- server
//!     cargo run -p lesson-chat -- client --name ada

mod client;
mod command;
mod crowd;
mod dial;
mod end;
mod endless;
mod escape;
mod full;
mod guest;
mod halves;
mod hub;
mod joined;
mod lines;
mod link;
mod poison;
mod screen;
mod second;
mod silent;
mod step1;
mod step2;
mod step3;
mod step4;
mod threads;

use std::process::ExitCode;
use std::time::Duration;

/// How long a call waits before it gives up.
const PATIENCE: Duration = Duration::from_secs(5);

fn main() -> ExitCode {
    // A first word that names a program runs it; all else is an experiment.
    if let Some(program) = command::program() {
        return program;
    }
    kit::teach(&kit::Lesson {
        name: "chat",
        title: "The whole chat",
        experiments: &[
            second::EXPERIMENT,
            joined::EXPERIMENT,
            end::EXPERIMENT,
            halves::EXPERIMENT,
            silent::EXPERIMENT,
            poison::EXPERIMENT,
            escape::EXPERIMENT,
            endless::EXPERIMENT,
            threads::EXPERIMENT,
            hub::EXPERIMENT,
        ],
    })
}
