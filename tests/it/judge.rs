//! The judge is judged: by every answer that lies in `lessons/*/answers/`.
//!
//! `udp-echo--solution.rs` and `udp-echo--right-*.rs` must pass, whatever the
//! seed. Any other `udp-echo--NAME.rs` is wrong on purpose, and must be told
//! so with the belief of that name; `udp-echo--NAME-in-python.py` is wrong in
//! the same way. Each verdict at seed 1 is a text beside the answer,
//! `udp-echo--NAME.verdict`; `udp-echo.verdict` is what the exercise gets as it
//! is shipped. `BLESS=1` rewrites them.
//!
//! `JUDGE_RUNS=50` judges each answer so often, each time with another seed.

mod abusive;
mod exercises;

use crate::mask::mask;
use crate::recordings::compare;
use crate::workspace::{has_no_wire, lesson, output_within, root};
use exercises::{exercises, folder_of, is_begun, subjects};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, OnceLock};
use std::thread;
use std::time::Duration;

/// How many programs are judged beside each other: they mostly wait.
const BESIDE: usize = 4;

#[test]
fn every_answer_gets_the_verdict_it_deserves() {
    let waiting = Mutex::new(subjects());
    let faults = Mutex::new(String::new());
    thread::scope(|scope| {
        for _ in 0..BESIDE {
            scope.spawn(|| {
                let next = || waiting.lock().unwrap().pop();
                while let Some((exercise, answer)) = next() {
                    let found = faults_of(&exercise, &answer);
                    faults.lock().unwrap().push_str(&found);
                }
            });
        }
    });
    let faults = faults.into_inner().unwrap();
    assert!(faults.is_empty(), "the judge is wrong:\n{faults}");
}

/// What is wrong with the verdicts on one answer.
fn faults_of(exercise: &str, answer: &str) -> String {
    let mut faults = String::new();
    if answer == exercise && is_begun(exercise) {
        eprintln!("NOT CHECKED: {exercise} as it is shipped, for somebody has begun it");
        return faults;
    }
    let wish = wish(exercise, answer);
    for seed in 1..=runs() {
        let number = seed.to_string();
        let run = check(exercise, answer, &["--seed", &number, "--color", "never"]);
        let text = String::from_utf8_lossy(&run.stdout);
        let seen = match run.status.code() {
            Some(0) => "passed".into(),
            Some(1) => cause_in(exercise, &text).unwrap_or("no belief".into()),
            code => format!("exit status {code:?}"),
        };
        // The exercise as it is shipped may fail for any reason but a good one.
        let unfinished = answer == exercise && run.status.code() == Some(1);
        if seen != wish && !unfinished {
            let stderr = String::from_utf8_lossy(&run.stderr);
            writeln!(
                faults,
                "{answer}, seed {seed}: {seen}, not {wish}\n{text}\n{stderr}"
            )
            .unwrap();
        } else if seed == 1 {
            compare_text(exercise, answer, &text, &mut faults);
        }
    }
    faults
}

/// Compares the text of a verdict with the one that is kept.
///
/// The belief is the same each time. How a wrong program fails may differ by
/// who got the processor first: a connection is refused or reset, a line is
/// torn here or there. So a text that differs is asked for again, and one of
/// four has to be the one that was reviewed.
fn compare_text(exercise: &str, answer: &str, text: &str, faults: &mut String) {
    let kept = folder_of(exercise).join(format!("{answer}.verdict"));
    let before = squeezed(&std::fs::read_to_string(&kept).unwrap_or_default());
    let mut text = text.to_string();
    for _ in 0..3 {
        if squeezed(&text) == before {
            return;
        }
        let run = check(exercise, answer, &["--seed", "1", "--color", "never"]);
        text = String::from_utf8_lossy(&run.stdout).into_owned();
    }
    if squeezed(&text) != before {
        compare(&kept, &text, faults);
    }
}

/// The name of the belief that a verdict names in its words.
fn cause_in(exercise: &str, text: &str) -> Option<String> {
    let (_, belief) = text.split_once("\nThe belief that leads here")?;
    let belief = squeezed(belief);
    let exercise = exercises().iter().find(|one| one.name == exercise)?;
    let mut causes = exercise.causes.iter();
    let told = causes.find(|cause| belief.contains(&squeezed(&cause.says)))?;
    Some(told.name.clone())
}

/// The text without white space: a port of four digits breaks lines elsewhere
/// than one of five.
fn squeezed(text: &str) -> String {
    // What its threads do at that moment differs: it may be between two calls.
    let doing = regex::Regex::new(r"(?s)it is alive; .*?(\n\n|\n  last words)").unwrap();
    let text = doing.replace_all(text, "it is alive$1").into_owned();
    let text: String = mask(&text).split_whitespace().collect();
    // A character that is cut into pieces is replaced once or more, by how
    // many of them one read brings.
    let broken = regex::Regex::new(r#"\d+bytes("[^"]*)\u{fffd}+"#).unwrap();
    broken.replace_all(&text, "[N]bytes$1\u{fffd}").into_owned()
}

/// What the judge should say of an answer: `passed`, or the name of a belief.
fn wish(exercise: &str, answer: &str) -> String {
    match answer
        .strip_prefix(exercise)
        .and_then(|rest| rest.strip_prefix("--"))
    {
        // The exercise as it is shipped: that something is left to do is no belief.
        None => "no belief".into(),
        Some(name) if name == "solution" || name.starts_with("right-") => "passed".into(),
        Some(belief) => belief.strip_suffix("-in-python").unwrap_or(belief).into(),
    }
}

#[test]
fn the_programs_of_the_chat_keep_its_rules() {
    let program = lesson("chat");
    let folder = program.parent().unwrap();
    for (exercise, command) in [
        (
            "chat-server",
            "./lesson-chat server --name-within 4 --quiet",
        ),
        ("chat-client", "./lesson-chat client --no-reconnect"),
    ] {
        let run = workbook(&["check", exercise, "--cmd", command], folder);
        let words = String::from_utf8_lossy(&run.stdout);
        assert!(run.status.success(), "{words}");
    }
}

/// Judges an answer by an exercise's rules.
fn check(exercise: &str, answer: &str, options: &[&str]) -> Output {
    let python = folder_of(exercise).join(format!("{answer}.py"));
    let (command, folder) = match python.exists() {
        true => (format!("python3 {answer}.py"), folder_of(exercise)),
        false => (format!("./{answer}"), examples().to_path_buf()),
    };
    let mut words = vec!["check", exercise, "--cmd", &command];
    words.extend(options);
    workbook(&words, &folder)
}

fn workbook(words: &[&str], folder: &Path) -> Output {
    let mut command = crate::workspace::workbook();
    command.args(words).current_dir(folder);
    output_within(&mut command, "", Duration::from_secs(120))
}

/// The folder of the compiled exercises and answers. All are built once.
pub fn examples() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--quiet", "--workspace", "--examples"]);
        cargo.current_dir(root());
        let built = output_within(&mut cargo, "", Duration::from_secs(900));
        let words = String::from_utf8_lossy(&built.stderr);
        assert!(built.status.success(), "cargo build failed:\n{words}");
        Path::new(env!("CARGO_BIN_EXE_workbook")).with_file_name("examples")
    })
}

fn runs() -> u64 {
    let asked = std::env::var("JUDGE_RUNS").ok();
    asked.and_then(|runs| runs.parse().ok()).unwrap_or(1)
}

/// With `--pcap`, the capture holds the very bytes that the verdict shows.
#[test]
fn the_capture_of_a_judged_program_holds_the_bytes_of_the_verdict() {
    if has_no_wire() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("talk.pcapng");
    let options = ["--seed", "1", "--pcap", file.to_str().unwrap()];
    let run = check("udp-echo", "udp-echo--reply-to-first-peer", &options);
    let words = String::from_utf8_lossy(&run.stdout);
    assert_eq!(run.status.code(), Some(1), "{words}");
    let sent = regex::Regex::new(r#"client 2 sends 7 bytes "(\w{7})""#).unwrap();
    let sent = sent.captures(&words).expect("what client 2 sent")[1].to_string();
    let capture = std::fs::read(&file).unwrap();
    assert_eq!(
        &capture[..4],
        b"\x0a\x0d\x0d\x0a",
        "a section header of pcapng"
    );
    let found = capture
        .windows(sent.len())
        .filter(|at| *at == sent.as_bytes());
    // It went to the server, and came back to the wrong client.
    assert_eq!(found.count(), 2, "{words}");
}
