//! Where the workbook lies, and what stands ready in it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// The workbook that this program was compiled in, else the nearest one at or
/// above the current folder.
pub fn find() -> Option<PathBuf> {
    let compiled_in = Path::new(env!("CARGO_MANIFEST_DIR"));
    let here = env::current_dir().ok();
    nearest(compiled_in.ancestors().nth(2), here.as_deref())
}

/// The names of a lesson's exercises, in alphabetical order.
pub fn exercises(lesson: &str) -> Vec<String> {
    let folder = |root: PathBuf| {
        root.join("lessons")
            .join(lesson)
            .join("exercises/as-shipped")
    };
    // A lesson without the folder has no exercise.
    let files = find().and_then(|root| fs::read_dir(folder(root)).ok());
    let stem = |file: PathBuf| {
        let rust = file.extension().is_some_and(|ending| ending == "rs");
        let stem = file.file_stem()?.to_str()?.to_string();
        rust.then_some(stem)
    };
    let files = files.into_iter().flatten().flatten();
    let mut names: Vec<_> =
        files.filter_map(|entry| stem(entry.path())).collect();
    names.sort();
    names
}

fn nearest(compiled_in: Option<&Path>, here: Option<&Path>) -> Option<PathBuf> {
    let above = here.into_iter().flat_map(Path::ancestors);
    let mut places = compiled_in.into_iter().chain(above);
    let found = places.find(|folder| folder.join("book.toml").is_file());
    found.map(Path::to_path_buf)
}

#[cfg(test)]
// A test may panic: that is how it fails.
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_workbook_that_was_compiled_goes_before_the_nearest_one() {
        let name = format!("kit-root-{}", std::process::id());
        let folder = env::temp_dir().join(name);
        let [old, new] = ["old", "new"].map(|name| folder.join(name));
        let inside = new.join("lessons/udp");
        fs::create_dir_all(&inside).unwrap();
        fs::create_dir_all(&old).unwrap();
        let found = || nearest(Some(&old), Some(&inside));
        assert_eq!(nearest(Some(&old), None), None);
        fs::write(new.join("book.toml"), "").unwrap();
        assert_eq!(found(), Some(new.clone()));
        fs::write(old.join("book.toml"), "").unwrap();
        assert_eq!(found(), Some(old.clone()));
        fs::remove_dir_all(folder).unwrap();
    }
}
