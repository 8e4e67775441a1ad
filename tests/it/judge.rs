//! The judge is judged: by every answer that lies in `lessons/*/answers/`.
//!
//! `udp-echo--solution.rs` and `udp-echo--right-*.rs` must pass, whatever the
//! seed. Any other `udp-echo--NAME.rs` is wrong on purpose, and must be told
//! so with the belief of that name. Each verdict at seed 1 is a text beside
//! the answer, `udp-echo--NAME.verdict`; `udp-echo.verdict` is what the
//! exercise gets as it is shipped. `BLESS=1` rewrites them.
//!
//! `JUDGE_RUNS=50` judges each answer so often, each time with another seed.

use crate::mask::mask;
use crate::recordings::compare;
use crate::workspace::{files, output_within, read, root};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, OnceLock};
use std::thread;
use std::time::Duration;

/// How many programs are judged beside each other: they mostly wait.
const BESIDE: usize = 4;

/// An exercise, as the judge itself lists its rules.
struct Exercise {
    name: String,
    lesson: String,
    about: String,
    rules: Vec<String>,
    causes: Vec<Cause>,
}

/// A belief that the checks of an exercise can tell from others.
struct Cause {
    name: String,
    says: String,
    /// The lesson and the experiment that show what is true.
    see: String,
}

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

#[test]
fn every_belief_of_an_exercise_has_a_wrong_answer_and_an_experiment() {
    let answers: Vec<String> = subjects().into_iter().map(|(_, answer)| answer).collect();
    for Exercise { name, causes, .. } in exercises() {
        for cause in causes {
            let ending = format!("--{}", cause.name);
            let held = answers.iter().any(|answer| answer.ends_with(&ending));
            assert!(held, "{name}: no answer believes {}", cause.name);
            let shown = root().join(format!("book/recordings/{}.jsonl", cause.see));
            assert!(shown.exists(), "{name}: no experiment {}", cause.see);
        }
    }
}

/// The text without white space: a port of four digits breaks lines elsewhere
/// than one of five.
fn squeezed(text: &str) -> String {
    // What its threads do at that moment differs: it may be between two calls.
    let doing = regex::Regex::new(r"(?s)it is alive \([^)]*\)").unwrap();
    let text = doing.replace_all(text, "it is alive").into_owned();
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
        Some(belief) => belief.into(),
    }
}

#[test]
fn every_exercise_has_its_answers() {
    let mut answers: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (exercise, answer) in subjects() {
        answers
            .entry(exercise.clone())
            .or_default()
            .push(wish(&exercise, &answer));
    }
    for Exercise { name, .. } in exercises() {
        let wishes = &answers[name];
        let count = |of: &dyn Fn(&str) -> bool| wishes.iter().filter(|wish| of(wish)).count();
        assert!(
            count(&|wish| wish == "passed") >= 2,
            "{name}: a solution and an odd but right one"
        );
        let wrong = count(&|wish| wish != "passed" && wish != "no belief");
        assert!(wrong >= 3, "{name}: three wrong answers, not {wrong}");
        assert_eq!(
            count(&|wish| wish == "no belief"),
            1,
            "{name}: the exercise itself"
        );
    }
    // No answer without an exercise.
    assert_eq!(answers.len(), exercises().len(), "{:?}", answers.keys());
}

#[test]
fn the_page_of_every_exercise_shows_its_rules() {
    let mut differences = String::new();
    for Exercise {
        name,
        lesson,
        about,
        rules,
        ..
    } in exercises()
    {
        let page = read(root().join(format!("book/exercises/{name}.md")));
        let include = format!("{{{{#include ../recordings/exercises/{name}.md}}}}");
        assert!(
            page.contains(&include),
            "book/exercises/{name}.md lacks {include}"
        );
        let chapter = read(root().join(format!("book/{lesson}.md")));
        let link = format!("(exercises/{name}.md)");
        assert!(
            chapter.contains(&link),
            "book/{lesson}.md has no link {link}"
        );
        let verdict = read(folder_of(name).join(format!("{name}.verdict")));
        let mut block = format!(
            "<section class=\"exercise\" data-exercise=\"{name}\" aria-label=\"Exercise: {name}\">\n\n\
             {about}\n\n```console\n$ cargo run -- check {name}\n```\n\n\
             The judge tries these rules, in this order:\n\n"
        );
        for rule in rules {
            writeln!(block, "1. {rule}").unwrap();
        }
        write!(
            block,
            "\n<details class=\"recorded\"><summary>What it says of the exercise as it is shipped</summary>\n\n\
             ```text\n{verdict}```\n\n</details>\n</section>\n"
        )
        .unwrap();
        let kept = root().join(format!("book/recordings/exercises/{name}.md"));
        compare(&kept, &block, &mut differences);
    }
    assert!(
        differences.is_empty(),
        "{differences}\nIf it is right: BLESS=1"
    );
}

#[test]
fn the_programs_of_the_chat_keep_its_rules() {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--package", "lesson-chat", "--bins"]);
    let built = output_within(cargo.current_dir(root()), "", Duration::from_secs(900));
    assert!(built.status.success(), "cargo build failed");
    let folder = Path::new(env!("CARGO_BIN_EXE_workbook")).parent().unwrap();
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

/// All answers and the shipped exercises, with the exercise they belong to.
fn subjects() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for Exercise { name, lesson, .. } in exercises() {
        found.push((name.clone(), name.clone()));
        let stub = root().join(format!("lessons/{lesson}/exercises/{name}.rs"));
        assert!(stub.exists(), "{}", stub.display());
    }
    for folder in answer_folders() {
        for file in files(&folder, ".rs").iter().chain(&files(&folder, ".py")) {
            let answer = file.file_stem().unwrap().to_string_lossy().into_owned();
            let exercise = answer.split("--").next().unwrap().to_string();
            let python = file.extension().is_some_and(|ending| ending == "py");
            if python && Command::new("python3").arg("-V").output().is_err() {
                eprintln!("NOT CHECKED: {answer}: there is no python3");
                continue;
            }
            found.push((exercise, answer));
        }
    }
    found
}

fn answer_folders() -> Vec<PathBuf> {
    let mut folders: Vec<_> = exercises()
        .iter()
        .map(|one| root().join(format!("lessons/{}/answers", one.lesson)))
        .collect();
    folders.dedup();
    folders
}

fn folder_of(exercise: &str) -> PathBuf {
    let lesson = exercises().iter().find(|one| one.name == exercise);
    let lesson = &lesson.expect("a known exercise").lesson;
    root().join(format!("lessons/{lesson}/answers"))
}

/// The exercises, as `workbook check` names them.
fn exercises() -> &'static [Exercise] {
    static LISTED: OnceLock<Vec<Exercise>> = OnceLock::new();
    LISTED.get_or_init(|| {
        let list = workbook(&["check", "--format", "json"], root());
        let list = String::from_utf8(list.stdout).unwrap();
        list.lines()
            .map(|line| {
                let line: Value = serde_json::from_str(line).unwrap();
                let text = |key: &str| line[key].as_str().unwrap().to_string();
                let rules = line["rules"].as_array().unwrap();
                let causes = line["causes"].as_array().unwrap();
                let cause = |cause: &Value| {
                    let text = |key: &str| cause[key].as_str().unwrap().to_string();
                    Cause {
                        name: text("name"),
                        says: text("says"),
                        see: format!("{}/{}", text("lesson"), text("experiment")),
                    }
                };
                Exercise {
                    name: text("exercise"),
                    lesson: text("lesson"),
                    about: text("about"),
                    rules: rules
                        .iter()
                        .map(|rule| rule.as_str().unwrap().into())
                        .collect(),
                    causes: causes.iter().map(cause).collect(),
                }
            })
            .collect()
    })
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
    let mut command = Command::new(env!("CARGO_BIN_EXE_workbook"));
    command.args(words).current_dir(folder);
    command.env("WORKBOOK_STATE", "off");
    output_within(&mut command, "", Duration::from_secs(120))
}

/// The folder of the compiled exercises and answers. All are built once.
fn examples() -> &'static Path {
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
    if let Some(why) = crate::workspace::wire_refused() {
        eprintln!("NOT CHECKED: captures of the judge: {why}");
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

/// What a learner can always go back to is what was shipped.
#[test]
fn every_exercise_is_kept_as_it_is_shipped() {
    let bless = std::env::var_os("BLESS").is_some_and(|value| value == "1");
    let ci = std::env::var_os("CI").is_some_and(|value| !value.is_empty());
    for Exercise { name, lesson, .. } in exercises() {
        let (file, shipped) = files_of(name, lesson);
        if bless {
            std::fs::create_dir_all(shipped.parent().unwrap()).unwrap();
            std::fs::copy(&file, &shipped).unwrap();
        }
        let shown = shipped.display();
        assert!(shipped.exists(), "there is no {shown}; BLESS=1 makes it");
        assert!(
            !ci || !is_begun(name),
            "{shown} is another; BLESS=1 mends it"
        );
    }
}

/// Whether a learner has edited the exercise; then it is theirs.
fn is_begun(exercise: &str) -> bool {
    let one = exercises().iter().find(|one| one.name == exercise);
    let (file, shipped) = files_of(exercise, &one.unwrap().lesson);
    let bytes = |file| std::fs::read(file).ok();
    shipped.exists() && bytes(file) != bytes(shipped)
}

/// The file of an exercise, and the same as it is shipped.
fn files_of(name: &str, lesson: &str) -> (PathBuf, PathBuf) {
    let folder = root().join("lessons").join(lesson).join("exercises");
    let file = format!("{name}.rs");
    (folder.join(&file), folder.join("as-shipped").join(file))
}

/// Programs that a judge must survive: each gets a verdict soon, nothing raw
/// of what it wrote reaches the terminal, and nothing of it lives on.
#[test]
fn no_program_makes_the_judge_hang_panic_or_print_what_it_should_not() {
    let folder = tempfile::tempdir().unwrap();
    let abusive = [
        ("exits at once", "true", "exit status 0"),
        ("is not there", "./no-such-program", "exit status 127"),
        (
            "says something else",
            "echo hello; exec sleep 77",
            "\"hello",
        ),
        (
            "prints escapes",
            "printf '\\033[2J\\033]0;x\\007\\n'; exit 3",
            "exit status 3",
        ),
        ("floods its output", "exec yes", "10,000 other lines"),
        ("floods both", "yes >&2 & exec yes", "10,000 other lines"),
        (
            "never ends its line",
            "exec tr '\\000' x </dev/zero",
            "only \"xxx",
        ),
        (
            "closes its output",
            "exec >&-; exec sleep 77",
            "the end of its output",
        ),
        (
            "listens elsewhere",
            "echo listening on 10.0.0.1:4000; exec sleep 77",
            "not the address",
        ),
        (
            "listens nowhere",
            "echo listening on 127.0.0.1:1; exec sleep 77",
            "nothing",
        ),
        (
            "leaves others behind",
            "sleep 77 & setsid sleep 77 & exit 1",
            "exit status 1",
        ),
        ("dies by a signal", "kill -SEGV $$", "signal 11"),
        ("multiplies", "f() { sleep 77 & f; }; f", "processes"),
    ];
    thread::scope(|scope| {
        for (what, script, told) in abusive {
            let file = folder.path().join(format!("{}.sh", what.replace(' ', "-")));
            std::fs::write(&file, script).unwrap();
            scope.spawn(move || {
                let command = format!("sh {}", file.display());
                let run = workbook(
                    &["check", "udp-echo", "--cmd", &command, "--color", "never"],
                    root(),
                );
                let text = String::from_utf8_lossy(&run.stdout);
                assert_eq!(run.status.code(), Some(1), "{what}: {text}");
                let raw = |c: char| c.is_control() && c != '\n';
                assert!(!text.contains(raw), "{what}: {text:?}");
                assert!(text.contains(told), "{what}: {text}");
                assert_eq!(String::from_utf8_lossy(&run.stderr), "", "{what}");
            });
        }
    });
    let mine = folder.path().to_string_lossy().into_owned();
    let alive = processes().into_iter().filter(|line| line.contains(&mine));
    assert_eq!(alive.collect::<Vec<_>>(), Vec::<String>::new());
}

/// The command lines of all processes.
fn processes() -> Vec<String> {
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    entries
        .filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok())
        .map(|line| String::from_utf8_lossy(&line).replace('\0', " "))
        .collect()
}
