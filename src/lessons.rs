//! Which lessons there are: the folders of `lessons/` whose package is named
//! after them.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// The names of all lessons, in alphabetical order.
pub fn names(root: &Path) -> Result<Vec<String>> {
    let folder = root.join("lessons");
    let entries =
        fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| is_lesson(&folder, name))
        .collect();
    names.sort();
    Ok(names)
}

/// The name closest to what was typed, if one is close enough to be meant.
pub fn nearest<'a>(typed: &str, names: &'a [String]) -> Option<&'a str> {
    names
        .iter()
        .map(|name| (strsim::damerau_levenshtein(typed, name), name))
        .min()
        .filter(|(edits, name)| *edits <= 1 + name.chars().count() / 3)
        .map(|(_, name)| name.as_str())
}

fn is_lesson(folder: &Path, name: &str) -> bool {
    let package = format!("name = \"lesson-{name}\"");
    fs::read_to_string(folder.join(name).join("Cargo.toml"))
        .is_ok_and(|manifest| manifest.lines().any(|line| line.trim() == package))
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_finds_its_lesson_and_a_different_word_finds_none() {
        let names = ["closing", "types", "udp"].map(String::from);
        assert_eq!(nearest("upd", &names), Some("udp"));
        assert_eq!(nearest("closed", &names), Some("closing"));
        assert_eq!(nearest("quic", &names), None);
    }
}
