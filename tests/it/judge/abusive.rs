//! Programs that do what no program should.

use crate::workspace::{living, output_within, root, workbook};
use std::thread;
use std::time::Duration;

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
    // All that is started can be found again by this variable.
    let mine = folder.path().as_os_str();
    thread::scope(|scope| {
        for (what, script, told) in abusive {
            let file = folder.path().join(format!("{}.sh", what.replace(' ', "-")));
            std::fs::write(&file, script).unwrap();
            scope.spawn(move || {
                let command = format!("sh {}", file.display());
                let mut judge = workbook();
                judge.args(["check", "udp-echo", "--cmd", &command, "--color", "never"]);
                judge.env("ABUSIVE", mine).current_dir(root());
                let run = output_within(&mut judge, "", Duration::from_secs(120));
                let text = String::from_utf8_lossy(&run.stdout);
                assert_eq!(run.status.code(), Some(1), "{what}: {text}");
                let raw = |c: char| c.is_control() && c != '\n';
                assert!(!text.contains(raw), "{what}: {text:?}");
                assert!(text.contains(told), "{what}: {text}");
                assert_eq!(String::from_utf8_lossy(&run.stderr), "", "{what}");
            });
        }
    });
    let mark = format!("ABUSIVE={}", mine.display());
    assert_eq!(living(&mark), Vec::<String>::new());
}

/// Whatever the exercise, no flood of output and no sudden end keeps the judge.
#[test]
fn every_exercise_has_a_verdict_for_a_flood_and_for_an_end() {
    let list = output_within(
        workbook().args(["check", "--format", "json"]),
        "",
        Duration::from_secs(60),
    );
    let list = String::from_utf8(list.stdout).unwrap();
    let names = list.lines().map(|line| {
        let one: serde_json::Value = serde_json::from_str(line).unwrap();
        one["exercise"].as_str().unwrap().to_string()
    });
    let names: Vec<_> = names.collect();
    assert!(names.len() > 10, "{names:?}");
    thread::scope(|scope| {
        for name in &names {
            scope.spawn(move || {
                for command in [
                    "exec yes",
                    "yes \"$(seq 999)\" #",
                    "exec true",
                    "kill -9 $$ #",
                ] {
                    let mut judge = workbook();
                    judge.args(["check", name, "--cmd", command, "--color", "never"]);
                    judge.current_dir(root());
                    let run = output_within(&mut judge, "", Duration::from_secs(120));
                    let text = String::from_utf8_lossy(&run.stdout);
                    assert_eq!(run.status.code(), Some(1), "{name}, {command}: {text}");
                    assert!(text.len() < 5_000, "{name}, {command}: {text}");
                }
            });
        }
    });
}
