//! One folder takes the place of another.

use std::ffi::OsString;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::process;
use std::time::Duration;

/// A folder beside another, in which this process alone builds the next one.
pub fn beside(folder: &Path) -> PathBuf {
    let mut name = OsString::from(folder);
    name.push(format!(".new-{}", process::id()));
    PathBuf::from(name)
}

/// Puts `staged` where `folder` is, by two renames.
pub fn replace(folder: &Path, staged: &Path) -> io::Result<()> {
    let mut aside = OsString::from(staged);
    aside.push(".old");
    let aside = PathBuf::from(aside);
    let mut tries = 0;
    loop {
        remove(&aside);
        match fs::rename(folder, &aside) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        match fs::rename(staged, folder) {
            Ok(()) => break remove(&aside),
            // Another workbook of this folder was between our two renames.
            Err(_) if folder.exists() && tries < 10 => tries += 1,
            Err(error) => {
                // As it was, if that is possible.
                let _ = fs::rename(&aside, folder);
                return Err(error);
            }
        }
    }
    Ok(())
}

/// Removes a folder, if it is there and can be removed.
pub fn remove(folder: &Path) {
    // What is left takes disk space and does no other harm.
    let _ = fs::remove_dir_all(folder);
}

/// Removes what a process that was killed in the middle of a build left.
pub fn clear_left_behind(folder: &Path) {
    let Some((parent, name)) = folder.parent().zip(folder.file_name()) else {
        return;
    };
    let mut start = OsString::from(name);
    start.push(".");
    let Ok(entries) = fs::read_dir(parent) else {
        return;
    };
    for entry in entries.flatten() {
        let named_like_ours = entry
            .file_name()
            .as_encoded_bytes()
            .starts_with(start.as_encoded_bytes());
        if named_like_ours && is_older_than(&entry, Duration::from_secs(600)) {
            remove(&entry.path());
        }
    }
}

fn is_older_than(entry: &fs::DirEntry, age: Duration) -> bool {
    let modified = entry.metadata().and_then(|data| data.modified());
    modified.is_ok_and(|time| time.elapsed().is_ok_and(|elapsed| elapsed > age))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Barrier;
    use std::thread;

    #[test]
    fn two_that_replace_one_folder_both_succeed() {
        let parent = tempfile::tempdir().expect("a temporary folder");
        let folder = parent.path().join("site");
        let together = Barrier::new(2);
        let replace_often = |name: &str| -> Vec<io::Error> {
            let staged = parent.path().join(name);
            let replace_once = |_| {
                fs::create_dir_all(&staged)?;
                fs::write(staged.join("page"), name)?;
                together.wait();
                replace(&folder, &staged)
            };
            (0..2000)
                .map(replace_once)
                .filter_map(Result::err)
                .collect()
        };
        thread::scope(|scope| {
            let other = scope.spawn(|| replace_often("two"));
            let errors = (replace_often("one"), other.join().expect("no panic"));
            assert!(errors.0.is_empty() && errors.1.is_empty(), "{errors:?}");
        });
        assert!(folder.exists());
    }
}
