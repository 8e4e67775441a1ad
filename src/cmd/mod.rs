//! The commands, one a file; what they find out is printed here.

pub mod check;
pub mod columns;
pub mod completions;
pub mod doctor;
pub mod hint;
pub mod list;
pub mod progress;
pub mod reset;
pub mod review;
pub mod run;
pub mod serve;
pub mod signals;
pub mod solution;
pub mod watch;
pub mod wire;

use std::io::{self, Write};

use anyhow::{Context, Result};
use kit::diary::{Diary, Entry};

use crate::lessons;

/// Where the learner asks, which is how they ask for more.
#[derive(Clone, Copy, PartialEq)]
pub enum Asked {
    /// With a command.
    InShell,
    /// With a key.
    InWatch,
}

/// What the diary says, if one is kept.
pub fn entries(diary: Option<&Diary>) -> Result<Vec<Entry>> {
    let Some(diary) = diary else {
        return Ok(Vec::new());
    };
    let pages = diary.read();
    let pages = pages.with_context(|| format!("cannot read {}", diary.file().display()))?;
    Ok(pages.entries)
}

/// That there is no lesson or exercise of this name, and which is meant.
pub fn no_such(what: &str, typed: &str, names: &[String]) -> String {
    let none = format!("there is no {what} `{}`", kit::visible(typed));
    match (lessons::nearest(typed, names), names) {
        (Some(near), _) => format!("{none}; did you mean `{near}`?"),
        (None, []) => format!("{none}, and no other one yet"),
        (None, names) => format!("{none}; there is {}", names.join(", ")),
    }
}

/// Prints one line to standard output, at once.
pub fn say(line: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}

/// Prints one message to standard error; it never has colour, since the colour
/// is decided for standard output.
pub fn complain(message: &str) {
    // There is nowhere left to report a closed standard error to.
    let _ = writeln!(io::stderr(), "workbook: {message}");
}
