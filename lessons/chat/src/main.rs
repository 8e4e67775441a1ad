//! The whole chat, in five steps.
//!
//! The programs, and experiments that show where each step fails.
//!
//!     cargo run -p lesson-chat
//!     cargo run -p lesson-chat -- server
//!     cargo run -p lesson-chat -- client --name ada

mod client;
mod command;
mod dial;
mod full;
mod lines;
mod link;
mod screen;
mod step1;
mod step2;
mod step3;
mod step4;

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
        experiments: &[],
    })
}
