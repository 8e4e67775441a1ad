//! `workbook watch`, in a workbook of the test's own, with the real judge.

use crate::running::Running;
use crate::server::edit;
use crate::terminal::Typing;
use crate::tools::found;
use crate::workshop::{FILE, RIGHT, SERVER, WRONG, Workshop};
use crate::workspace::{DEADLINE, living};
use kit::diary::{Deed, VARIABLE};
use std::fs;
use std::thread;
use std::time::{Duration, Instant};

#[test]
fn watch_checks_on_save_and_ends_when_all_has_passed() {
    checks_on_save(&[]);
}

#[test]
fn watch_checks_on_save_where_it_must_look_for_edits_too() {
    checks_on_save(&["--poll"]);
}

fn checks_on_save(options: &[&str]) {
    if !found("python3") {
        return;
    }
    let workshop = Workshop::new();
    pass_all_but_udp_echo(&workshop);
    let mut watch = watching(&workshop, options);
    watch.until("Watching lessons/udp/exercises/udp-echo.rs");
    watch.until("h hint, s solution, n next, l list, c check again, q quit (and Enter)");
    edit(workshop.folder.path(), FILE, |_| "no python\n".into());
    watch.until("does not compile");
    watch.until("q quit");
    edit(workshop.folder.path(), FILE, |_| format!("{SERVER}{WRONG}"));
    watch.until("BROKEN");
    watch.until("q quit");
    fs::remove_file(workshop.path(FILE)).unwrap();
    watch.until("There is no lessons/udp/exercises/udp-echo.rs");
    workshop.write(FILE, &format!("{SERVER}{RIGHT}"));
    watch.until("udp-echo: every rule is kept.");
    watch.until("Compare it with the solution: cargo run -- solution udp-echo");
    let next = watch.line().unwrap();
    assert!(next.starts_with("Every exercise has passed."), "{next}");
    assert_eq!(watch.ends_within(DEADLINE).code(), Some(0));
    let Some(Deed::Verdict { passed, .. }) = workshop.deeds().pop() else {
        panic!("{:?}", workshop.deeds());
    };
    assert!(passed);
}

#[test]
fn watch_checks_a_program_in_another_language_when_it_is_saved() {
    if !found("python3") {
        return;
    }
    let workshop = Workshop::new();
    let name = "my echo/my_echo.py";
    workshop.write(name, &format!("{SERVER}{WRONG}"));
    let line = ["udp-echo", "--cmd", "python3 my_echo.py"];
    let mut watch = watching_in(&workshop, "my echo", &line);
    let watched = watch.until("Watching ");
    assert!(watched.ends_with("Watching my_echo.py"), "{watched}");
    watch.until("BROKEN");
    watch.until("h hint, s solution, c check again, q quit (and Enter)");
    workshop.write("my echo/notes.txt", "This is not the program.\n");
    let own = workshop.path(name);
    fs::remove_file(&own).unwrap();
    watch.until("There is no ");
    fs::write(&own, format!("{SERVER}{RIGHT}")).unwrap();
    watch.until("udp-echo: every rule is kept.");
    watch.until("What is next: cargo run -- progress");
    assert_eq!(watch.ends_within(DEADLINE).code(), Some(0));
}

#[test]
fn watch_says_what_is_amiss_with_a_command_that_names_no_file() {
    let workshop = Workshop::new();
    for (line, why) in [
        (
            "python3 my_ehco.py",
            "there is no file `my_ehco.py` to watch",
        ),
        ("./my_ehco 127.0.0.1:0", "there is no file `./my_ehco`"),
        (
            "python3 -m my.echo",
            "`-m my.echo` names a module, and no file",
        ),
        (
            "true 127.0.0.1:0",
            "--cmd names no file to watch; an example",
        ),
    ] {
        let run = workshop.run(&["watch", "udp-echo", "--cmd", line]);
        assert_eq!(run.status.code(), Some(2));
        let words = String::from_utf8_lossy(&run.stderr).into_owned();
        assert!(words.contains(why), "{words}");
    }
}

#[test]
fn the_keys_of_watch_do_what_they_say() {
    let workshop = Workshop::new();
    workshop.write(FILE, "no python\n");
    let mut watch = watching(&workshop, &["udp-echo"]);
    watch.until("does not compile");
    watch.until("q quit");
    for (key, says) in [
        ("h", "udp-echo, hint 1 of 3"),
        ("", "One more: h"),
        ("h", "udp-echo, hint 2 of 3"),
        ("s", "udp-echo has not passed yet"),
        ("", "A hint: h"),
        ("l", "> udp-echo "),
        ("c", "does not compile"),
        ("x\u{1b}", "`x\\u{1b}` is no key"),
    ] {
        watch.types(key);
        watch.until(says);
    }
    watch.types("n");
    watch.until("udp-ask: ");
    let next = watch.until("Watching lessons/");
    assert!(!next.contains("udp-echo.rs"), "{next}");
    watch.types("n");
    watch.until("udp-file: ");
    watch.types("n");
    watch.until("The next exercise is of the chapter \"multicast\".");
    watch.types("q");
    watch.until("Stopped.");
    assert_eq!(watch.ends_within(DEADLINE).code(), Some(0));
}

#[test]
fn watch_goes_on_without_a_keyboard_and_ctrl_c_ends_it() {
    let workshop = Workshop::new();
    workshop.write(FILE, "no python\n");
    for signal in ["INT", "TERM"] {
        let mut watch = watching(&workshop, &["udp-echo"]);
        drop(watch.stdin.take());
        watch.until("Save the file");
        edit(workshop.folder.path(), FILE, |text| format!("{text}more\n"));
        watch.until("Save the file");
        watch.signal(signal);
        watch.until("Stopped.");
        assert_eq!(watch.ends_within(DEADLINE).code(), Some(0));
    }
}

#[test]
fn watch_names_what_it_does_not_know() {
    let run = Workshop::new().run(&["watch", "upd-echo"]);
    assert_eq!(run.status.code(), Some(2));
    let words = String::from_utf8(run.stderr).unwrap();
    assert!(words.contains("did you mean `udp-echo`?"), "{words}");
}

/// At a real terminal, Ctrl-C goes to the judge, too.
#[test]
fn ctrl_c_at_a_terminal_ends_watch_and_the_judge() {
    let workshop = Workshop::new();
    workshop.write(FILE, "#!/bin/sh\nsleep 1000\n");
    let mut typing = at_a_terminal(&workshop);
    typing.wait_for("seed");
    typing.enter("\u{3}");
    typing.wait_for("Stopped.");
    assert_eq!(typing.ends().code(), Some(0));
    // The judge and the program have the workshop's cargo in their environment.
    let mark = workshop.path("cargo").display().to_string();
    let soon = Instant::now() + Duration::from_secs(2);
    while !living(&mark).is_empty() {
        assert!(Instant::now() < soon, "{:?}", living(&mark));
        thread::sleep(Duration::from_millis(10));
    }
}

/// Who has a keyboard can end the input of `watch`, and means it.
#[test]
fn ctrl_d_at_a_terminal_ends_watch() {
    let workshop = Workshop::new();
    workshop.write(FILE, "no python\n");
    let mut typing = at_a_terminal(&workshop);
    typing.wait_for("q quit (and Enter)");
    typing.enter("\u{4}");
    typing.wait_for("Stopped.");
    assert_eq!(typing.ends().code(), Some(0));
}

/// `watch udp-echo` as somebody types it.
fn at_a_terminal(workshop: &Workshop) -> Typing {
    let command = workshop.command(&["watch", "udp-echo"]);
    let mut line = format!(
        "env TERM=dumb {VARIABLE}= CARGO='{}'",
        workshop.path("cargo").display()
    );
    for word in std::iter::once(command.get_program()).chain(command.get_args()) {
        line += &format!(" '{}'", word.to_string_lossy());
    }
    Typing::at(&line)
}

/// Notes in the diary that every exercise but udp-echo has passed.
fn pass_all_but_udp_echo(workshop: &Workshop) {
    let list = workshop.said(&["check", "--format", "json"]);
    let diary = kit::diary::Diary::in_folder(&workshop.path(".workbook"));
    for line in list.lines() {
        let one: serde_json::Value = serde_json::from_str(line).unwrap();
        let exercise = one["exercise"].as_str().unwrap().to_string();
        if exercise != "udp-echo" {
            let verdict = Deed::Verdict {
                exercise,
                passed: true,
                seed: 1,
                rules: Vec::new(),
                failed: None,
                command: None,
            };
            diary.add(verdict).unwrap();
        }
    }
}

fn watching(workshop: &Workshop, options: &[&str]) -> Running {
    watching_in(workshop, ".", options)
}

fn watching_in(workshop: &Workshop, folder: &str, options: &[&str]) -> Running {
    let mut command = workshop.command(&["watch"]);
    command.current_dir(workshop.path(folder)).args(options);
    Running::start(command)
}
