//! Finds every command that a page or a help text tells a reader to type.

use crate::workspace::{files, lesson, lessons, output, read, root, unkept, workbook};
use regex::Regex;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// Each command, and the places where it stands.
pub type Commands = BTreeMap<String, Vec<String>>;

/// The commands of README.md, CONTRIBUTING.md, the book, the heads of lessons
/// and exercises, and all help texts.
pub fn commands() -> Commands {
    let mut found = Commands::new();
    let mut pages = files(&root().join("book"), ".md");
    pages.extend(["README.md", "CONTRIBUTING.md"].map(|page| root().join(page)));
    for page in pages {
        in_page(&page, &mut found);
    }
    for source in files(&root().join("lessons"), ".rs") {
        in_head(&source, &mut found);
    }
    in_help("workbook", &mut workbook(), &mut found);
    for slug in lessons() {
        in_help(&slug, &mut unkept(lesson(&slug)), &mut found);
    }
    found
}

fn note(found: &mut Commands, command: &str, place: impl Into<String>) {
    let places = found.entry(command.trim().to_string()).or_default();
    places.push(place.into());
}

/// The lines `$ ...` of a page's console blocks, and what it names in a line.
fn in_page(page: &Path, found: &mut Commands) {
    let block = Regex::new(r"(?ms)^ *```console\n(.*?)^ *```").unwrap();
    let inline = Regex::new(r"`((?:\w+=\S+ )?(?:cargo|workbook) [^`]+)`").unwrap();
    let (text, place) = (read(page), page.display().to_string());
    for block in block.captures_iter(&text) {
        for line in block[1].lines() {
            let command = line.trim().strip_prefix("$ ");
            let command = command.unwrap_or_else(|| panic!("{place}: no command: {line}"));
            note(found, command_of(command), &place);
        }
    }
    for command in inline.captures_iter(&text) {
        note(found, &command[1], &place);
    }
}

/// A line of `//!` that begins with `cargo run`.
fn in_head(source: &Path, found: &mut Commands) {
    for line in read(source).lines() {
        let words = line.strip_prefix("//!").map(str::trim);
        if let Some(words) = words.filter(|words| words.starts_with("cargo run")) {
            note(found, words, source.display().to_string());
        }
    }
}

/// The lines that begin with `cargo run` or `workbook` in the help of a
/// program and of each of its commands.
fn in_help(name: &str, program: &mut Command, found: &mut Commands) {
    let verb = Regex::new(r"(?m)^  ([a-z][a-z0-9-]+) {2,}\S").unwrap();
    let path = program.get_program().to_os_string();
    let general = help_of(program.arg("--help"));
    let mut texts = vec![general.clone()];
    let listed = general.split("Commands:\n").nth(1).unwrap_or_default();
    let listed = listed.split("\n\n").next().unwrap();
    for verb in verb.captures_iter(listed) {
        if &verb[1] != "help" {
            texts.push(help_of(unkept(&path).args([&verb[1], "--help"])));
        }
    }
    for line in texts.iter().flat_map(|text| text.lines()).map(str::trim) {
        if line.starts_with("cargo run") || line.starts_with("workbook ") {
            note(found, command_of(line), format!("{name} --help"));
        }
    }
}

fn help_of(program: &mut Command) -> String {
    let run = output(program, "");
    let words = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{program:?}: {words}");
    String::from_utf8(run.stdout).unwrap()
}

/// A line without the words that explain the command in it: what stands after
/// a ` # `, or after three spaces.
fn command_of(line: &str) -> &str {
    let line = line.split("   ").next().unwrap();
    line.split(" # ").next().unwrap().trim()
}
