//! Where things are, and how a test runs a program: with a deadline.

use std::ffi::OsStr;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{OnceLock, mpsc};
use std::thread;
use std::time::Duration;
use wait_timeout::ChildExt;

/// How long a program may take before the test that runs it fails.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// Whether the machine is one where every tool and namespace has to be there.
pub fn ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| !value.is_empty())
}

/// Whether what is kept is written anew, not compared.
pub fn is_blessing() -> bool {
    std::env::var_os("BLESS").is_some_and(|value| value == "1")
}

/// The root of the workspace.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The slugs of all lessons, from the folders under `lessons/`.
pub fn lessons() -> Vec<String> {
    let mut slugs: Vec<String> = std::fs::read_dir(root().join("lessons"))
        .expect("the folder lessons/ can be read")
        .map(|entry| entry.expect("an entry can be read").path())
        .filter(|folder| folder.join("Cargo.toml").exists())
        .filter(|folder| {
            let manifest = read(folder.join("Cargo.toml"));
            manifest.contains("name = \"lesson-")
        })
        .map(|folder| folder.file_name().unwrap().to_string_lossy().into())
        .collect();
    slugs.sort();
    slugs
}

/// The program of a lesson. All are built once, with the same features as
/// the tests themselves, so that nothing is compiled twice.
pub fn lesson(slug: &str) -> PathBuf {
    static BUILT: OnceLock<()> = OnceLock::new();
    BUILT.get_or_init(|| {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--quiet", "--workspace", "--bins"]);
        cargo.current_dir(root());
        let built = output_within(&mut cargo, "", Duration::from_secs(900));
        let words = String::from_utf8_lossy(&built.stderr);
        assert!(built.status.success(), "cargo build failed:\n{words}");
    });
    Path::new(env!("CARGO_BIN_EXE_workbook")).with_file_name(format!("lesson-{slug}"))
}

/// The command `workbook`, which keeps nothing of what a test does.
pub fn workbook() -> Command {
    unkept(env!("CARGO_BIN_EXE_workbook"))
}

/// A program that finds no diary, so that what a test does is not taken for
/// what the learner did.
pub fn unkept(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.env(kit::diary::VARIABLE, "off");
    command
}

/// Turns the diary of a program off, unless the test has named one.
pub fn keep_no_diary(command: &mut Command) {
    let keeps = |(name, _): (&OsStr, _)| name == kit::diary::VARIABLE;
    if !command.get_envs().any(keeps) {
        command.env(kit::diary::VARIABLE, "off");
    }
}

/// Runs a program with `input` on its standard input and returns what it did.
pub fn output(command: &mut Command, input: &str) -> Output {
    output_within(command, input, DEADLINE)
}

/// [`output`] with a deadline of its own. A program that misses it is killed.
pub fn output_within(command: &mut Command, input: &str, deadline: Duration) -> Output {
    keep_no_diary(command);
    command.stdin(Stdio::piped());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command
        .spawn()
        .unwrap_or_else(|e| panic!("{command:?}: {e}"));
    let mut stdin = child.stdin.take().unwrap();
    // A program that does not read its input closes it; that is its right.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    // A child of it may hold the pipe for longer than it lives.
    let reading = |mut source: Box<dyn Read + Send>| {
        let (sender, all) = mpsc::channel();
        thread::spawn(move || {
            let mut bytes = Vec::new();
            let read = source.read_to_end(&mut bytes).map(|_| bytes);
            drop(sender.send(read));
        });
        move || match all.recv_timeout(deadline) {
            Ok(read) => read.unwrap(),
            Err(_) => b"(somebody still holds this pipe)".to_vec(),
        }
    };
    let out = reading(Box::new(child.stdout.take().unwrap()));
    let err = reading(Box::new(child.stderr.take().unwrap()));
    let status = child.wait_timeout(deadline).unwrap();
    if status.is_none() {
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let (stdout, stderr) = (out(), err());
    match status {
        Some(status) => Output {
            status,
            stdout,
            stderr,
        },
        None => panic!(
            "{command:?} was still running after {deadline:?}\n{}\n{}",
            String::from_utf8_lossy(&stdout),
            String::from_utf8_lossy(&stderr)
        ),
    }
}

/// The events of a run in JSON mode, with `answers` on standard input.
///
/// A run that was disturbed says "inconclusive, run it again", and is run
/// again, six times at most: a busy machine is no failure, and a wrong
/// outcome is never forgiven. Where the wire is refused, that stands.
pub fn events(slug: &str, args: &[&str], answers: &str) -> Vec<kit::Line> {
    events_of(&lesson(slug), args, answers)
}

/// [`events`] of a lesson that was built somewhere else.
pub fn events_of(program: &Path, args: &[&str], answers: &str) -> Vec<kit::Line> {
    let mut command = Command::new(program);
    command.args(["--format", "json"]).args(args);
    for _ in 0..6 {
        let run = output(&mut command, answers);
        let words = String::from_utf8_lossy(&run.stderr);
        assert_eq!(words, "", "{command:?} wrote to standard error");
        let lines = parse(&String::from_utf8(run.stdout).unwrap());
        let inconclusive = lines.iter().any(is_inconclusive);
        if run.status.success() || inconclusive && wire_refused().is_some() {
            return lines;
        }
        assert!(
            inconclusive,
            "{command:?}: {}\n{:#?}",
            run.status,
            lines.last()
        );
        eprintln!("{command:?} was inconclusive, and is run again");
    }
    panic!("{command:?} was inconclusive six times in a row");
}

/// Whether an event ends an experiment that settled nothing.
pub fn is_inconclusive(line: &kit::Line) -> bool {
    let kit::Event::End { status, .. } = &line.event else {
        return false;
    };
    *status == kit::Status::Inconclusive
}

/// Why this machine refuses the wire, if it does, in the doctor's words.
pub fn wire_refused() -> Option<&'static str> {
    static ANSWER: OnceLock<Option<String>> = OnceLock::new();
    let answer = ANSWER.get_or_init(|| {
        let mut probe = workbook();
        let answer = output(probe.arg("probe-wire"), "").stdout;
        match wire::probe::read(&String::from_utf8_lossy(&answer)) {
            Some(Ok(())) => None,
            Some(Err(refusal)) => Some(format!("{refusal}. {}", refusal.remedy())),
            None => Some("the probe gave no answer".into()),
        }
    });
    let must = std::env::var_os("WIRE_MUST_RUN").is_some();
    assert!(answer.is_none() || !must, "the wire is refused: {answer:?}");
    answer.as_deref()
}

/// Whether there is no wire here, which is said; under CI there has to be one.
pub fn has_no_wire() -> bool {
    if let Some(why) = wire_refused() {
        assert!(!ci(), "there is no wire here: {why}");
        eprintln!("NOT CHECKED: there is no wire here: {why}");
    }
    wire_refused().is_some()
}

/// The command lines of all processes in whose environment these words stand.
pub fn living(words: &str) -> Vec<String> {
    let text = |file: PathBuf| {
        let bytes = std::fs::read(file).unwrap_or_default();
        String::from_utf8_lossy(&bytes).replace('\0', " ")
    };
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    let folders = entries.map(|entry| entry.path());
    let marked = folders.filter(|folder| text(folder.join("environ")).contains(words));
    marked.map(|folder| text(folder.join("cmdline"))).collect()
}

/// The events in JSON Lines.
pub fn parse(lines: &str) -> Vec<kit::Line> {
    let parse = |line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
    lines.lines().map(parse).collect()
}

/// The exercises of a lesson, by the files that the judge begins with.
pub fn exercises(slug: &str) -> Vec<String> {
    let shipped = root().join(format!("lessons/{slug}/exercises/as-shipped"));
    if !shipped.is_dir() {
        return Vec::new();
    }
    let stubs = files(&shipped, ".rs");
    let stem = |file: &PathBuf| file.file_stem().unwrap().to_string_lossy().into();
    stubs.iter().map(stem).collect()
}

/// A text file.
pub fn read(path: impl AsRef<Path>) -> String {
    let path = path.as_ref();
    std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// All files of ours below a folder that end in `ending`.
pub fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.ends_with("node_modules") {
            continue;
        }
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.to_string_lossy().ends_with(ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}
