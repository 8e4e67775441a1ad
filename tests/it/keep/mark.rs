//! A program below `workbook keep`, whose processes a test can find again.

use super::WORKBOOK;
use super::kept::{Limits, Program, Wrote};
use crate::workspace::living;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// For what has to happen at once; a busy machine may take longer for it.
pub const SOON: Duration = Duration::from_secs(10);

/// Marks all processes of one program, in their environment.
pub struct Mark {
    name: String,
    /// While it is there, a fork bomb goes on.
    fuse: PathBuf,
}

impl Mark {
    pub fn new() -> Mark {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("keep-test-{}-{number}-", std::process::id());
        let fuse = std::env::temp_dir().join(&name);
        fs::write(&fuse, "").unwrap();
        Mark { name, fuse }
    }

    /// A few words of shell, as a command.
    pub fn sh(&self, script: &str) -> Vec<OsString> {
        let mark = format!("MARK={}", self.name);
        let fuse = format!("FUSE={}", self.fuse.display());
        ["env", &mark, &fuse, "sh", "-c", script]
            .map(OsString::from)
            .into()
    }

    /// The command lines of all that carry the mark.
    pub fn alive(&self) -> Vec<String> {
        living(&format!("MARK={}", self.name))
    }

    pub fn start(&self, script: &str, limits: &Limits) -> Program {
        start(&self.sh(script), limits)
    }
}

impl Drop for Mark {
    fn drop(&mut self) {
        fs::remove_file(&self.fuse).unwrap();
    }
}

pub fn start(command: &[OsString], limits: &Limits) -> Program {
    Program::start_by(Path::new(WORKBOOK), command, &std::env::temp_dir(), limits).unwrap()
}

pub fn soon() -> Instant {
    Instant::now() + SOON
}

/// Polls until it holds.
pub fn wait(within: Duration, what: &str, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + within;
    while !holds() {
        assert!(
            Instant::now() < deadline,
            "it never became true that {what}"
        );
        thread::sleep(Duration::from_millis(1));
    }
}

/// Everything that it did, to its end.
pub fn all(program: &mut Program) -> Vec<Wrote> {
    let mut seen = Vec::new();
    loop {
        let next = program.wrote(soon());
        seen.push(next.unwrap_or_else(|| panic!("it did nothing more after {seen:?}")));
        if let Some(Wrote::Ended(_)) = seen.last() {
            return seen;
        }
    }
}

/// The next line to standard output. A shell may complain meanwhile.
pub fn line(program: &mut Program) -> String {
    loop {
        match program.wrote(soon()) {
            Some(Wrote::Out(line)) => return String::from_utf8(line).unwrap(),
            Some(Wrote::Err(_)) => {}
            other => panic!("no line but {other:?}"),
        }
    }
}

/// No limit that an ordinary program reaches.
pub fn wide() -> Limits {
    Limits::default()
}

/// The time that a program gets which does not end by itself.
pub fn short() -> Limits {
    Limits {
        time: Duration::from_millis(300),
        ..wide()
    }
}
