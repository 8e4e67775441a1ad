//! A lesson at a terminal, without one, and with nobody reading.

use crate::workspace::{
    DEADLINE, events, exercises, files, lesson, lessons, output, parse, read, root, unkept,
};
use std::io::{Read, Write};
use std::process::{Child, ChildStdin, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Instant;
use wait_timeout::ChildExt;

#[test]
fn without_a_terminal_nothing_is_asked() {
    let run = output(unkept(lesson("udp")).arg("echo"), "2\n");
    let text = String::from_utf8(run.stdout).unwrap();
    assert!(run.status.success());
    assert!(text.contains("Predict: "), "{text}");
    assert!(!text.contains("Your prediction"), "{text}");
    assert!(!text.contains('\x1b'), "colour in a pipe: {text}");
}

#[test]
fn a_closed_pipe_is_not_an_error() {
    let mut command = unkept(lesson("udp"));
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let run = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&run.stderr), "");
    assert_eq!(run.status.code(), Some(0));
}

#[test]
fn a_mistyped_experiment_gets_the_nearest_one() {
    let run = output(unkept(lesson("udp")).arg("bondaries"), "");
    let words = String::from_utf8(run.stderr).unwrap();
    assert!(words.contains("did you mean `boundaries`?"), "{words}");
    assert_eq!(run.status.code(), Some(2));
    assert!(run.stdout.is_empty());
}

#[test]
fn a_listing_that_was_asked_for_by_name_gets_its_option() {
    let run = output(unkept(lesson("udp")).arg("list"), "");
    let words = String::from_utf8(run.stderr).unwrap();
    assert!(words.contains("did you mean `--list`?"), "{words}");
    assert_eq!(run.status.code(), Some(2));
}

/// On a terminal of 40 columns a run wraps; ladders are drawn elsewhere.
#[test]
fn every_recorded_run_fits_forty_columns() {
    colored::control::set_override(false);
    for file in files(&root().join("book/recordings"), ".jsonl") {
        let mut terminal = kit::Terminal::drawing(kit::Ladder {
            width: 40,
            ..kit::Ladder::default()
        });
        for line in parse(&read(&file)) {
            if matches!(line.event, kit::Event::Packet(_) | kit::Event::Ends { .. }) {
                continue;
            }
            let text = terminal.render(&line.event);
            for row in text.lines() {
                let fits = row.chars().count() <= 40 || !row.trim().contains(' ');
                assert!(fits, "{}: {row}", file.display());
            }
        }
    }
}

/// What to do next is a command: the next experiment, and after the last one
/// the exercises.
#[test]
fn the_last_lines_name_what_comes_next_as_commands() {
    let last = |slug: &str, experiment: &str| {
        let run = output(unkept(lesson(slug)).arg(experiment), "");
        let text = String::from_utf8(run.stdout).unwrap();
        let lines: Vec<_> = text.lines().map(String::from).collect();
        let at = lines.iter().rposition(|line| line.is_empty()).unwrap();
        lines[at + 1..].to_vec()
    };
    let read = "Read on: cargo run, then the chapter \"UDP: datagrams\"";
    let next = "Next: cargo run -p lesson-udp -- boundaries";
    assert_eq!(last("udp", "echo"), [next, read]);
    for slug in lessons() {
        let listed = events(&slug, &["--list"], "");
        let Some(kit::Event::Lesson { title, .. }) = listed.first().map(|l| &l.event) else {
            panic!("{slug}: --list does not begin with the lesson");
        };
        let mut wanted: Vec<_> = exercises(&slug)
            .iter()
            .map(|name| format!("Build: cargo run -- watch {name}"))
            .collect();
        if wanted.is_empty() {
            wanted.push("Build: what the chapter says under \"Build it\"".into());
        }
        wanted.push(format!("Read on: cargo run, then the chapter \"{title}\""));
        let experiments = crate::recordings::experiments(&listed);
        assert_eq!(last(&slug, experiments.last().unwrap()), wanted, "{slug}");
    }
}

#[test]
fn colour_follows_the_flag_then_no_color_then_force() {
    let coloured = |args: &[&str], variables: &[(&str, &str)]| {
        let mut command = unkept(lesson("udp"));
        command.arg("echo").args(args);
        for name in ["NO_COLOR", "CLICOLOR_FORCE"] {
            command.env_remove(name);
        }
        command.envs(variables.iter().copied());
        output(&mut command, "").stdout.contains(&0x1b)
    };
    assert!(!coloured(&[], &[]));
    assert!(coloured(&["--color", "always"], &[("NO_COLOR", "1")]));
    assert!(coloured(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!coloured(
        &[],
        &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]
    ));
    assert!(coloured(&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "")]));
    assert!(!coloured(&[], &[("CLICOLOR_FORCE", "0")]));
    assert!(!coloured(&["--color", "never"], &[("CLICOLOR_FORCE", "1")]));
}

#[test]
fn in_json_mode_a_lesson_ends_when_its_input_ends() {
    let mut command = unkept(lesson("udp"));
    let run = output(command.args(["--format", "json"]), "");
    let text = String::from_utf8(run.stdout).unwrap();
    assert!(text.lines().last().unwrap().contains("question"), "{text}");
    assert_eq!(run.status.code(), Some(0));
}

#[test]
fn a_right_and_a_wrong_prediction_at_a_terminal() {
    let mut typing = Typing::start("TERM=xterm");
    typing.wait_for("Your prediction");
    typing.enter("nonsense");
    typing.wait_for("That is none of the options.");
    typing.wait_for("Your prediction");
    typing.enter("1");
    typing.wait_for("You predicted it.");
    typing.wait_for("Enter for the next experiment");
    typing.enter("");
    typing.wait_for("Your prediction");
    typing.enter("1");
    typing.wait_for("You predicted 1).");
    typing.wait_for("The belief behind it (M47)");
    typing.wait_for("Tempting, because");
    typing.wait_for("Enter for the next experiment");
    assert!(typing.seen.contains('\x1b'), "no colour at a terminal");
    typing.enter("q");
    // Who leaves in the middle goes on there.
    typing.wait_for("Next: cargo run -p lesson-udp -- ");
    typing.wait_for("Read on: cargo run, then the chapter \"UDP: datagrams\"");
    assert_eq!(typing.ends().code(), Some(0));
}

#[test]
fn a_dumb_terminal_gets_no_escape_sequence() {
    let mut typing = Typing::start("TERM=dumb");
    typing.wait_for("Your prediction");
    typing.enter("q");
    typing.wait_for("Read on");
    assert!(!typing.seen.contains('\x1b'), "{:?}", typing.seen);
}

/// A lesson at a pseudo-terminal, which script(1) opens.
pub struct Typing {
    child: Child,
    stdin: ChildStdin,
    bytes: Receiver<Vec<u8>>,
    /// All that was shown.
    pub seen: String,
    /// How much of it the waits so far have passed.
    passed: usize,
}

impl Typing {
    pub fn start(variables: &str) -> Typing {
        let lesson = lesson("udp");
        Typing::at(&format!(
            "env -u NO_COLOR {variables} '{}'",
            lesson.display()
        ))
    }

    /// A command line at a pseudo-terminal.
    pub fn at(line: &str) -> Typing {
        // In the shell's place: one that stays, as dash does, gets the Ctrl-C
        // as well and dies of it, whatever the program makes of its own.
        let line = format!("exec {line}");
        let mut command = unkept("script");
        command.args(["--quiet", "--return", "--command", &line, "/dev/null"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command
            .spawn()
            .expect("script(1) of util-linux is installed");
        let stdin = child.stdin.take().unwrap();
        let mut stdout = child.stdout.take().unwrap();
        let (sender, bytes) = mpsc::channel();
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(length @ 1..) = stdout.read(&mut buffer) {
                if sender.send(buffer[..length].to_vec()).is_err() {
                    return;
                }
            }
        });
        let seen = String::new();
        Typing {
            child,
            stdin,
            bytes,
            seen,
            passed: 0,
        }
    }

    pub fn enter(&mut self, line: &str) {
        writeln!(self.stdin, "{line}").unwrap();
    }

    pub fn ends(&mut self) -> ExitStatus {
        let status = self.child.wait_timeout(DEADLINE).unwrap();
        status.expect("it ends")
    }

    /// All that was shown, once the program has ended.
    pub fn rest(mut self) -> String {
        while let Ok(bytes) = self.bytes.recv_timeout(DEADLINE) {
            self.seen += &String::from_utf8_lossy(&bytes);
        }
        std::mem::take(&mut self.seen)
    }

    pub fn wait_for(&mut self, words: &str) {
        let deadline = Instant::now() + DEADLINE;
        loop {
            if let Some(at) = self.seen[self.passed..].find(words) {
                self.passed += at + words.len();
                return;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            match self.bytes.recv_timeout(left) {
                Ok(bytes) => self.seen += &String::from_utf8_lossy(&bytes),
                Err(_) => panic!("never saw {words:?} in:\n{}", self.seen),
            }
        }
    }
}

impl Drop for Typing {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
