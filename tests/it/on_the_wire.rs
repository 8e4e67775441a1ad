//! The page "Your own programs on the wire": its commands do what it shows.

use crate::recordings::compare;
use crate::tools::found;
use crate::workspace::{has_no_wire, output, read, root, workbook};
use regex::Regex;
use std::path::Path;
use std::process::{Command, Output};

/// The command as it stands on the page, with its file where it harms nobody.
fn command(begins: &str, capture: &Path) -> String {
    let page = read(root().join("book/on-the-wire.md"));
    let all = Regex::new(r"(?m)^\$ (.*)$").unwrap();
    let mut found = all.captures_iter(&page).map(|line| line[1].to_string());
    let command = found.find(|line| line.starts_with(begins)).unwrap();
    assert!(command.contains("talk.pcapng"), "{command}");
    command.replace("talk.pcapng", capture.to_str().unwrap())
}

fn shell(line: &str) -> Output {
    let mut shell = Command::new("sh");
    shell.args(["-c", line]).current_dir(root());
    shell.env(kit::diary::VARIABLE, "off");
    output(&mut shell, "")
}

/// What each of several writers said stays in order, but not who was first.
fn by_writer(text: &str) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    let writer = |line: &&str| match line.get(..4) {
        Some("A | " | "A ! ") => 1,
        Some("B | " | "B ! ") => 2,
        _ => 0,
    };
    lines.sort_by_key(writer);
    lines.join("\n") + "\n"
}

#[test]
fn every_third_packet_is_lost_and_the_capture_says_which() {
    if has_no_wire() || !found("python3") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("talk.pcapng");
    let line = command("cargo run -- wire --a 'python3 book/", &file);
    let workbook = workbook().get_program().to_str().unwrap().to_string();
    let line = line.replace("cargo run --", &format!("'{workbook}'"));
    let mut runs = (0..5).map(|_| shell(&line));
    // A machine that is too busy proves nothing.
    let run = runs.find(|run| run.status.code() != Some(2));
    let run = run.expect("five runs, and none of them could tell");
    assert_eq!(run.status.code(), Some(0), "{run:?}");
    let said = String::from_utf8(run.stdout).unwrap();
    let said = said.replace(file.to_str().unwrap(), "talk.pcapng");
    let mut differences = String::new();
    let kept = root().join("book/on-the-wire/run.txt");
    let old = std::fs::read_to_string(&kept).unwrap_or_default();
    if crate::mask::mask(&by_writer(&old)) != crate::mask::mask(&by_writer(&said)) {
        compare(&kept, &said, &mut differences);
    }
    if found("tshark") {
        let run = shell(&command("tshark", &file));
        assert!(run.status.success(), "{run:?}");
        let fields = String::from_utf8(run.stdout).unwrap();
        let kept = root().join("book/on-the-wire/tshark.txt");
        compare(&kept, &fields, &mut differences);
    }
    assert!(
        differences.is_empty(),
        "{differences}\nIf this is right: BLESS=1 cargo test --workspace"
    );
}
