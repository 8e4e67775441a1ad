//! However a program ends, and whoever is killed: nothing of it is left.

use super::WORKBOOK;
use super::kept::{How, Limits};
use super::mark::{Mark, SOON, short, soon, wait, wide};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// What a program does, in a shell, and how it ends with ordinary limits.
const ENDS: &[(&str, &str, &str)] = &[
    ("exits at once", "exit 3", "exit status 3"),
    ("has a high status", "exit 255", "exit status 255"),
    ("crashes", "kill -SEGV $$", "signal 11 (SIGSEGV)"),
    ("writes to nobody", "kill -PIPE $$", "signal 13 (SIGPIPE)"),
    ("ends itself", "kill -TERM $$", "signal 15 (SIGTERM)"),
    ("leaves a job", "sleep 1000 &", "exit status 0"),
    (
        "leaves a daemon",
        "setsid sleep 1000 & exit 4",
        "exit status 4",
    ),
    (
        "forks twice",
        "(setsid sleep 1000 &) ; exit 0",
        "exit status 0",
    ),
    (
        "leaves a stubborn one",
        "(trap '' TERM HUP; sleep 1000) &",
        "exit status 0",
    ),
    (
        "kills the keeper",
        "kill -9 $PPID; exec sleep 1000",
        "signal 9 (SIGKILL)",
    ),
];

/// What does not end by itself.
const ENDLESS: &[(&str, &str)] = &[
    ("never exits", "exec sleep 1000"),
    ("runs in circles", "while :; do :; done"),
    ("stops itself", "kill -STOP $$"),
    (
        "ignores signals",
        "trap '' TERM HUP INT; while :; do sleep 9; done",
    ),
];

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
    let mut cases = vec![
        ("a bomb", bomb, few.clone(), crowd),
        ("a bomb of sessions", &own_sessions, few, crowd),
        (
            "grows",
            "head -c 900000000 /dev/zero | tail -n 1",
            small,
            big,
        ),
    ];
    cases.extend(
        ENDS.iter()
            .map(|(what, script, end)| (*what, *script, wide(), *end)),
    );
    cases.extend(
        ENDLESS
            .iter()
            .map(|(what, script)| (*what, *script, short(), late)),
    );
    for (what, script, limits, end) in cases {
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
