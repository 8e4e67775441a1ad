//! The same names where there are no process groups: nothing is started.

// No value of these types is ever made, and that is the point.
#![allow(dead_code)]

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use super::{KeepArgs, Limits};

const WORDS: &str = "programs can be started and watched on Unix systems only: \
                     on Linux, on macOS, and on Windows inside WSL";

/// Refuses.
pub fn run(_: &KeepArgs) -> anyhow::Result<ExitCode> {
    anyhow::bail!("{WORDS}")
}

/// How a program ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Ended {
    pub how: How,
    pub limit: Option<String>,
    pub killed: usize,
    pub left: usize,
}

/// How a program ended; none does here.
#[derive(Clone, Debug, PartialEq)]
pub enum How {}

impl Ended {
    pub fn success(&self) -> bool {
        match self.how {}
    }

    pub fn code(&self) -> Option<i32> {
        match self.how {}
    }

    pub fn signal(&self) -> Option<i32> {
        match self.how {}
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{WORDS}")
    }
}

/// An output stream of a program.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Stream {
    Out,
    Err,
}

/// What a program did.
#[derive(Clone, Debug, PartialEq)]
pub enum Wrote {
    Out(Vec<u8>),
    Err(Vec<u8>),
    Flood(Stream),
    Closed(Stream),
    Ended(Ended),
}

/// There is none.
pub enum Program {}

/// There are none.
#[derive(Clone, Copy, Debug)]
pub enum Threads {}

impl Threads {
    pub fn are_at_rest(&self) -> bool {
        match *self {}
    }
}

impl Program {
    /// Refuses.
    pub fn start(_: &[OsString], _: &Path, _: &Limits) -> io::Result<Program> {
        Err(io::Error::new(io::ErrorKind::Unsupported, WORDS))
    }

    pub fn id(&self) -> u32 {
        match *self {}
    }

    pub fn wrote(&mut self, _: Instant) -> Option<Wrote> {
        match *self {}
    }

    pub fn unfinished(&self) -> Vec<u8> {
        match *self {}
    }

    pub fn type_line(&self, _: &str) -> bool {
        match *self {}
    }

    pub fn write(&self, _: &[u8]) -> bool {
        match *self {}
    }

    pub fn untaken(&self) -> usize {
        match *self {}
    }

    pub fn close_stdin(&self) {
        match *self {}
    }

    pub fn ended(&self) -> Option<Ended> {
        match *self {}
    }

    pub fn wait(&self, _: Instant) -> Option<Ended> {
        match *self {}
    }

    pub fn terminate(&self) {
        match *self {}
    }

    pub fn interrupt(&self) {
        match *self {}
    }

    pub fn kill(&self) {
        match *self {}
    }

    pub fn last_words(&self) -> Vec<String> {
        match *self {}
    }

    pub fn waits_in(&self) -> Vec<String> {
        match *self {}
    }

    pub fn threads(&self) -> Threads {
        match *self {}
    }

    pub fn resident_kb(&self) -> Option<u64> {
        match *self {}
    }

    pub fn cpu_ms(&self) -> Option<u64> {
        match *self {}
    }
}
