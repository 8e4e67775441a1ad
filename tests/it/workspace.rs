//! Where things are, and how a test runs a program: with a deadline.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::Duration;
use wait_timeout::ChildExt;

/// How long a program may take before the test that runs it fails.
pub const DEADLINE: Duration = Duration::from_secs(60);

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

/// Runs a program with `input` on its standard input and returns what it did.
pub fn output(command: &mut Command, input: &str) -> Output {
    output_within(command, input, DEADLINE)
}

/// [`output`] with a deadline of its own. A program that misses it is killed.
pub fn output_within(command: &mut Command, input: &str, deadline: Duration) -> Output {
    command.stdin(Stdio::piped());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command
        .spawn()
        .unwrap_or_else(|e| panic!("{command:?}: {e}"));
    let mut stdin = child.stdin.take().unwrap();
    // A program that does not read its input closes it; that is its right.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let mut out = child.stdout.take().unwrap();
    let mut err = child.stderr.take().unwrap();
    let reading = |source: &mut dyn Read| {
        let mut bytes = Vec::new();
        source.read_to_end(&mut bytes).map(|_| bytes)
    };
    let out = thread::spawn(move || reading(&mut out));
    let err = thread::spawn(move || reading(&mut err));
    let status = child.wait_timeout(deadline).unwrap();
    if status.is_none() {
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let stdout = out.join().unwrap().unwrap();
    let stderr = err.join().unwrap().unwrap();
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
pub fn events(slug: &str, args: &[&str], answers: &str) -> Vec<kit::Line> {
    let mut command = Command::new(lesson(slug));
    command.args(["--format", "json"]).args(args);
    let run = output(&mut command, answers);
    let words = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{command:?}: {}\n{words}", run.status);
    assert_eq!(words, "", "{command:?} wrote to standard error");
    parse(&String::from_utf8(run.stdout).unwrap())
}

/// The events in JSON Lines.
pub fn parse(lines: &str) -> Vec<kit::Line> {
    let parse = |line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
    lines.lines().map(parse).collect()
}

/// A text file.
pub fn read(path: impl AsRef<Path>) -> String {
    let path = path.as_ref();
    std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// All files below a folder that end in `ending`.
pub fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.to_string_lossy().ends_with(ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}
