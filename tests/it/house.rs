//! The house in order: nothing too long, and ARCHITECTURE.md draws what is there.

use crate::workspace::{files, read, root};
use regex::Regex;
use std::collections::BTreeSet;

/// The most lines of a file that is read in one sitting.
const MOST_LINES: usize = 400;

/// Files that are longer, and why. A function that is too long is found by
/// clippy: `too_many_lines`, with its limit in clippy.toml.
const LONGER: &[(&str, &str)] = &[(
    "lessons/kit/src/belief.rs",
    "a table of sixty-six beliefs, one like the other",
)];

#[test]
fn no_file_is_too_long_to_be_read_in_one_sitting() {
    let mut long = BTreeSet::new();
    for (folder, ending) in [
        ("src", ".rs"),
        ("lessons", ".rs"),
        ("lessons", ".py"),
        ("tests/it", ".rs"),
        ("book/assets", ".js"),
        ("book/assets", ".css"),
        ("tests/browser", ".js"),
    ] {
        for file in files(&root().join(folder), ending) {
            if read(&file).lines().count() > MOST_LINES {
                let file = file.strip_prefix(root()).unwrap();
                long.insert(file.to_string_lossy().into_owned());
            }
        }
    }
    let known = LONGER.iter().map(|(file, _)| (*file).to_string());
    assert_eq!(long, known.collect(), "over {MOST_LINES} lines, or no more");
}

/// The names in backticks between two headings of ARCHITECTURE.md.
fn names(from: &str, to: &str) -> BTreeSet<String> {
    let map = read(root().join("ARCHITECTURE.md"));
    let part = map.split(from).nth(1).expect(from);
    let part = part.split(to).next().unwrap();
    let name = Regex::new(r"`([^`]+)`").unwrap();
    name.captures_iter(part)
        .map(|name| name[1].trim_end_matches('/').to_string())
        .collect()
}

#[test]
fn the_map_names_every_file_of_the_rooms_that_it_goes_through() {
    let named = names("## The rooms", "## One stream");
    let mut missing = Vec::new();
    for room in [
        "book/assets",
        "lessons/kit/src",
        "lessons/wire/src",
        "src",
        "src/judge",
        "src/keep",
    ] {
        for entry in std::fs::read_dir(root().join(room)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            let root_of_it = ["lib", "main", "mod"].contains(&&*name);
            let whole = path.file_name().unwrap().to_string_lossy();
            if !root_of_it && !named.contains(&name) && !named.contains(&*whole) {
                missing.push(path);
            }
        }
    }
    assert!(missing.is_empty(), "ARCHITECTURE.md lacks {missing:?}");
}

#[test]
fn every_test_that_holds_an_invariant_exists() {
    let mut sources = files(&root().join("tests/it"), ".rs");
    for folder in ["src", "lessons"] {
        sources.extend(files(&root().join(folder), ".rs"));
    }
    let all: String = sources.iter().map(read).collect();
    let named = names("## Invariants", "## Why these crates");
    // The name of a test is a fact: at least three words.
    let tests = named.iter().filter(|name| name.matches('_').count() >= 2);
    let missing: Vec<_> = tests
        .filter(|name| !all.contains(&format!("fn {name}(")))
        .collect();
    assert!(missing.is_empty(), "there are no tests {missing:?}");
    for file in named.iter().filter(|name| name.ends_with(".rs")) {
        assert!(root().join(file).exists(), "{file} is gone");
    }
}

#[test]
fn every_crate_has_its_reason() {
    let manifest: toml::Table = read(root().join("Cargo.toml")).parse().unwrap();
    let crates = manifest["workspace"]["dependencies"].as_table().unwrap();
    let map = read(root().join("ARCHITECTURE.md"));
    let table = map.split("## Why these crates").nth(1).unwrap();
    let table = table.split("\n## ").next().unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| "));
    let first = rows.filter_map(|row| row.split(" | ").next());
    let named: BTreeSet<&str> = first
        .flat_map(|cell| cell.trim_start_matches("| ").split(", "))
        .collect();
    let ours = |name: &str| root().join("lessons").join(name).is_dir();
    let without: Vec<_> = crates
        .keys()
        .filter(|name| !ours(name) && !named.contains(&***name))
        .collect();
    assert!(
        without.is_empty(),
        "ARCHITECTURE.md has no row for {without:?}"
    );
    let gone = |name: &&&str| !["crate", "---"].contains(*name) && !crates.contains_key(**name);
    let gone: Vec<_> = named.iter().filter(gone).collect();
    assert!(gone.is_empty(), "Cargo.toml has no {gone:?}");
}
