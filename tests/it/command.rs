//! The other commands of `workbook`: what they print and how they end.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::server::small_book;
use crate::workspace::root;

fn workbook() -> Command {
    let mut command = crate::workspace::workbook();
    // What the tests were started with must not decide.
    for name in ["NO_COLOR", "CLICOLOR_FORCE", "TERM"] {
        command.env_remove(name);
    }
    command.stdin(Stdio::null());
    command
}

fn run(args: &[&str]) -> Output {
    workbook().args(args).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn help_says_what_each_command_does_and_shows_examples() {
    let help = run(&["--help"]);
    assert!(help.status.success());
    let help = text(&help.stdout);
    for command in [
        "serve",
        "list",
        "run",
        "check",
        "watch",
        "hint",
        "solution",
        "reset",
        "progress",
        "review",
        "doctor",
        "wire",
        "completions",
    ] {
        assert!(help.contains(&format!("\n  {command} ")), "{help}");
        let own = run(&[command, "--help"]);
        assert!(own.status.success(), "{command}");
        assert!(text(&own.stdout).contains("Usage: workbook"), "{command}");
    }
    assert!(help.contains("cargo run -- run udp echo"), "{help}");
    assert!(help.contains("Exit status: 0 good"), "{help}");
}

#[test]
fn the_options_of_serve_fit_no_other_command() {
    let output = run(&["--port", "0", "list"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("go after `serve`"));
}

#[test]
fn list_names_ten_chapters_and_what_is_written() {
    let output = run(&["list"]);
    assert!(output.status.success());
    let list = text(&output.stdout);
    assert!(list.contains("\n10  "), "{list}");
    assert!(!list.contains("\n11  "), "{list}");
    assert!(!list.contains("not written yet"), "{list}");
    assert!(list.contains("cargo run -p lesson-udp\n"), "{list}");
    assert!(list.contains("cargo run -p lesson-chat\n"), "{list}");
    assert!(
        list.contains("\n      build it: cargo run -- watch udp-echo\n"),
        "{list}"
    );
}

#[test]
fn the_rules_name_the_page_with_the_contract() {
    let output = run(&["check", "udp-echo", "--rules"]);
    assert!(output.status.success());
    let rules = text(&output.stdout);
    let (_, page) = rules.rsplit_once("The contract: ").unwrap();
    let page = fs::read_to_string(root().join(page.trim_end())).unwrap();
    assert!(page.contains("\n## The contract\n"), "{page}");
}

#[test]
fn list_takes_experiments_from_the_recording_or_says_how_to_see_them() {
    let book = small_book();
    let list = || {
        let output = workbook()
            .arg("list")
            .arg("--root")
            .arg(book.path())
            .output();
        text(&output.unwrap().stdout)
    };
    let before = list();
    assert!(
        before.contains(" 1  Sockets  not written yet\n"),
        "{before}"
    );
    assert!(
        before.contains("cargo run -p lesson-udp -- --list"),
        "{before}"
    );

    let folder = book.path().join("book/recordings/udp");
    fs::create_dir_all(&folder).unwrap();
    let line = r#"{"v":1,"n":0,"event":"lesson","name":"udp","title":"UDP","page":"udp.html","experiments":[{"name":"echo","about":"Who sent it."}]}"#;
    fs::write(folder.join("list.jsonl"), line).unwrap();
    let after = list();
    assert!(after.contains("      echo  Who sent it.\n"), "{after}");
    assert!(!after.contains("--list"), "{after}");
}

#[test]
fn a_mistyped_lesson_gets_the_nearest_one_and_exit_2() {
    let output = run(&["run", "upd"]);
    assert_eq!(output.status.code(), Some(2));
    let words = text(&output.stderr);
    assert!(
        words.contains("no lesson `upd`; did you mean `udp`?"),
        "{words}"
    );
    let output = run(&["run", "../udp"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_lesson_or_an_exercise_in_the_place_of_a_command_is_understood() {
    for (typed, meant) in [("udp", "run udp"), ("udp-echo", "check udp-echo")] {
        let output = run(&[typed]);
        assert_eq!(output.status.code(), Some(2));
        let words = format!(
            "workbook: there is no command `{typed}`; did you mean: cargo run -- {meant}\n"
        );
        assert_eq!(text(&output.stderr), words);
    }
    let other = text(&run(&["nothing"]).stderr);
    assert!(other.contains("unrecognized subcommand"), "{other}");
}

#[cfg(unix)]
#[test]
fn run_passes_on_what_was_typed_and_how_it_ended() {
    let book = small_book();
    let cargo = program(book.path(), "cargo", "echo \"$@\"; pwd; exit 7");
    let output = workbook()
        .args(["run", "udp", "echo", "--root"])
        .arg(book.path())
        .args(["--", "--format", "json"])
        .env("CARGO", cargo)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(7));
    let root = book.path().canonicalize().unwrap();
    let root = root.display();
    assert_eq!(
        text(&output.stdout),
        format!(
            "run --package lesson-udp --target-dir {root}/target -- \
             echo --format json\n{root}\n"
        )
    );
    assert!(text(&output.stderr).contains("compiling lesson-udp"));
}

#[test]
fn each_shell_gets_its_completions() {
    for (shell, sign) in [
        ("bash", "complete -F"),
        ("zsh", "#compdef workbook"),
        ("fish", "complete -c workbook"),
    ] {
        let output = run(&["completions", shell]);
        assert!(output.status.success());
        assert!(text(&output.stdout).contains(sign), "{shell}");
    }
}

#[test]
fn doctor_names_each_thing_its_state_and_its_use() {
    let output = run(&["doctor"]);
    let words = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{words}");
    for what in [
        "ok       cargo ",
        "ok       rustc ",
        "ok       TCP on 127.0.0.1",
        "ok       UDP on 127.0.0.1",
        "ok       target folder",
        " the wire ",
        " strace ",
        " tcpdump ",
        "Everything needed is here.",
    ] {
        assert!(words.contains(what), "{what:?} is not in\n{words}");
    }
    assert!(!words.contains('\u{1b}'), "{words}");
}

#[cfg(unix)]
#[test]
fn doctor_tells_missing_old_and_silent_apart() {
    let book = small_book();
    let doctor = |folder: &Path| {
        let output = workbook()
            .args(["doctor", "--root"])
            .arg(book.path())
            .env("PATH", folder)
            .output()
            .unwrap();
        (output.status.code(), text(&output.stdout))
    };
    let empty = tempfile::tempdir().unwrap();
    let (code, words) = doctor(empty.path());
    assert_eq!(code, Some(1));
    assert!(words.contains("missing  cargo "), "{words}");
    assert!(words.contains("https://rustup.rs"), "{words}");

    let bin = tempfile::tempdir().unwrap();
    program(bin.path(), "cargo", "echo cargo 9.1.0");
    program(bin.path(), "rustc", "echo rustc 1.70.0");
    let (code, words) = doctor(bin.path());
    assert_eq!(code, Some(1));
    assert!(words.contains("ok       cargo "), "{words}");
    assert!(words.contains("old      rustc "), "{words}");
    assert!(words.contains("rustup update"), "{words}");

    program(bin.path(), "rustc", "exec /bin/sleep 3600");
    let start = Instant::now();
    let (code, words) = doctor(bin.path());
    assert!(start.elapsed() < Duration::from_secs(20));
    assert_eq!(code, Some(2));
    assert!(words.contains("unknown  rustc "), "{words}");
    assert!(words.contains("no answer in"), "{words}");
}

#[test]
fn a_closed_pipe_is_no_error() {
    for args in [
        &["list"][..],
        &["doctor"],
        &["completions", "zsh"],
        &["--help"],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = workbook().args(args).stdout(writer).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{args:?}");
        assert_eq!(text(&output.stderr), "", "{args:?}");
    }
}

#[test]
fn colour_is_a_flag_then_the_environment_then_the_terminal() {
    let colored = |args: &[&str], variables: &[(&str, &str)]| {
        let output = workbook()
            .arg("list")
            .args(args)
            .envs(variables.iter().copied())
            .output();
        output.unwrap().stdout.contains(&0x1b)
    };
    let (no, force) = (("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1"));
    assert!(!colored(&[], &[]));
    assert!(colored(&[], &[force]));
    assert!(!colored(&[], &[no, force]));
    assert!(colored(&["--color", "always"], &[no]));
    assert!(!colored(&["--color", "never"], &[force]));
    assert!(!colored(&[], &[("CLICOLOR_FORCE", "")]));
    assert!(colored(&[], &[("NO_COLOR", ""), force]));
}

#[test]
fn a_folder_without_a_book_is_named() {
    let empty = tempfile::tempdir().unwrap();
    let output = workbook()
        .arg("list")
        .arg("--root")
        .arg(empty.path())
        .output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("there is no book.toml in"));
}

/// Makes a program of a few words of shell.
#[cfg(unix)]
fn program(folder: &Path, name: &str, script: &str) -> std::path::PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let file = folder.join(name);
    fs::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    file
}
