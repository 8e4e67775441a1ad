//! Recorded runs: what the book shows was seen in a run, and still is.
//!
//! For each experiment a run is kept as JSON Lines in `book/recordings/`, and
//! from it the block that the page includes is made, see `block`.
//! The test runs the experiment again and compares; `BLESS=1` writes instead.

use crate::block::{block, options};
use crate::mask::mask;
use crate::workspace::{events, is_blessing, is_inconclusive, lessons, read, root, wire_refused};
use kit::{Event, Line, Terminal};
use similar::TextDiff;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::sync::Mutex;
use std::thread;

/// Experiments whose outcome is a fact about the machine or its user: what
/// they may do, which protocols they have, how they store a number.
const BY_MACHINE: &[&str] = &[
    "sockets/both-families",
    "sockets/byte-order",
    "sockets/localhost",
    "sockets/special-ports",
    "types/handcrafted",
    "types/raw-copy",
    "types/three-messages",
];

#[test]
fn every_recorded_run_still_happens() {
    colored::control::set_override(false);
    // A lesson mostly waits, so some run beside each other.
    let waiting = Mutex::new(lessons());
    let differences = Mutex::new(String::new());
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let next = || waiting.lock().unwrap().pop();
                while let Some(slug) = next() {
                    let found = compare_lesson(&slug);
                    differences.lock().unwrap().push_str(&found);
                }
            });
        }
    });
    let mut differences = differences.into_inner().unwrap();
    // The page of beliefs is made from the blocks, as they are now.
    let beliefs = root().join("book/recordings/beliefs.md");
    compare(&beliefs, &crate::beliefs::page(), &mut differences);
    assert!(
        differences.is_empty(),
        "what runs show is not what the book shows:\n{differences}\n\
         If the runs are right: BLESS=1 cargo test --workspace"
    );
}

/// What differs between the recordings of a lesson and its runs now.
fn compare_lesson(slug: &str) -> String {
    let mut differences = String::new();
    let list = events(slug, &["--list"], "");
    let folder = root().join("book/recordings").join(slug);
    compare(
        &folder.join("list.jsonl"),
        &json_lines(&list),
        &mut differences,
    );
    for name in experiments(&list) {
        let run = events(slug, &[&name, "--no-input"], "");
        if run.iter().any(is_inconclusive) {
            let why = wire_refused().unwrap_or("it was inconclusive");
            eprintln!("NOT CHECKED: {slug}/{name}: {why}");
            continue;
        }
        let kept = folder.join(format!("{name}.jsonl"));
        if let Some(other) = other_machine(slug, &name, &run, &kept) {
            eprintln!("NOT CHECKED: {slug}/{name}: here {other}, so its recording stands");
            continue;
        }
        compare(&kept, &json_lines(&run), &mut differences);
        // The page's block is made from the run that is kept, so that both
        // stay the same as long as the run means the same.
        let run = if kept.exists() {
            crate::workspace::parse(&read(&kept))
        } else {
            run
        };
        let block = block(slug, &name, &run, &beliefs(slug, &name, &run));
        compare(&folder.join(format!("{name}.md")), &block, &mut differences);
    }
    differences
}

#[test]
fn no_recording_is_left_over() {
    for slug in lessons() {
        let names = experiments(&events(&slug, &["--list"], ""));
        for file in crate::workspace::files(&root().join("book/recordings").join(&slug), "") {
            let stem = file.file_stem().unwrap().to_string_lossy().into_owned();
            let known = stem == "list" || names.contains(&stem);
            assert!(known, "{} belongs to no experiment", file.display());
        }
    }
}

/// The README shows a whole run with its prediction, as a terminal does.
#[test]
fn the_readme_shows_a_run_that_still_happens() {
    colored::control::set_override(false);
    let readme = read(root().join("README.md"));
    let block = regex::Regex::new(r"(?s)<!-- recorded: (\w+) (\S+) (\w+) -->\n```text\n(.*?)```\n");
    let block = block.unwrap().captures(&readme).expect("a recorded run");
    let (slug, name, answer) = (&block[1], &block[2], &block[3]);
    let mut terminal = Terminal::default();
    let mut seen = String::new();
    for line in events(slug, &[name], &format!("{answer}\n")) {
        let shown = terminal.render(&line.event);
        if !matches!(line.event, Event::Lesson { .. }) {
            seen += &shown;
        }
    }
    let kept = block.get(4).unwrap();
    let mut whole = readme.clone();
    whole.replace_range(kept.range(), seen.trim_start_matches('\n'));
    let mut differences = String::new();
    compare(&root().join("README.md"), &whole, &mut differences);
    assert!(differences.is_empty(), "{differences}");
}

/// The names of the experiments that `--list` lists.
pub fn experiments(list: &[Line]) -> Vec<String> {
    let listed = list.iter().find_map(|line| match &line.event {
        Event::Lesson { experiments, .. } => Some(experiments),
        _ => None,
    });
    let listed = listed.expect("--list begins with the lesson");
    listed.iter().map(|e| e.name.clone()).collect()
}

/// What a machine unlike the one of the recording chose, if it did.
fn other_machine(slug: &str, name: &str, run: &[Line], kept: &Path) -> Option<String> {
    let listed = BY_MACHINE.contains(&&*format!("{slug}/{name}"));
    if !listed || !kept.exists() {
        return None;
    }
    let here = chosen(run).expect("every run of a lesson has an outcome");
    let kept = crate::workspace::parse(&read(kept));
    (chosen(&kept) != Some(here)).then(|| here.clone())
}

/// The key of the option that the kernel chose.
pub fn chosen(run: &[Line]) -> Option<&String> {
    run.iter().find_map(|line| match &line.event {
        Event::Outcome { key, .. } => key.as_ref(),
        _ => None,
    })
}

/// Compares what is kept with what was seen, or keeps it under `BLESS=1`.
pub fn compare(kept: &Path, seen: &str, differences: &mut String) {
    let old = std::fs::read_to_string(kept).unwrap_or_default();
    if old == seen || mask(&old) == mask(seen) {
        return;
    }
    if is_blessing() {
        std::fs::create_dir_all(kept.parent().unwrap()).unwrap();
        std::fs::write(kept, seen).unwrap();
        return;
    }
    let (old, new) = (mask(&old), mask(seen));
    let diff = TextDiff::from_lines(&old, &new);
    let name = kept.strip_prefix(root()).unwrap().to_string_lossy();
    let diff = diff.unified_diff().header(&name, "seen now").to_string();
    differences.push_str(&diff);
}

fn json_lines(lines: &[Line]) -> String {
    let mut text = String::new();
    for line in lines {
        writeln!(text, "{}", serde_json::to_string(line).unwrap()).unwrap();
    }
    text
}

/// For each option, the name of the belief that a run explains after that guess.
fn beliefs(slug: &str, name: &str, run: &[Line]) -> BTreeMap<String, String> {
    let mut beliefs = BTreeMap::new();
    for option in options(run) {
        let answers = format!("{}\n", option.key);
        for line in events(slug, &[name], &answers) {
            if let Event::Explained { belief, .. } = line.event {
                beliefs.insert(option.key.clone(), belief);
            }
        }
    }
    beliefs
}
