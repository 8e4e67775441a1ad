//! How many files and sockets this program may have open.

use std::fs;

/// With fewer, an experiment that fails may fail for this reason.
const ENOUGH: usize = 256;

/// The limit of open files, `ulimit -n`, where the system tells: proc(5).
pub fn open_files() -> Option<usize> {
    let limits = fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits.lines().find(|l| l.starts_with("Max open files"))?;
    line.split_whitespace().nth(3)?.parse().ok()
}

/// What is to be said beside an error where that limit is low.
pub fn hint() -> Option<String> {
    let limit = open_files().filter(|limit| *limit < ENOUGH)?;
    Some(format!(
        "only {limit} files and sockets may be open at once here, which may \
         be too few: ulimit -n 1024"
    ))
}
