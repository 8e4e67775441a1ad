//! A program that is not in the file of the exercise.

use std::env;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

/// The learner's own program, in any language.
pub struct Own {
    /// What starts it, as it was typed.
    pub line: String,
    /// The files that the line names.
    pub files: Vec<PathBuf>,
}

impl Own {
    /// The program that this line starts, from the current folder.
    ///
    /// # Errors
    /// A sentence if the line names no file that is there.
    pub fn named(line: &str) -> Result<Own> {
        let here = env::current_dir().context("cannot tell the current folder")?;
        let ends = |c: char| c.is_whitespace() || "'\"`|&;<>()".contains(c);
        let words = line.split(ends).filter(|word| !word.is_empty());
        let files: Vec<_> = words
            .map(|word| here.join(word))
            .filter(|path| path.is_file())
            .collect();
        if files.is_empty() {
            bail!(
                "--cmd names no file to watch; an example: --cmd 'python3 my_echo.py', \
                 where my_echo.py is in this folder"
            );
        }
        let line = line.into();
        Ok(Own { line, files })
    }

    /// The files, as they are shown.
    pub fn names(&self) -> String {
        shown(&self.files)
    }

    /// The sentence that some of them are not there, if so.
    pub fn missing(&self) -> Option<String> {
        let gone: Vec<_> = self.files.iter().filter(|file| !file.exists()).collect();
        (!gone.is_empty()).then(|| format!("There is no {}.", shown(gone)))
    }

    /// What stands in them all; nothing if one of them is not there.
    pub fn contents(&self) -> Option<Vec<u8>> {
        let read = |file: &PathBuf| fs::read(file).ok();
        let all: Option<Vec<_>> = self.files.iter().map(read).collect();
        all.map(|all| all.concat())
    }
}

fn shown<'a>(files: impl IntoIterator<Item = &'a PathBuf>) -> String {
    let shown = |file: &PathBuf| kit::visible(&file.to_string_lossy());
    let names: Vec<_> = files.into_iter().map(shown).collect();
    names.join(", ")
}
