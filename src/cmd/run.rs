//! `workbook run`: a lesson through cargo, as if the learner had typed it.

use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

use crate::cli::RunArgs;
use crate::cmd::{complain, no_such};
use crate::lessons;
use crate::place::Place;

/// Runs a lesson with our own standard streams; its exit status is ours.
pub fn run(place: &Place, what: &RunArgs) -> Result<ExitCode> {
    let names = lessons::names(&place.root)?;
    if !names.contains(&what.lesson) {
        bail!(no_such("lesson", &what.lesson, &names));
    }
    place.need_target()?;
    let mut cargo = lesson(place, &what.lesson);
    cargo.args(&what.experiment).args(&what.args);
    hand_over(cargo)
}

/// Why a lesson did not even begin.
pub const NO_CARGO: &str = "cannot start cargo; `workbook doctor` says how to get it";

/// The command that runs a lesson; the arguments that follow are the lesson's.
pub fn lesson(place: &Place, name: &str) -> Command {
    let package = format!("lesson-{name}");
    let mut cargo = place.cargo();
    cargo.arg("run");
    if place.lesson(name).exists() {
        // Compiled before: at most a second's work, which needs no words.
        cargo.arg("--quiet");
    } else {
        complain(&format!(
            "compiling {package} first; this once, it takes a while"
        ));
    }
    cargo
        .args(["--package", &package, "--target-dir"])
        .arg(&place.target)
        .arg("--");
    cargo
}

/// Becomes the command, so that signals and the exit status are its own.
#[cfg(unix)]
fn hand_over(mut command: Command) -> Result<ExitCode> {
    use std::os::unix::process::CommandExt;
    Err(command.exec()).context(NO_CARGO)
}

/// Runs the command to its end and passes its exit status on.
#[cfg(not(unix))]
fn hand_over(mut command: Command) -> Result<ExitCode> {
    let status = command.status().context(NO_CARGO)?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(ExitCode::from(code.unwrap_or(2)))
}
