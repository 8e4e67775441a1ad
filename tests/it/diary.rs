//! The learner's diary: what lessons write into it, and what they do if they
//! cannot.

use crate::terminal::Typing;
use crate::workspace::{files, lesson, output, read, root, unkept};
use kit::diary::{Deed, Diary, Source, VARIABLE};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::thread;

#[test]
fn a_prediction_is_kept_with_what_happened_and_the_belief_behind_it() {
    let folder = tempfile::tempdir().unwrap();
    predict(folder.path(), "boundaries", "joined\n");
    predict(folder.path(), "boundaries", "first\n");
    let kept = deeds(folder.path());
    let expected = |predicted: &str, belief: Option<&str>| Deed::Prediction {
        lesson: "udp".into(),
        experiment: "boundaries".into(),
        predicted: predicted.into(),
        happened: Some("first".into()),
        belief: belief.map(String::from),
        source: Source::Page,
    };
    assert_eq!(
        kept,
        [expected("joined", Some("M47")), expected("first", None)]
    );
}

#[test]
fn what_was_not_predicted_is_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    // Skipped, nonsense, and the end of the input.
    for answers in ["\n", "nonsense\n", ""] {
        predict(folder.path(), "echo", answers);
    }
    let mut silent = kept_in(folder.path());
    assert!(
        output(silent.args(["echo", "--no-input"]), "1\n")
            .status
            .success()
    );
    let mut text = kept_in(folder.path());
    assert!(output(text.arg("echo"), "1\n").status.success());
    assert!(!folder.path().join("diary.jsonl").exists());
}

#[test]
fn at_a_terminal_the_diary_is_kept_too() {
    let folder = tempfile::tempdir().unwrap();
    let variable = format!("TERM=dumb {VARIABLE}='{}'", folder.path().display());
    let mut typing = Typing::start(&variable);
    typing.wait_for("Your prediction");
    typing.enter("2");
    typing.wait_for("Enter for the next experiment");
    typing.enter("");
    typing.wait_for("Your prediction");
    typing.enter("q");
    typing.wait_for("Read on");
    let kept = deeds(folder.path());
    let [
        Deed::Prediction {
            source, experiment, ..
        },
    ] = &kept[..]
    else {
        panic!("{kept:?}");
    };
    assert_eq!((*source, &**experiment), (Source::Terminal, "echo"));
}

/// The lesson goes on, says so once, and ends as it would have ended.
#[test]
fn a_diary_that_cannot_be_written_harms_no_lesson() {
    let folder = tempfile::tempdir().unwrap();
    let full = folder.path().join("full");
    fs::create_dir(&full).unwrap();
    std::os::unix::fs::symlink("/dev/full", full.join("diary.jsonl")).unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "not a folder").unwrap();
    let missing = Path::new("/proc/no/such/folder").to_path_buf();
    for (place, why) in [
        (full, "ENOSPC (No space left on device)"),
        (file.clone(), "cannot write"),
        (file.join("below"), "ENOTDIR (Not a directory)"),
        (missing, "ENOENT"),
    ] {
        let answers = "1\n".repeat(20);
        let mut command = kept_in(&place);
        let run = output(command.args(["--format", "json"]), &answers);
        let words = String::from_utf8(run.stderr).unwrap();
        assert_eq!(run.status.code(), Some(0), "{words}");
        assert_eq!(words.lines().count(), 1, "{words}");
        assert!(words.starts_with("Your progress is not kept: "), "{words}");
        assert!(words.contains(why), "{words}");
        let told = String::from_utf8(run.stdout).unwrap();
        let count = |event| told.matches(&format!("\"event\":\"{event}\"")).count();
        assert!(
            count("end") > 1 && count("end") == count("question"),
            "{told}"
        );
    }
    assert_eq!(read(file), "not a folder");
}

#[test]
fn lessons_at_once_lose_no_entry() {
    let folder = tempfile::tempdir().unwrap();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..5 {
                    predict(folder.path(), "echo", "1\n");
                }
            });
        }
    });
    assert_eq!(deeds(folder.path()).len(), 40);
}

/// Tests predict a lot; none of it is what the learner did.
#[test]
fn a_lesson_that_a_test_runs_leaves_the_learners_diary_alone() {
    let kept = || files_of(&root().join(".workbook"));
    let before = kept();
    crate::workspace::events("udp", &["echo"], "1\n");
    let mut lesson = Command::new(lesson("udp"));
    output(lesson.args(["echo", "--format", "json"]), "1\n");
    let mut typing = Typing::start("TERM=dumb");
    typing.wait_for("Your prediction");
    typing.enter("1");
    typing.wait_for("Enter for the next experiment");
    typing.enter("q");
    typing.wait_for("Read on");
    assert_eq!(kept(), before);
}

/// Whoever starts these programs and waits for them without [`output`] names
/// a diary.
#[test]
fn every_test_that_starts_our_programs_names_a_diary() {
    let mut starting = 0;
    for folder in ["tests", "lessons"] {
        for file in files(&root().join(folder), ".rs") {
            let source = read(&file);
            let by_itself = [".spawn()", ".status()", ".output()"];
            let by_itself = by_itself.iter().any(|call| source.contains(call));
            if !by_itself || !source.contains(&["CARGO_BIN", "_EXE_"].concat()) {
                continue;
            }
            starting += 1;
            let names = source.contains(VARIABLE) || source.contains("diary::VARIABLE");
            assert!(names, "{} sets no {VARIABLE}", file.display());
        }
    }
    assert!(starting >= 2, "only {starting} files start our programs");
}

/// The lesson on UDP with its diary in this folder.
fn kept_in(folder: &Path) -> Command {
    let mut command = unkept(lesson("udp"));
    command.env(VARIABLE, folder);
    command
}

fn predict(folder: &Path, experiment: &str, answers: &str) -> Output {
    let mut command = kept_in(folder);
    let run = output(command.args([experiment, "--format", "json"]), answers);
    assert_eq!(String::from_utf8_lossy(&run.stderr), "");
    run
}

/// What the diary in this folder says was done.
pub fn deeds(folder: &Path) -> Vec<Deed> {
    let pages = Diary::in_folder(folder).read().unwrap();
    assert_eq!(pages.complaint(), None);
    pages.entries.into_iter().map(|entry| entry.deed).collect()
}

/// The names and contents of the files in a folder, if there is one.
fn files_of(folder: &Path) -> Option<Vec<(String, Vec<u8>)>> {
    let found = folder.exists().then(|| files(folder, ""))?;
    let whole = |file: &std::path::PathBuf| (file.display().to_string(), fs::read(file).unwrap());
    Some(found.iter().map(whole).collect())
}
