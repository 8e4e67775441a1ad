//! Abusive programs: none outlives, outruns or outwrites its judge.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use kept::{How, Limits, Program, Stream, Wrote};

// The judge's side, tested as it is; below it works the real `workbook keep`.
#[path = "../../src/keep/mod.rs"]
#[allow(dead_code, unused_imports, missing_docs)]
mod kept;

const WORKBOOK: &str = env!("CARGO_BIN_EXE_workbook");
/// For what has to happen at once; a busy machine may take longer for it.
const SOON: Duration = Duration::from_secs(10);

/// Marks all processes of one program, in their environment.
struct Mark {
    name: String,
    /// While it is there, a fork bomb goes on.
    fuse: PathBuf,
}

impl Mark {
    fn new() -> Mark {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("keep-test-{}-{number}-", std::process::id());
        let fuse = std::env::temp_dir().join(&name);
        fs::write(&fuse, "").unwrap();
        Mark { name, fuse }
    }

    /// A few words of shell, as a command.
    fn sh(&self, script: &str) -> Vec<OsString> {
        let mark = format!("MARK={}", self.name);
        let fuse = format!("FUSE={}", self.fuse.display());
        ["env", &mark, &fuse, "sh", "-c", script]
            .map(OsString::from)
            .into()
    }

    /// The command lines of all that carry the mark.
    fn alive(&self) -> Vec<String> {
        let mark = format!("MARK={}", self.name);
        let marked = |folder: &PathBuf| {
            let variables = fs::read(folder.join("environ")).unwrap_or_default();
            variables
                .split(|byte| *byte == 0)
                .any(|v| v == mark.as_bytes())
        };
        let entries = fs::read_dir("/proc").unwrap().flatten();
        let marked = entries.map(|entry| entry.path()).filter(marked);
        let line = |folder: PathBuf| fs::read(folder.join("cmdline")).unwrap_or_default();
        let text = |line: Vec<u8>| String::from_utf8_lossy(&line).replace('\0', " ");
        marked.map(line).map(text).collect()
    }

    fn start(&self, script: &str, limits: &Limits) -> Program {
        start(&self.sh(script), limits)
    }
}

impl Drop for Mark {
    fn drop(&mut self) {
        fs::remove_file(&self.fuse).unwrap();
    }
}

fn start(command: &[OsString], limits: &Limits) -> Program {
    Program::start_by(Path::new(WORKBOOK), command, &std::env::temp_dir(), limits).unwrap()
}

fn soon() -> Instant {
    Instant::now() + SOON
}

/// Polls until it holds.
fn wait(within: Duration, what: &str, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + within;
    while !holds() {
        assert!(
            Instant::now() < deadline,
            "it never became true that {what}"
        );
        thread::sleep(Duration::from_millis(1));
    }
}

/// Everything that it did, to its end.
fn all(program: &mut Program) -> Vec<Wrote> {
    let mut seen = Vec::new();
    loop {
        let next = program.wrote(soon());
        seen.push(next.unwrap_or_else(|| panic!("it did nothing more after {seen:?}")));
        if let Some(Wrote::Ended(_)) = seen.last() {
            return seen;
        }
    }
}

/// The next line to standard output. A shell may complain meanwhile.
fn line(program: &mut Program) -> String {
    loop {
        match program.wrote(soon()) {
            Some(Wrote::Out(line)) => return String::from_utf8(line).unwrap(),
            Some(Wrote::Err(_)) => {}
            other => panic!("no line but {other:?}"),
        }
    }
}

/// No limit that an ordinary program reaches.
fn wide() -> Limits {
    Limits::default()
}

/// The time that a program gets which does not end by itself.
fn short() -> Limits {
    Limits {
        time: Duration::from_millis(300),
        ..wide()
    }
}

#[test]
fn every_program_ends_in_its_way_and_leaves_nothing() {
    let few = Limits {
        processes: 12,
        ..wide()
    };
    let small = Limits {
        memory_mb: 100,
        ..wide()
    };
    let late = "signal 9 (SIGKILL), since it ran for more than 0.3 s";
    let crowd = "signal 9 (SIGKILL), since it had more than 12 processes at once";
    let big = "signal 9 (SIGKILL), since it held more than 100 MB of memory";
    let bomb = r#"export B='[ -e "$FUSE" ] && { sh -c "$B" & sh -c "$B" & wait; }'; sh -c "$B""#;
    let own_sessions = bomb.replace("sh -c \"$B\" &", "setsid sh -c \"$B\" &");
    for (what, script, limits, end) in [
        ("exits at once", "exit 3", wide(), "exit status 3"),
        ("has a high status", "exit 255", wide(), "exit status 255"),
        ("crashes", "kill -SEGV $$", wide(), "signal 11 (SIGSEGV)"),
        (
            "writes to nobody",
            "kill -PIPE $$",
            wide(),
            "signal 13 (SIGPIPE)",
        ),
        (
            "ends itself",
            "kill -TERM $$",
            wide(),
            "signal 15 (SIGTERM)",
        ),
        ("never exits", "exec sleep 1000", short(), late),
        ("runs in circles", "while :; do :; done", short(), late),
        ("stops itself", "kill -STOP $$", short(), late),
        (
            "ignores signals",
            "trap '' TERM HUP INT; while :; do sleep 9; done",
            short(),
            late,
        ),
        ("leaves a job", "sleep 1000 &", wide(), "exit status 0"),
        (
            "leaves a daemon",
            "setsid sleep 1000 & exit 4",
            wide(),
            "exit status 4",
        ),
        (
            "forks twice",
            "(setsid sleep 1000 &) ; exit 0",
            wide(),
            "exit status 0",
        ),
        (
            "leaves a stubborn one",
            "(trap '' TERM HUP; sleep 1000) &",
            wide(),
            "exit status 0",
        ),
        (
            "kills the keeper",
            "kill -9 $PPID; exec sleep 1000",
            wide(),
            "signal 9 (SIGKILL)",
        ),
        ("a bomb", bomb, few.clone(), crowd),
        ("a bomb of sessions", &own_sessions, few, crowd),
        (
            "grows",
            "head -c 900000000 /dev/zero | tail -n 1",
            small,
            big,
        ),
    ] {
        let mark = Mark::new();
        let program = mark.start(script, &limits);
        let ended = program.wait(soon());
        let ended = ended.unwrap_or_else(|| panic!("{what}: it did not end"));
        assert_eq!(ended.to_string(), end, "{what}");
        assert_eq!(ended.left, 0, "{what}");
        assert_eq!(mark.alive(), Vec::<String>::new(), "{what}");
    }
}

#[test]
fn a_fork_bomb_gets_to_a_few_dozen_processes() {
    let mark = Mark::new();
    let limits = Limits {
        processes: 12,
        ..wide()
    };
    let bomb =
        r#"export B='[ -e "$FUSE" ] && { setsid sh -c "$B" & sh -c "$B" & wait; }'; sh -c "$B""#;
    let ended = mark.start(bomb, &limits).wait(soon()).unwrap();
    assert!((12..=200).contains(&ended.killed), "{ended:?}");
}

#[test]
fn what_was_left_behind_is_counted() {
    let mark = Mark::new();
    let script = "sleep 1000 & setsid sleep 1000 & (setsid sleep 1000 &) ; echo there";
    let ended = mark.start(script, &wide()).wait(soon()).unwrap();
    assert_eq!((ended.how, ended.killed), (How::Exit(0), 3));
}

#[test]
fn dropping_a_program_kills_all_of_it() {
    let mark = Mark::new();
    let program = mark.start(FAMILY, &wide());
    wait(SOON, "all of it runs", || mark.alive().len() == 4);
    drop(program);
    assert_eq!(mark.alive(), Vec::<String>::new());
}

/// A program with a daemon and an orphan.
const FAMILY: &str = "trap '' TERM HUP INT; setsid sleep 1000 & (sleep 1000 &) ; sleep 1000";

/// A program below `workbook keep`, once so many of its processes run, and the
/// number of its keeper.
fn family(mark: &Mark, above: &[&str], report: &Path, script: &str, many: usize) -> (Child, u32) {
    let mut words: Vec<OsString> = above.iter().map(OsString::from).collect();
    words.extend([WORKBOOK, "keep", "--report"].map(OsString::from));
    words.push(report.into());
    words.push("--".into());
    words.extend(mark.sh(script));
    let child = Command::new(&words[0])
        .args(&words[1..])
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    wait(SOON, "all of it runs", || mark.alive().len() == many);
    let told: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(report).unwrap()).unwrap();
    (child, told["keeper"].as_u64().unwrap().try_into().unwrap())
}

#[test]
fn nothing_is_left_one_second_after_judge_guard_or_keeper_was_killed() {
    let folder = tempfile::tempdir().unwrap();
    for victim in ["judge", "guard", "keeper"] {
        let mark = Mark::new();
        let report = folder.path().join(victim);
        let judge: &[&str] = match victim {
            // A shell that waits for its child.
            "judge" => &["sh", "-c", "\"$@\" & wait", "sh"],
            _ => &[],
        };
        let (mut child, keeper) = family(&mark, judge, &report, FAMILY, 4);
        let killed = match victim {
            "keeper" => keeper.to_string(),
            _ => child.id().to_string(),
        };
        let kill = Command::new("kill").args(["-9", &killed]).status();
        assert!(kill.unwrap().success());
        let keeper = PathBuf::from(format!("/proc/{keeper}/cwd"));
        let second = Duration::from_secs(1);
        wait(
            second,
            &format!("nothing is left without the {victim}"),
            || mark.alive().is_empty() && fs::read_link(&keeper).is_err(),
        );
        child.wait().unwrap();
    }
}

#[test]
fn the_program_itself_dies_even_if_guard_and_keeper_are_killed_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("report");
    let mark = Mark::new();
    let mut guard = family(&mark, &[], &report, "exec sleep 1000", 1);
    let (child, keeper) = (&mut guard.0, guard.1);
    let both = [child.id().to_string(), keeper.to_string()];
    let kill = Command::new("kill").arg("-9").args(both).status();
    assert!(kill.unwrap().success());
    wait(Duration::from_secs(1), "it is gone", || {
        mark.alive().is_empty()
    });
    child.wait().unwrap();
}

#[test]
fn a_hang_up_kills_all_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let mark = Mark::new();
    let (mut child, _) = family(&mark, &[], &folder.path().join("report"), FAMILY, 4);
    let kill = Command::new("kill")
        .args(["-HUP", &child.id().to_string()])
        .status();
    assert!(kill.unwrap().success());
    child.wait().unwrap();
    assert_eq!(mark.alive(), Vec::<String>::new());
}

#[test]
fn a_flood_is_passed_on_to_its_limit_and_then_read_and_dropped() {
    let mark = Mark::new();
    let limits = Limits {
        time: Duration::from_millis(500),
        output_bytes: 100_000,
        lines: 1_000_000,
        ..wide()
    };
    for (script, stream) in [
        ("yes", Stream::Out),
        ("yes >&2", Stream::Err),
        ("yes '' | tr -d '\\0'", Stream::Out),
        ("tr '\\0' x < /dev/zero", Stream::Out),
        ("tr '\\0' x < /dev/zero >&2", Stream::Err),
    ] {
        let mut program = mark.start(script, &limits);
        let seen = all(&mut program);
        let bytes: usize = seen
            .iter()
            .map(|wrote| match wrote {
                Wrote::Out(line) | Wrote::Err(line) => line.len() + 1,
                _ => 0,
            })
            .sum();
        let floods = seen
            .iter()
            .filter(|wrote| **wrote == Wrote::Flood(stream))
            .count();
        assert!(bytes <= limits.output_bytes + 1, "{script}: {bytes}");
        assert_eq!(floods, 1, "{script}");
        assert!(program.unfinished().len() <= 200);
        // It was never stopped by a full pipe: it wrote on until its time was over.
        let ended = program.ended().unwrap();
        assert_eq!(
            ended.limit.as_deref(),
            Some("ran for more than 0.5 s"),
            "{script}"
        );
    }
}

#[test]
fn lines_are_limited_in_number_and_length() {
    let mark = Mark::new();
    let limits = Limits {
        lines: 3,
        line_bytes: 4,
        ..wide()
    };
    let mut program = mark.start("echo abcdefg; echo ab; echo; echo d; echo e", &limits);
    let lines = ["abcd", "ab", ""].map(|line| Wrote::Out(line.into()));
    let seen = all(&mut program);
    assert_eq!(seen[..3], lines);
    assert_eq!(seen[3], Wrote::Flood(Stream::Out));
    assert_eq!(seen.len(), 7, "{seen:?}");
}

#[test]
fn what_a_program_does_is_told_in_order() {
    let mark = Mark::new();
    let mut program = mark.start("echo $PYTHONUNBUFFERED; printf end; exit 2", &wide());
    let seen = all(&mut program);
    let outs: Vec<&Wrote> = seen.iter().filter(|w| matches!(w, Wrote::Out(_))).collect();
    assert_eq!(outs, [&Wrote::Out("1".into()), &Wrote::Out("end".into())]);
    let closed = |stream| {
        seen.iter()
            .position(|w| *w == Wrote::Closed(stream))
            .unwrap()
    };
    assert!(closed(Stream::Out) >= 2 && closed(Stream::Err) < seen.len() - 1);
    assert_eq!(program.wrote(soon()), None, "nothing follows the end");
}

#[test]
fn a_program_that_closes_its_output_is_seen_to_while_it_lives() {
    let mark = Mark::new();
    let mut program = mark.start("exec >&- ; exec sleep 1000", &wide());
    assert_eq!(program.wrote(soon()), Some(Wrote::Closed(Stream::Out)));
    assert_eq!(program.ended(), None);
    let moment = Instant::now() + Duration::from_millis(20);
    assert_eq!(program.wrote(moment), None);
    assert_eq!(mark.alive(), ["sleep 1000 "]);
}

#[test]
fn a_line_without_an_end_can_be_seen() {
    let mark = Mark::new();
    let program = mark.start("printf 'listening on'; exec sleep 1000", &wide());
    wait(SOON, "the words are seen", || {
        program.unfinished() == b"listening on"
    });
}

#[test]
fn last_words_are_few_short_and_harmless() {
    let mark = Mark::new();
    let script = r"i=0; while [ $i -lt 20 ]; do echo line $i >&2; i=$((i+1)); done
        printf '\033[2J\033]0;title\007\r\377 evil\n' >&2
        head -c 5000 /dev/zero | tr '\0' '\033' >&2";
    let program = mark.start(script, &wide());
    program.wait(soon()).unwrap();
    let words = program.last_words();
    assert_eq!(words.len(), 8, "{words:?}");
    assert_eq!(words[5], "line 19");
    assert_eq!(words[6], "\\u{1b}[2J\\u{1b}]0;title\\u{7}\\r\u{fffd} evil");
    assert!(words[7].ends_with("..."), "{words:?}");
    assert!(
        words.iter().all(|line| line.chars().count() <= 200),
        "{words:?}"
    );
    assert!(
        !words.iter().any(|line| line.contains('\u{1b}')),
        "{words:?}"
    );
}

#[test]
fn what_is_typed_is_read_and_its_end_is_seen() {
    let mark = Mark::new();
    let mut program = mark.start("exec cat", &wide());
    assert!(program.type_line("one"));
    assert_eq!(line(&mut program), "one");
    assert!(program.type_line("two"));
    program.close_stdin();
    assert!(!program.type_line("three"));
    assert_eq!(line(&mut program), "two");
    assert_eq!(program.wait(soon()).unwrap().how, How::Exit(0));
}

#[test]
fn a_program_that_does_not_read_keeps_nobody_waiting() {
    let mark = Mark::new();
    let program = mark.start("exec sleep 1000", &wide());
    let started = Instant::now();
    let typed = (0..300).filter(|_| program.write(&[b'x'; 100_000])).count();
    assert!((165..=170).contains(&typed), "{typed} times");
    assert!(started.elapsed() < SOON);
}

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
fn a_pipe_that_somebody_else_holds_delays_nobody() {
    let mark = Mark::new();
    let mut program = mark.start("echo ready; exec sleep 1000", &wide());
    assert_eq!(line(&mut program), "ready");
    let path = format!("/proc/{}/fd/1", program.id());
    let held = fs::OpenOptions::new().append(true).open(path).unwrap();
    program.kill();
    let ended = program.wait(soon()).unwrap();
    assert_eq!(ended.how, How::Signal(9));
    drop(held);
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
    let mut command = Command::new(WORKBOOK);
    command.env("WORKBOOK_STATE", "off");
    command.arg("keep").args(args).stdin(Stdio::null());
    command.output().unwrap()
}

#[test]
fn keep_passes_on_streams_and_status_and_is_not_in_the_help() {
    let output = keep(&["--", "sh", "-c", "echo out; echo err >&2; exit 9"]);
    assert_eq!(output.status.code(), Some(9));
    assert_eq!(output.stdout, b"out\n");
    assert_eq!(output.stderr, b"err\n");
    let help = Command::new(WORKBOOK)
        .arg("--help")
        .output()
        .unwrap()
        .stdout;
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
        let output = keep(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(words), "{args:?}: {said}");
    }
}
