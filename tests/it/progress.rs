//! `workbook progress` and `workbook review`: read from a diary that the
//! test wrote, and at a terminal from what a lesson writes itself.

use crate::diary::deeds;
use crate::terminal::Typing;
use crate::workspace::{lesson, output, workbook};
use kit::diary::{Deed, Diary, Entry, Source, VARIABLE, VERSION, now_ms};
use serde_json::Value;
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use tempfile::TempDir;

const DAY: u64 = 24 * 60 * 60 * 1000;

#[test]
fn who_has_done_nothing_is_sent_to_the_first_chapter() {
    let folder = tempfile::tempdir().unwrap();
    let text = said(folder.path(), &["progress"]);
    assert!(
        text.contains(" 1  sockets    ···········        0 of 11"),
        "{text}"
    );
    assert!(text.contains("\n0 of "), "{text}");
    let next = "\nNext, begin the chapter \"What a socket is\":\n  cargo run -p lesson-sockets\n";
    assert!(text.ends_with(next), "{text}");
    assert!(!folder.path().join("diary.jsonl").exists());
}

#[test]
fn bars_and_words_say_the_same_about_each_prediction() {
    let folder = tempfile::tempdir().unwrap();
    // The last one counts; a run that settled nothing takes nothing away.
    for (experiment, happened) in [
        ("echo", Some("b")),
        ("echo", Some("a")),
        ("boundaries", Some("b")),
        ("boundaries", None),
        ("empty", None),
    ] {
        predicted(folder.path(), "udp", experiment, happened, now_ms());
    }
    let text = said(folder.path(), &["progress"]);
    assert!(
        text.contains(" 7  udp        █▒·······          3 of 9, 1 right"),
        "{text}"
    );
    assert!(text.contains(" predictions made, 1 right"), "{text}");
    assert!(text.contains("comes again in 1 day."), "{text}");
    assert!(
        text.ends_with("  cargo run -p lesson-udp -- truncation\n"),
        "{text}"
    );

    let text = said(folder.path(), &["progress", "--ascii"]);
    assert!(text.contains("  #x.......  "), "{text}");
    assert!(text.is_ascii());

    let json = said(folder.path(), &["progress", "--format", "json"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["v"], 1);
    let udp = &json["chapters"][6];
    assert_eq!((&udp["number"], &udp["lesson"]), (&7.into(), &"udp".into()));
    let states: Vec<_> = (0..4)
        .map(|i| &udp["experiments"][i]["prediction"])
        .collect();
    assert_eq!(states, ["right", "wrong", "open", "unsettled"]);
    assert_eq!(
        json["next"]["command"],
        "cargo run -p lesson-udp -- truncation"
    );
}

#[test]
fn a_narrow_terminal_gets_short_lines_with_the_same_words() {
    let folder = tempfile::tempdir().unwrap();
    predicted(folder.path(), "udp", "echo", Some("b"), now_ms());
    let program = workbook().get_program().to_string_lossy().into_owned();
    let line = format!(
        "sh -c \"stty rows 24 cols 40; TERM=xterm NO_COLOR=1 {VARIABLE}='{}' '{program}' progress\"",
        folder.path().display()
    );
    let mut typing = Typing::at(&line);
    typing.wait_for("predictions: 1 of 9, 0 right");
    typing.wait_for("Next, ");
    typing.wait_for("-- boundaries");
    assert!(typing.ends().success());
    let long = typing.seen.lines().find(|line| line.chars().count() > 40);
    assert_eq!(long, None);
    assert!(!typing.seen.contains('\x1b'));
}

#[test]
fn a_diary_that_is_torn_or_off_is_said() {
    let folder = tempfile::tempdir().unwrap();
    predicted(folder.path(), "udp", "echo", Some("b"), now_ms());
    let diary = folder.path().join("diary.jsonl");
    let whole = fs::read_to_string(&diary).unwrap();
    let torn = &whole[..20];
    fs::write(&diary, format!("{torn}\n{whole}{torn}")).unwrap();
    let mut command = workbook();
    let run = output(command.arg("progress").env(VARIABLE, folder.path()), "");
    let words = String::from_utf8(run.stderr).unwrap();
    assert_eq!(
        words,
        "workbook: the diary has 2 lines cut off in the middle; skipped\n"
    );
    let text = String::from_utf8(run.stdout).unwrap();
    assert!(text.contains("1 of 9, 0 right"), "{text}");

    let off = output(workbook().arg("progress"), "");
    let text = String::from_utf8(off.stdout).unwrap();
    assert!(text.contains("No diary is kept"), "{text}");
    assert_eq!(off.status.code(), Some(0));
}

#[test]
fn a_diary_that_cannot_be_read_is_an_error_with_its_name() {
    let folder = tempfile::tempdir().unwrap();
    // It would be read for ever.
    std::os::unix::fs::symlink("/dev/zero", folder.path().join("diary.jsonl")).unwrap();
    for command in ["progress", "review"] {
        let mut program = workbook();
        let run = output(program.arg(command).env(VARIABLE, folder.path()), "");
        let words = String::from_utf8(run.stderr).unwrap();
        assert!(words.contains("cannot read "), "{words}");
        assert_eq!(run.status.code(), Some(2));
    }
}

#[test]
fn what_went_wrong_is_due_a_day_later() {
    let folder = tempfile::tempdir().unwrap();
    let text = said(folder.path(), &["review"]);
    assert!(text.contains("you have made no prediction yet"), "{text}");

    predicted(folder.path(), "udp", "echo", Some("a"), now_ms());
    let text = said(folder.path(), &["review"]);
    assert!(text.contains("no prediction of yours waits"), "{text}");

    predicted(folder.path(), "udp", "boundaries", Some("b"), now_ms());
    let text = said(folder.path(), &["review"]);
    assert!(
        text.contains("The next one, udp boundaries, comes in 1 day"),
        "{text}"
    );
    let text = said(folder.path(), &["review", "--all"]);
    assert_eq!(
        text,
        "cargo run -p lesson-udp -- boundaries  (wrong once)\n"
    );

    // One that no longer exists is never asked.
    predicted(folder.path(), "udp", "gone", Some("b"), now_ms() - DAY);
    predicted(folder.path(), "udp", "loss", Some("b"), now_ms() - DAY);
    let text = said(folder.path(), &["review"]);
    assert_eq!(text, "cargo run -p lesson-udp -- loss  (wrong once)\n");
    let text = said(folder.path(), &["progress"]);
    assert!(
        text.contains("1 prediction that went wrong: asked again now."),
        "{text}"
    );
    assert!(text.ends_with("  cargo run -- review\n"), "{text}");
}

#[test]
fn at_a_terminal_review_has_the_lesson_ask_and_keeps_what_it_kept() {
    let folder = tempfile::tempdir().unwrap();
    predicted(folder.path(), "udp", "echo", Some("b"), now_ms() - 2 * DAY);
    predicted(
        folder.path(),
        "udp",
        "boundaries",
        Some("b"),
        now_ms() - DAY,
    );
    predicted(folder.path(), "udp", "loss", Some("b"), now_ms() - DAY);
    let bin = cargo_that_runs(&lesson("udp"));
    let review = |args: &str, answers: &[(&str, &str)]| {
        let program = workbook().get_program().to_string_lossy().into_owned();
        let cargo = bin.path().join("cargo");
        let line = format!(
            "env TERM=dumb CARGO='{}' {VARIABLE}='{}' '{program}' review {args}",
            cargo.display(),
            folder.path().display()
        );
        let mut typing = Typing::at(&line);
        for (wait, answer) in answers {
            typing.wait_for(wait);
            typing.wait_for("Your prediction");
            typing.enter(answer);
        }
        typing.wait_for(" wrong");
        assert!(typing.ends().success());
        typing.rest()
    };
    // Who skips a question gets no answer, and the next one.
    let seen = review(
        "",
        &[
            ("Again, 1 of 3: udp echo", "1"),
            ("Again, 2 of 3: udp boundaries", ""),
            ("Again, 3 of 3: udp loss", "1"),
        ],
    );
    assert!(
        seen.contains("1 right, 1 wrong; 1 still to be asked."),
        "{seen}"
    );
    assert_eq!(seen.matches("Evidence: ").count(), 2, "{seen}");
    // What comes next is the next question, not the lesson's.
    assert!(!seen.contains("Read on"), "{seen}");
    assert_eq!(deeds(folder.path()).len(), 5);
    let text = said(folder.path(), &["review"]);
    assert_eq!(
        text,
        "cargo run -p lesson-udp -- boundaries  (wrong once)\n"
    );
    // Who leaves is asked nothing more.
    let leave = [("Again, 1 of 3", "q")];
    let seen = review("--all", &leave);
    assert!(seen.contains("; 3 still to be asked."), "{seen}");
}

#[test]
fn a_review_whose_lesson_does_not_start_says_so() {
    let folder = tempfile::tempdir().unwrap();
    predicted(folder.path(), "udp", "echo", Some("b"), now_ms() - 2 * DAY);
    let bin = cargo_that_runs(Path::new("/bin/false"));
    let program = workbook().get_program().to_string_lossy().into_owned();
    let mut typing = Typing::at(&format!(
        "env TERM=dumb CARGO='{}' {VARIABLE}='{}' '{program}' review",
        bin.path().join("cargo").display(),
        folder.path().display()
    ));
    typing.wait_for("udp echo did not run (exit status: 1); it stays due");
    assert_eq!(typing.ends().code(), Some(2));
}

/// A folder with a `cargo` that starts this program with the lesson's arguments.
fn cargo_that_runs(program: &Path) -> TempDir {
    let bin = tempfile::tempdir().unwrap();
    let file = bin.path().join("cargo");
    let script = "while [ \"$1\" != -- ]; do shift; done; shift; exec";
    let script = format!("#!/bin/sh\n{script} '{}' \"$@\"\n", program.display());
    fs::write(&file, script).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    bin
}

/// Writes down that `a` was predicted.
fn predicted(folder: &Path, lesson: &str, experiment: &str, happened: Option<&str>, at_ms: u64) {
    let entry = Entry {
        v: VERSION,
        at_ms,
        deed: Deed::Prediction {
            lesson: lesson.into(),
            experiment: experiment.into(),
            predicted: "a".into(),
            happened: happened.map(String::from),
            belief: None,
            source: Source::Terminal,
        },
    };
    let file = Diary::in_folder(folder).file().to_path_buf();
    let mut file = fs::File::options()
        .append(true)
        .create(true)
        .open(file)
        .unwrap();
    writeln!(file, "{}", serde_json::to_string(&entry).unwrap()).unwrap();
}

/// What the command prints with its diary in this folder; all must be well.
pub fn said(folder: &Path, args: &[&str]) -> String {
    let mut command = workbook();
    command
        .args(args)
        .env(VARIABLE, folder)
        .env_remove("CLICOLOR_FORCE");
    for name in ["LC_ALL", "LC_CTYPE", "TERM"] {
        command.env_remove(name);
    }
    let run = output(command.env("LANG", "C.UTF-8"), "");
    assert_eq!(String::from_utf8_lossy(&run.stderr), "", "{args:?}");
    assert_eq!(run.status.code(), Some(0), "{args:?}");
    String::from_utf8(run.stdout).unwrap()
}
