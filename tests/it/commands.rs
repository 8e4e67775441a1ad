//! A reader types the commands of a page as they stand there, so each of them
//! is run here as it stands there.
//!
//! Each is typed into a shell in a folder that looks like the workbook, with a
//! diary of its own. `cargo` and `sudo` are stand-ins: the first becomes the
//! program that is built already, the second just does it.

mod collect;
mod home;
mod tables;

use crate::workspace::{ci, lesson, output, output_within, wire_refused};
use collect::commands;
use home::Home;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::process::{Command, Output};
use std::sync::Mutex;
use std::thread;
use std::time::Duration;
use tables::{ANOTHER_STATUS, NOT_RUN, SCENES};

/// How many commands run beside each other: they mostly wait.
const BESIDE: usize = 4;

/// How long one command may take.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn every_command_of_every_page_runs_as_it_is_printed() {
    let found = commands();
    assert!(found.len() > 200, "only {} commands", found.len());
    // Everything is built first, so that no command waits for it.
    lesson("udp");
    crate::judge::examples();
    let home = Home::new();
    let in_scenes: BTreeSet<&str> = SCENES.iter().flat_map(|s| s.iter()).map(|s| s.0).collect();
    let alone = found
        .keys()
        .filter(|command| !in_scenes.contains(&***command));
    let alone = alone.filter(|command| why_not(command).is_none());
    let mut waiting: Vec<Vec<(&str, &str)>> = SCENES.iter().map(|scene| scene.to_vec()).collect();
    waiting.extend(alone.map(|command| vec![(&**command, "")]));
    // The last goes first: what takes longest.
    waiting.sort_by_key(|commands| commands[0].0.starts_with("cargo run -- check"));
    let (waiting, faults) = (Mutex::new(waiting), Mutex::new(String::new()));
    thread::scope(|scope| {
        for _ in 0..BESIDE {
            scope.spawn(|| {
                let next = || waiting.lock().unwrap().pop();
                while let Some(commands) = next() {
                    let fault = match commands[..] {
                        [(command, "")] => fault_of(command, &home),
                        _ => fault_of_scene(&commands, &home),
                    };
                    if let Some(fault) = fault {
                        faults.lock().unwrap().push_str(&fault);
                    }
                }
            });
        }
    });
    let mut faults = faults.into_inner().unwrap();
    for (command, places) in &found {
        if faults.contains(&format!("`{command}`\n")) {
            writeln!(faults, "`{command}` stands in {places:?}").unwrap();
        }
    }
    assert!(faults.is_empty(), "{faults}");
}

/// The tables say nothing about a command that is gone.
#[test]
fn every_command_of_the_tables_stands_on_a_page() {
    let found = commands();
    for (start, why) in NOT_RUN {
        let stands = found.keys().any(|command| command.starts_with(start));
        assert!(stands, "no command begins with `{start}` ({why})");
    }
    let another = ANOTHER_STATUS.iter().map(|(command, _)| *command);
    let in_scenes = SCENES
        .iter()
        .flat_map(|scene| scene.iter())
        .map(|step| step.0);
    for command in another.chain(in_scenes) {
        assert!(found.contains_key(command), "no page has `{command}`");
    }
}

fn why_not(command: &str) -> Option<&'static str> {
    let mut reasons = NOT_RUN.iter();
    let reason = reasons.find(|(start, _)| command.starts_with(start))?;
    Some(reason.1)
}

/// The exit statuses that are right for a command.
fn statuses(command: &str) -> Vec<i32> {
    if let Some((_, status)) = ANOTHER_STATUS.iter().find(|(of, _)| *of == command) {
        return vec![*status];
    }
    let judged = command
        .trim_start_matches("WORKBOOK_STATE=off ")
        .replace(" -q ", " ")
        .starts_with("cargo run -- check ");
    match judged {
        // The reader's program, see `home`.
        true if command.contains("python3 my_") && !command.contains(" udp-echo ") => vec![1],
        // An exercise breaks a rule until its learner has solved it.
        true if !command.contains("--cmd") => vec![0, 1],
        _ => vec![0],
    }
}

/// Runs one command; says what is wrong with it.
fn fault_of(command: &str, home: &Home) -> Option<String> {
    let folder = home.workbook(command);
    // A run that was disturbed says so, and is run again.
    for _ in 0..6 {
        let mut shell = home.at_work("timeout", folder.path());
        shell.args(["--kill-after", "1", "50", "bash", "-c", command]);
        if command.contains(" ~/") {
            // Completions are kept in a home of their own.
            shell.env("HOME", home.folder.path());
        }
        let run = output_within(&mut shell, "", PATIENCE);
        let (status, words) = (run.status.code(), said(&run));
        let disturbed = status == Some(2) && words.to_lowercase().contains("inconclusive");
        if status == Some(2) && words.contains("no lab here") && wire_refused().is_some() {
            not_checked("the wire", command);
            return None;
        }
        if !disturbed || words.contains("panicked at") {
            return fault(command, status, &words);
        }
        if wire_refused().is_some() {
            return None;
        }
    }
    Some(format!("`{command}`\n  was inconclusive six times\n"))
}

/// Runs the commands of a scene; says what is wrong with them.
fn fault_of_scene(scene: &[(&str, &str)], home: &Home) -> Option<String> {
    let folder = home.workbook(scene[0].0);
    let mut shell = home.at_work("timeout", folder.path());
    shell.args(["--kill-after", "1", "50", "unshare"]);
    // For root's tcpdump, which insists on becoming another user, a network is
    // enough; else a namespace of users comes with it.
    if output(Command::new("id").arg("-u"), "").stdout != b"0\n" {
        shell.args(["--user", "--map-root-user"]);
    }
    shell.args(["--net", "--kill-child"]);
    shell.args(["bash", "-c", include_str!("commands/scene.sh"), "scene"]);
    shell.args(scene.iter().flat_map(|(command, up)| [command, up]));
    let run = output_within(&mut shell, "", PATIENCE);
    let words = said(&run);
    if words.starts_with("unshare:") {
        not_checked("a network of its own", scene[0].0);
        return None;
    }
    let mut told = words.split("\n== ").skip(1);
    let mut faults = String::new();
    for (command, _) in scene {
        let told = told.next().unwrap_or_default();
        let (status, told) = told.split_once(' ').unwrap_or_default();
        let found = fault(command, status.parse().ok(), told);
        faults += &found.unwrap_or_default();
    }
    (!faults.is_empty()).then(|| format!("{faults}  in the scene\n{words}\n"))
}

fn fault(command: &str, status: Option<i32>, words: &str) -> Option<String> {
    // Only root may become another user, as tcpdump does.
    if words.contains("tcpdump: Couldn't change to") {
        not_checked("root", command);
        return None;
    }
    // A shell says 127 if there is no such program.
    if status == Some(127) && words.contains("not found") {
        not_checked("one of its tools", command);
        return None;
    }
    let right = status.is_some_and(|status| statuses(command).contains(&status));
    let wrong = !right || words.contains("panicked at");
    wrong.then(|| format!("`{command}`\n  ended with {status:?}\n{words}\n"))
}

fn not_checked(missing: &str, command: &str) {
    eprintln!("NOT CHECKED: {missing} is not here, for {command}");
    // What .ci/run installs has to be there; ncat is not part of it.
    assert!(!ci() || command.contains("ncat"), "{command}: no {missing}");
}

fn said(run: &Output) -> String {
    let out = String::from_utf8_lossy(&run.stdout);
    let err = String::from_utf8_lossy(&run.stderr);
    format!("{err}{out}")
}
