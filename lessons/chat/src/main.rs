//! The whole chat, in five steps.
//!
//! The programs, and experiments that show where each step fails.
//!
//!     cargo run -p lesson-chat
//!     cargo run -p lesson-chat -- server
//!     cargo run -p lesson-chat -- client --name ada

mod client;
mod command;
mod ctrl_c;
mod end;
mod endless;
mod escape;
mod full;
mod guest;
mod half_typed;
mod halves;
mod hub;
mod joined;
mod lines;
mod nodelay;
mod poison;
mod second;
mod silent;
mod step1;
mod step2;
mod step3;
mod step4;
mod threads;

use guest::PATIENCE;
use std::process::ExitCode;

fn main() -> ExitCode {
    // A first word that names a program runs it; all else is an experiment.
    command::program()
        .unwrap_or_else(|| kit::teach_beside(&LESSON, &command::PROGRAMS))
}

const LESSON: kit::Lesson = kit::Lesson {
    name: "chat",
    title: "The whole chat",
    experiments: &[
        second::EXPERIMENT,
        joined::EXPERIMENT,
        end::EXPERIMENT,
        half_typed::EXPERIMENT,
        halves::EXPERIMENT,
        silent::EXPERIMENT,
        poison::EXPERIMENT,
        escape::EXPERIMENT,
        endless::EXPERIMENT,
        threads::EXPERIMENT,
        ctrl_c::EXPERIMENT,
        hub::EXPERIMENT,
        nodelay::EXPERIMENT,
    ],
};
