//! The program that is judged: what to start, and where.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// A program with its first arguments; a check adds its own.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The program and what comes before the arguments of the contract.
    pub command: Vec<OsString>,
    /// The folder it is started in.
    pub folder: PathBuf,
    /// The command as a person would type it.
    pub words: String,
}

impl Subject {
    /// A program that was compiled from the learner's file.
    pub fn binary(path: &Path, folder: &Path, words: String) -> Subject {
        Subject {
            command: vec![path.into()],
            folder: folder.into(),
            words,
        }
    }

    /// The same program, granted so many descriptors: `ulimit -n`.
    pub fn with_descriptors(&self, number: u64) -> Subject {
        let script = format!("ulimit -n {number} && exec \"$@\"");
        let shell = ["sh", "-c", &script, "sh"].map(OsString::from);
        Subject {
            command: shell.into_iter().chain(self.command.clone()).collect(),
            ..self.clone()
        }
    }

    /// A command line, such as `python3 my_echo.py`, for `sh`.
    ///
    /// The arguments of the contract go to its end. One simple command
    /// replaces the shell, so that a signal ends the program and not a shell
    /// in front of it.
    pub fn shell(line: &str, folder: &Path) -> Subject {
        let simple = !line.contains(['|', '&', ';', '<', '>', '(', ')', '`', '\n', '=', '{']);
        let exec = if simple { "exec " } else { "" };
        let script = format!("{exec}{line} \"$@\"");
        let command = ["sh", "-c", &script, "sh"].map(OsString::from).into();
        Subject {
            command,
            folder: folder.into(),
            words: line.into(),
        }
    }
}
