//! What can be typed after `workbook keep`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// A program and its limits.
#[derive(clap::Args, Debug)]
pub struct KeepArgs {
    /// Kill it after so many seconds
    #[arg(long, value_name = "N", value_parser = seconds)]
    pub seconds: Option<Duration>,

    /// Kill it when it and all it started are more processes than this
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub processes: Option<u32>,

    /// Kill it when they hold more memory than this together
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub memory_mb: Option<u64>,

    /// Append what happens to this file, one JSON object a line
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,

    /// Kill it when this process is no longer the one that started us
    #[arg(long, value_name = "PID", hide = true)]
    pub parent: Option<u32>,

    /// Give the program this niceness
    #[arg(long, value_name = "N", hide = true, allow_negative_numbers = true)]
    pub nice: Option<i32>,

    /// Which part of the work to do
    #[arg(long, value_enum, default_value_t, hide = true)]
    pub role: Role,

    /// The program and what to pass to it, after `--`
    #[arg(last = true, required = true, value_name = "PROGRAM")]
    pub command: Vec<OsString>,
}

/// Each starts the next one.
#[derive(Clone, Copy, Debug, Default, PartialEq, clap::ValueEnum)]
pub enum Role {
    /// Watches whoever started it, and is there if the keeper is killed.
    #[default]
    Guard,
    /// Watches the guard, and the limits.
    Keeper,
    /// Becomes the program.
    Starter,
}

impl Role {
    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Role::Guard => "guard",
            Role::Keeper => "keeper",
            Role::Starter => "starter",
        }
    }
}

fn seconds(typed: &str) -> Result<Duration, String> {
    let number: Option<f64> = typed.parse().ok();
    match number {
        Some(number) if number > 0.0 && number <= 86_400.0 => Ok(Duration::from_secs_f64(number)),
        _ => Err("not a number of seconds between 0 and 86400".into()),
    }
}
