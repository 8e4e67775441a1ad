//! A program that is not in the file of the exercise.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// The learner's own program, in any language.
pub struct Own {
    /// What starts it, as it was typed.
    pub line: String,
    /// The files that the line names.
    pub files: Vec<PathBuf>,
    /// The folder in which it was typed.
    here: PathBuf,
}

impl Own {
    /// The program that this line starts, from the current folder.
    ///
    /// # Errors
    /// A sentence if the line names no file that is there.
    pub fn named(line: &str) -> Result<Own> {
        let here = env::current_dir().context("cannot tell the current folder")?;
        let ends = |c: char| c.is_whitespace() || "'\"`|&;<>()".contains(c);
        let words: Vec<_> = line.split(ends).filter(|word| !word.is_empty()).collect();
        let paths = words.iter().map(|word| here.join(word));
        let files: Vec<_> = paths.filter(|path| path.is_file()).collect();
        if files.is_empty() {
            bail!(without_files(&words, &here));
        }
        let line = line.into();
        Ok(Own { line, files, here })
    }

    /// The files, as they are shown: as they were typed.
    pub fn names(&self) -> String {
        self.shown(&self.files)
    }

    /// The sentence that some of them are not there, if so.
    pub fn missing(&self) -> Option<String> {
        let gone: Vec<_> = self.files.iter().filter(|file| !file.exists()).collect();
        (!gone.is_empty()).then(|| format!("There is no {}.", self.shown(gone)))
    }

    /// What stands in them all; nothing if one of them is not there.
    pub fn contents(&self) -> Option<Vec<u8>> {
        let read = |file: &PathBuf| fs::read(file).ok();
        let all: Option<Vec<_>> = self.files.iter().map(read).collect();
        all.map(|all| all.concat())
    }

    fn shown<'a>(&self, files: impl IntoIterator<Item = &'a PathBuf>) -> String {
        let shown = |file: &'a PathBuf| {
            let typed = file.strip_prefix(&self.here).unwrap_or(file);
            kit::visible(&typed.to_string_lossy())
        };
        let names: Vec<_> = files.into_iter().map(shown).collect();
        names.join(", ")
    }
}

/// What is amiss with a line that names no file that is there.
fn without_files(words: &[&str], here: &Path) -> String {
    let here = kit::visible(&here.to_string_lossy());
    let module = words.windows(2).find(|pair| pair[0] == "-m");
    let missing = words.iter().find(|word| is_like_a_file(word));
    let why = match (module, missing) {
        (Some(pair), _) => format!("`-m {}` names a module, and no file", kit::visible(pair[1])),
        (None, Some(missing)) => {
            let missing = kit::visible(missing);
            return format!("there is no file `{missing}` to watch, as seen from {here}");
        }
        (None, None) => "--cmd names no file".into(),
    };
    format!("{why} to watch; an example: --cmd 'python3 my_echo.py', where my_echo.py is in {here}")
}

/// Whether a word was most likely meant as the name of a file: it has an
/// ending of letters, or a folder before it.
fn is_like_a_file(word: &str) -> bool {
    let ending = Path::new(word)
        .extension()
        .and_then(|ending| ending.to_str());
    let has_ending = ending.is_some_and(|ending| ending.starts_with(char::is_alphabetic));
    !word.starts_with('-') && (has_ending || word.contains('/'))
}
