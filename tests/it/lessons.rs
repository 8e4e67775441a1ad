//! What every lesson keeps: its source can be read, its runs can be trusted.

use crate::recordings::experiments;
use crate::workspace::{
    ci, events, events_of, files, lesson, lessons, output, output_within, read, root, wire_refused,
};
use kit::{Event, Status};
use regex::Regex;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

#[test]
fn every_experiment_gives_one_of_its_options_in_every_run() {
    // A lesson mostly waits, so some run beside each other; but not all, or
    // the tests themselves would starve the wire of its processor.
    let waiting = Mutex::new(lessons());
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let next = || waiting.lock().unwrap().pop();
                while let Some(slug) = next() {
                    let names = experiments(&events(&slug, &["--list"], ""));
                    for name in names.iter().cycle().take(names.len() * runs()) {
                        gives_one_of_its_options(&slug, name);
                    }
                }
            });
        }
    });
}

/// How often each experiment is run: more often where nobody waits for it.
fn runs() -> usize {
    if ci() { 50 } else { 20 }
}

fn gives_one_of_its_options(slug: &str, name: &str) {
    let run = events(slug, &[name, "--no-input"], "");
    let Some(Event::End {
        experiment,
        status,
        why,
    }) = run.last().map(|line| &line.event)
    else {
        panic!("{slug} {name} has no end: {run:?}");
    };
    // Only a machine that refuses the wire gets as far as inconclusive.
    let settled = *status == Status::Ok || *status == Status::Inconclusive;
    assert!(settled, "{slug} {name}: {why:?}");
    assert_eq!(experiment, name);
}

#[test]
fn events_are_numbered_without_gaps_and_carry_the_version() {
    for slug in lessons() {
        for (n, line) in events(&slug, &["--no-input"], "").iter().enumerate() {
            assert_eq!((line.v, line.n), (kit::VERSION, n as u64));
        }
    }
}

#[test]
fn every_line_of_source_that_an_event_names_is_a_line_of_the_narrator() {
    for slug in lessons() {
        for line in events(&slug, &["--no-input"], "") {
            let (Event::Call { at, .. } | Event::State { at, .. } | Event::Said { at, .. }) =
                line.event
            else {
                continue;
            };
            let source = read(root().join(&at.file));
            let named = source.lines().nth(at.line as usize - 1).unwrap();
            assert!(
                named.trim().starts_with("me."),
                "{}:{}: {named}",
                at.file,
                at.line
            );
        }
    }
}

/// The narrator is not part of the networking: without its lines a lesson
/// compiles and its kernel makes the same choices.
#[test]
fn a_lesson_without_its_narrator_does_the_same() {
    let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join("without me");
    let _ = fs::remove_dir_all(copy.join("lessons"));
    fs::create_dir_all(&copy).unwrap();
    fs::write(copy.join("Cargo.toml"), workspace_of_lessons()).unwrap();
    fs::copy(root().join("Cargo.lock"), copy.join("Cargo.lock")).unwrap();
    copy_folder(&root().join("lessons"), &copy.join("lessons"));
    let mut deleted = 0;
    for slug in lessons() {
        for file in files(&copy.join("lessons").join(&slug).join("src"), ".rs") {
            let source = read(&file);
            let without = source
                .lines()
                .filter(|line| !line.trim().starts_with("me."));
            let without = without.collect::<Vec<_>>().join("\n") + "\n";
            deleted += source.lines().count() - without.lines().count();
            fs::write(file, without).unwrap();
        }
    }
    assert!(deleted > 0, "no line of a narrator was found");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--offline", "--bins", "--target-dir", "target"]);
    cargo.current_dir(&copy).env("RUSTFLAGS", "-A warnings");
    let built = output_within(&mut cargo, "", Duration::from_secs(900));
    let words = String::from_utf8_lossy(&built.stderr);
    assert!(built.status.success(), "{words}");
    for slug in lessons() {
        let program = copy.join(format!("target/debug/lesson-{slug}"));
        let silent = events_of(&program, &["--no-input"], "");
        let told = events(&slug, &["--no-input"], "");
        assert_eq!(outcomes(&silent), outcomes(&told), "{slug}");
        let calls = silent
            .iter()
            .filter(|line| matches!(line.event, Event::Call { .. }));
        assert_eq!(calls.count(), 0, "{slug} still tells something");
    }
}

/// Root may do what a learner may not; so root's tests run as nobody, too.
#[test]
fn the_wire_needs_no_root() {
    let id = output(Command::new("id").arg("-u"), "").stdout;
    if id != b"0\n" || wire_refused().is_some() {
        eprintln!("NOT CHECKED: this needs root, to run lessons as somebody else");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(&folder, open).unwrap();
    for (slug, name) in [
        ("handshake", "lost-syn"),
        ("closing", "forged-reset"),
        ("multicast", "join"),
    ] {
        let program = folder.path().join(slug);
        fs::copy(lesson(slug), &program).unwrap();
        let mut nobody = Command::new("setpriv");
        nobody
            .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
            .arg(program);
        nobody
            .args([name, "--no-input", "--format", "json"])
            .current_dir("/");
        let run = output(&mut nobody, "");
        let text = String::from_utf8(run.stdout).unwrap();
        let words = String::from_utf8_lossy(&run.stderr).into_owned();
        assert!(
            text.contains("evidence: lab"),
            "{slug} {name}: {words}{text}"
        );
        let settled = text.lines().last().unwrap_or_default();
        assert!(!settled.contains("failed"), "{slug} {name}: {settled}");
    }
}

#[test]
fn a_line_of_the_narrator_is_one_line() {
    for file in sources() {
        for (i, line) in read(&file).lines().enumerate() {
            let line = line.trim();
            let whole = !line.starts_with("me.") || line.ends_with(';');
            assert!(whole, "{}:{}: {line}", file.display(), i + 1);
        }
    }
}

#[test]
fn a_lesson_is_short_and_narrow() {
    for file in sources() {
        let source = read(&file);
        let limit = if file.ends_with("src/main.rs") {
            60
        } else {
            90
        };
        let lines = source.lines().count();
        assert!(
            lines <= limit,
            "{}: {lines} lines, at most {limit}",
            file.display()
        );
        for (i, line) in source.lines().enumerate() {
            let width = line.chars().count();
            assert!(width <= 80, "{}:{}: {width} columns", file.display(), i + 1);
        }
        let header = source.lines().next().unwrap_or_default();
        assert!(
            header.starts_with("//! "),
            "{} has no claim",
            file.display()
        );
    }
}

/// A lesson knows the standard library, socket2, kit, and lab, which joins kit
/// and wire; these two know no lesson and not each other. The chat is a program
/// too: it has a command line, colours, a line editor and signals.
#[test]
fn nobody_knows_whom_it_should_not() {
    let allowed: BTreeMap<&str, &[&str]> = BTreeMap::from([
        (
            "kit",
            &[
                "clap",
                "colored",
                "serde",
                "serde_json",
                "strsim",
                "terminal_size",
                "textwrap",
            ][..],
        ),
        ("wire", &["etherparse", "libc", "socket2", "strsim"][..]),
        ("lab", &["kit", "wire"][..]),
        (
            "lesson-chat",
            &["clap", "colored", "ctrlc", "kit", "rustyline", "socket2"][..],
        ),
    ]);
    for folder in fs::read_dir(root().join("lessons")).unwrap() {
        let manifest = folder.unwrap().path().join("Cargo.toml");
        if !manifest.exists() {
            continue;
        }
        let parsed: toml::Table = read(&manifest).parse().unwrap();
        let name = parsed["package"]["name"].as_str().unwrap().to_string();
        let allowed = allowed.get(&*name).copied();
        let allowed = allowed.unwrap_or(&["kit", "lab", "socket2"]);
        let knows = parsed.get("dependencies").and_then(|d| d.as_table());
        for dependency in knows.into_iter().flat_map(|d| d.keys()) {
            let known = allowed.contains(&&**dependency);
            assert!(known, "{name} must not know {dependency}");
        }
    }
}

#[test]
fn unsafe_code_stands_in_no_file_but_the_system_module_of_the_wire() {
    let code = Regex::new(r"\bunsafe\s*(\{|fn\b|impl\b|extern\b|trait\b)").unwrap();
    let folders = ["lessons", "src", "tests"].map(|folder| root().join(folder));
    for file in folders.iter().flat_map(|folder| files(folder, ".rs")) {
        let source = read(&file);
        // The scenarios of the wire install a seccomp filter, to be refused.
        let place = file.to_string_lossy();
        let allowed = [
            "lessons/wire/src/sys.rs",
            "lessons/wire/src/sys/",
            "lessons/wire/examples/wire-scenarios/refused.rs",
        ];
        let allowed = allowed.iter().any(|part| place.contains(part));
        let found = code.is_match(&source);
        assert!(allowed || !found, "{}", file.display());
    }
}

fn outcomes(lines: &[kit::Line]) -> Vec<Option<String>> {
    let mut keys = Vec::new();
    for line in lines {
        if let Event::Outcome { key, .. } = &line.event {
            keys.push(key.clone());
        }
    }
    keys
}

/// The Rust sources of the lessons themselves, without kit and wire.
fn sources() -> Vec<PathBuf> {
    let folder = |slug: &String| root().join("lessons").join(slug).join("src");
    lessons()
        .iter()
        .flat_map(|slug| files(&folder(slug), ".rs"))
        .collect()
}

/// The workspace's manifest without the root package: the lessons alone.
fn workspace_of_lessons() -> String {
    let manifest: toml::Table = read(root().join("Cargo.toml")).parse().unwrap();
    let mut alone = toml::Table::new();
    for part in ["workspace", "profile"] {
        alone.insert(part.into(), manifest[part].clone());
    }
    alone.to_string()
}

pub fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_folder(&path, &to);
        } else {
            fs::copy(&path, &to).unwrap();
        }
    }
}
