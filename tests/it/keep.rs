//! Abusive programs: none outlives, outruns or outwrites its judge.

mod ends;
mod mark;
mod streams;

use std::ffi::OsString;
use std::process::Output;

use crate::workspace::{output, workbook};
use kept::{How, Wrote};
use mark::{Mark, SOON, all, line, soon, start, wait, wide};

// The judge's side, tested as it is; below it works the real `workbook keep`.
#[path = "../../src/keep/mod.rs"]
#[allow(dead_code, unused_imports, missing_docs)]
mod kept;

const WORKBOOK: &str = env!("CARGO_BIN_EXE_workbook");

#[test]
fn signals_reach_the_program_and_it_may_end_in_its_own_way() {
    let mark = Mark::new();
    let script = "trap 'echo term; exit 5' TERM; trap 'echo int; exit 6' INT
        echo ready; while :; do sleep 0.01; done";
    for (word, status) in [("term", 5), ("int", 6)] {
        let mut program = mark.start(script, &wide());
        assert_eq!(line(&mut program), "ready");
        match word {
            "term" => program.terminate(),
            _ => program.interrupt(),
        }
        assert_eq!(line(&mut program), word);
        assert_eq!(program.wait(soon()).unwrap().how, How::Exit(status));
    }
}

#[test]
fn it_is_told_what_a_program_waits_in() {
    let mark = Mark::new();
    for (script, call) in [
        ("exec cat", "read from standard input"),
        ("exec sleep 1000", "clock_nanosleep"),
        ("while :; do :; done", "runs"),
        ("sleep 1000; true", "wait4"),
    ] {
        let program = mark.start(script, &wide());
        wait(SOON, &format!("`{script}` waits in {call}"), || {
            program
                .waits_in()
                .first()
                .is_some_and(|first| first == call)
        });
    }
}

/// Also one that does not run because somebody else does: its turn will come.
#[test]
fn a_program_is_at_rest_when_each_of_its_threads_waits() {
    let mark = Mark::new();
    for (script, at_rest) in [
        ("exec sleep 1000", true),
        ("sleep 1000 & exec cat", true),
        ("while :; do :; done", false),
        ("nice -n 19 sh -c 'while :; do :; done' & exec cat", false),
    ] {
        let program = mark.start(script, &wide());
        let threads = program.threads();
        wait(SOON, &format!("`{script}` is at rest: {at_rest}"), || {
            threads.are_at_rest() == at_rest
        });
        // And it stays so: these do the one or the other for ever.
        let settled = std::time::Instant::now() + std::time::Duration::from_millis(300);
        program.wait(settled);
        assert_eq!(threads.are_at_rest(), at_rest, "`{script}`");
    }
}

#[test]
fn memory_and_time_of_a_program_are_told_while_it_runs() {
    let mark = Mark::new();
    let program = mark.start("while :; do :; done", &wide());
    wait(SOON, "it has used time", || program.cpu_ms() >= Some(50));
    let memory = program.resident_kb().unwrap();
    assert!((100..50_000).contains(&memory), "{memory}");
    program.kill();
    program.wait(soon()).unwrap();
    assert_eq!((program.resident_kb(), program.cpu_ms()), (None, None));
}

#[test]
fn a_program_that_cannot_be_started_says_why() {
    let command = ["no-such\u{1b}program"].map(OsString::from);
    let mut program = start(&command, &wide());
    let Some(Wrote::Ended(ended)) = all(&mut program).pop() else {
        panic!("no end");
    };
    let words = "cannot start no-such\\u{1b}program: No such file or directory (os error 2)";
    assert_eq!(ended.how, How::NotStarted(words.into()));
}

fn keep(args: &[&str]) -> Output {
    output(workbook().arg("keep").args(args), "")
}

#[test]
fn keep_passes_on_streams_and_status_and_is_not_in_the_help() {
    let run = keep(&["--", "sh", "-c", "echo out; echo err >&2; exit 9"]);
    assert_eq!(run.status.code(), Some(9));
    assert_eq!(run.stdout, b"out\n");
    assert_eq!(run.stderr, b"err\n");
    let help = output(workbook().arg("--help"), "").stdout;
    let help = String::from_utf8(help).unwrap();
    assert!(!help.contains("\n  keep"), "{help}");
}

#[test]
fn keep_refuses_nonsense_in_a_sentence() {
    for (args, words) in [
        (
            &["--seconds", "0", "--", "true"][..],
            "not a number of seconds",
        ),
        (
            &["--seconds", "nan", "--", "true"],
            "not a number of seconds",
        ),
        (&["--seconds=-1", "--", "true"], "not a number of seconds"),
        (&["--processes", "0", "--", "true"], "0 is not in 1.."),
        (&["--memory-mb", "much", "--", "true"], "invalid digit"),
        (&["--seconds", "1"], "required"),
        (
            &["--", "/no/such/program"],
            "cannot start /no/such/program: No such file",
        ),
        (&["--", "/tmp"], "cannot start /tmp: Permission denied"),
        (&["--", ""], "cannot start"),
        (
            &["--report", "/no/such/folder/x", "--", "true"],
            "cannot write the report",
        ),
        (
            &["--parent", "1", "--", "true"],
            "whoever started the keeper is gone",
        ),
    ] {
        let run = keep(args);
        assert_eq!(run.status.code(), Some(2), "{args:?}");
        let said = String::from_utf8(run.stderr).unwrap();
        assert!(said.contains(words), "{args:?}: {said}");
    }
}
