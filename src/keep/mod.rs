//! A program that cannot outlive, outrun or outwrite whoever started it.
//!
//! `workbook keep` stands between the two, twice: the guard starts the keeper,
//! and the keeper starts the program. Both are subreapers (PR_SET_CHILD_SUBREAPER(2const)),
//! so whatever the program starts stays below them, also after setsid(2) or a
//! double fork. If whoever started it is gone, the guard kills all; if the
//! guard is killed, the keeper does; if the keeper is killed, the guard does.
//!
//! What it cannot hold: a program that another user owns (`sudo`), one that is
//! started by another program on request (`systemd-run`, `at`), and what the
//! program has started if guard and keeper are killed at once.

mod args;
#[cfg(not(unix))]
mod elsewhere;
#[cfg(unix)]
mod ended;
#[cfg(unix)]
mod keeper;
#[cfg(unix)]
mod lines;
#[cfg(unix)]
mod program;
#[cfg(unix)]
mod pump;
#[cfg(unix)]
mod report;
#[cfg(unix)]
mod signals;
#[cfg(unix)]
mod tasks;
#[cfg(unix)]
mod tree;

use std::path::PathBuf;
use std::time::Duration;

pub use args::KeepArgs;
#[cfg(not(unix))]
pub use elsewhere::{Ended, Program, Stream, Threads, Wrote, run};
#[cfg(unix)]
pub use ended::{Ended, How};
#[cfg(unix)]
pub use keeper::run;
#[cfg(unix)]
pub use program::Program;
#[cfg(unix)]
pub use pump::{Stream, Wrote};
#[cfg(unix)]
pub use tasks::Threads;

/// This program, also when it has been compiled anew meanwhile.
pub fn ourselves() -> PathBuf {
    match cfg!(target_os = "linux") {
        true => PathBuf::from("/proc/self/exe"),
        false => std::env::current_exe().unwrap_or_else(|_| "workbook".into()),
    }
}

/// What a program may use before it is killed or no longer listened to.
#[derive(Clone, Debug)]
pub struct Limits {
    /// How long it may run.
    pub time: Duration,
    /// How many processes it and all it starts may be at once.
    pub processes: u32,
    /// How much memory they may hold together, in megabytes.
    pub memory_mb: u64,
    /// How many bytes of each output stream are passed on; the rest is read
    /// and thrown away.
    pub output_bytes: usize,
    /// How many bytes of a line are passed on.
    pub line_bytes: usize,
    /// How many lines of each output stream are passed on.
    pub lines: usize,
    /// Whether standard output is passed on in lines, or as it comes.
    pub in_lines: bool,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            time: Duration::from_secs(60),
            processes: 64,
            memory_mb: 1024,
            output_bytes: 4 << 20,
            line_bytes: 64 << 10,
            lines: 50_000,
            in_lines: true,
        }
    }
}
