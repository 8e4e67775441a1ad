//! `workbook reset`: begins an exercise again, and keeps the learner's file.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use kit::diary::{Deed, Diary};

use crate::cmd::{check, say};
use crate::place::Place;

/// Puts the file of an exercise back as it was shipped.
pub fn run(place: &Place, name: &str) -> Result<ExitCode> {
    let exercise = check::find(name)?;
    let (path, shipped) = (exercise.file(), exercise.shipped());
    let file = place.root.join(&path);
    let new = fs::read(place.root.join(&shipped));
    let new = new.with_context(|| format!("cannot read {shipped}"))?;
    let old = match fs::read(&file) {
        Ok(old) => Some(old),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(error).with_context(|| format!("cannot read {path}")),
    };
    if old.as_ref() == Some(&new) {
        say(&format!("{path} is as it was shipped; nothing to do."))?;
        return Ok(ExitCode::SUCCESS);
    }
    let copy = match &old {
        None => None,
        Some(old) => Some(keep(&file, old).with_context(|| format!("cannot copy {path}"))?),
    };
    replace(&file, &new).with_context(|| format!("cannot write {path}"))?;
    let copy = copy.map(|copy| relative(&place.root, &copy));
    say(&match &copy {
        Some(copy) => format!("{path} is as it was shipped. Your file is {copy} now."),
        None => format!("{path} is back, as it was shipped."),
    })?;
    if let Some(diary) = Diary::of(&place.root) {
        diary.note(Deed::Reset {
            exercise: exercise.name.into(),
            copy: copy.unwrap_or_default(),
        });
    }
    Ok(ExitCode::SUCCESS)
}

/// Keeps the bytes beside the file, under the first number that is free.
fn keep(file: &Path, bytes: &[u8]) -> io::Result<PathBuf> {
    for number in 1_u32.. {
        let copy = file.with_extension(format!("{number}.rs"));
        // `create_new` never touches what is there.
        let mut new = match File::create_new(&copy) {
            Ok(new) => new,
            Err(error) if error.kind() == ErrorKind::AlreadyExists => continue,
            Err(error) => return Err(error),
        };
        let written = new.write_all(bytes).and_then(|()| new.sync_all());
        if let Err(error) = written {
            // Half a copy helps nobody; the file itself is still whole.
            let _ = fs::remove_file(&copy);
            return Err(error);
        }
        return Ok(copy);
    }
    Err(ErrorKind::AlreadyExists.into())
}

/// Puts the bytes in the place of the file, as a whole or not at all.
fn replace(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let scratch = file.with_extension("rs.new");
    let written = fs::write(&scratch, bytes).and_then(|()| fs::rename(&scratch, file));
    if written.is_err() {
        let _ = fs::remove_file(&scratch);
    }
    written
}

fn relative(root: &Path, path: &Path) -> String {
    let path = path.strip_prefix(root).unwrap_or(path);
    path.display().to_string()
}
