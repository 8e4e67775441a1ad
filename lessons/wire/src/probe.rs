//! Whether a lab can be had here, found out in a child process.
//!
//! Entering cannot be undone, and a process with threads cannot enter; so a program that wants to
//! know starts itself again with a hidden flag, and reads one line:
//!
//! ```no_run
//! # use std::process::Command;
//! # fn main() -> std::io::Result<()> {
//! if std::env::args().nth(1).as_deref() == Some("--probe-lab") {
//!     println!("{}", wire::probe::answer()); // first in main, no threads yet
//!     return Ok(());
//! }
//! let child = Command::new(std::env::current_exe()?).arg("--probe-lab").output()?;
//! match wire::probe::read(&String::from_utf8_lossy(&child.stdout)) {
//!     Some(Ok(())) => println!("the lab works"),
//!     Some(Err(refusal)) => println!("{refusal}\n{}", refusal.remedy()),
//!     None => println!("the probe gave no answer"),
//! }
//! # Ok(()) }
//! ```

use crate::refusal::Refusal;

const PREFIX: &str = "wire-probe ";

/// Tries everything a lab needs, and returns one line that [`read`] understands.
///
/// The process is in namespaces of its own afterwards and should end.
pub fn answer() -> String {
    match crate::handshake::try_out() {
        Ok(()) => format!("{PREFIX}ok"),
        Err(refusal) => format!("{PREFIX}{}", refusal.to_line()),
    }
}

/// Reads the answer in the output of the child; None if there is none.
pub fn read(output: &str) -> Option<Result<(), Refusal>> {
    let line = output
        .lines()
        .find_map(|line| line.trim().strip_prefix(PREFIX))?;
    match line {
        "ok" => Some(Ok(())),
        refused => Refusal::from_line(refused).map(Err),
    }
}
