//! `hint`, `solution`, `reset`, and what the judge keeps, in a workbook of the
//! test's own.
//!
//! Its learner writes in Python: the `cargo` there only copies the file to
//! where the judge looks for the compiled program. The judge is the real one.

use crate::diary::deeds;
use crate::tools::found;
use crate::workspace::{ci, output, read, workbook};
use kit::diary::{Deed, VARIABLE};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Output};
use tempfile::TempDir;

pub const FILE: &str = "lessons/udp/exercises/udp-echo.rs";
const STUB: &str = "#!/usr/bin/env python3\n# Nothing yet.\n";

/// A server for `udp-echo`; what it does with a datagram comes after it.
pub const SERVER: &str = "#!/usr/bin/env python3
import socket, sys
host, port = sys.argv[1].rsplit(':', 1)
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind((host, int(port)))
print('listening on %s:%d' % server.getsockname(), flush=True)
first = None
while True:
    data, peer = server.recvfrom(65535)
    first = first or peer
";
pub const RIGHT: &str = "    server.sendto(data, peer)\n";
pub const WRONG: &str = "    server.sendto(data, first)\n";

/// A workbook with one lesson, its exercise and a diary.
pub struct Workshop {
    pub folder: TempDir,
}

impl Workshop {
    pub fn new() -> Workshop {
        let folder = crate::server::small_book();
        let workshop = Workshop { folder };
        workshop.write(FILE, STUB);
        workshop.write("lessons/udp/exercises/as-shipped/udp-echo.rs", STUB);
        workshop.write(
            "lessons/udp/answers/udp-echo--solution.rs",
            "// It passes.\n",
        );
        let cargo = "#!/bin/sh
[ \"$1\" = tree ] && exec test ! -e no-sources
grep -q 'no python' lessons/udp/exercises/udp-echo.rs && { echo 'error: no python' >&2; exit 101; }
mkdir -p target/debug/examples
cp lessons/udp/exercises/udp-echo.rs target/debug/examples/copy
chmod +x target/debug/examples/copy
mv target/debug/examples/copy target/debug/examples/udp-echo
";
        workshop.write("cargo", cargo);
        let may_run = fs::Permissions::from_mode(0o755);
        fs::set_permissions(workshop.path("cargo"), may_run).unwrap();
        workshop
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = workbook();
        command.arg("--root").arg(self.folder.path()).args(args);
        // As a learner has it: the diary lies in the workbook.
        command.env(VARIABLE, "").env("CARGO", self.path("cargo"));
        command
    }

    pub fn run(&self, args: &[&str]) -> Output {
        output(&mut self.command(args), "")
    }

    /// What a command prints; all must be well.
    pub fn said(&self, args: &[&str]) -> String {
        let run = self.run(args);
        let words = String::from_utf8_lossy(&run.stderr);
        assert_eq!((&*words, run.status.code()), ("", Some(0)), "{args:?}");
        String::from_utf8(run.stdout).unwrap()
    }

    pub fn deeds(&self) -> Vec<Deed> {
        deeds(&self.path(".workbook"))
    }
}

#[test]
fn a_verdict_is_kept_with_its_rules_and_the_belief() {
    if !found("python3") {
        return;
    }
    let workshop = Workshop::new();
    workshop.write(FILE, &format!("{SERVER}{WRONG}"));
    let run = workshop.run(&["--color", "always", "check", "udp-echo", "--seed", "7"]);
    assert_eq!(run.status.code(), Some(1));
    let kept = workshop.deeds();
    let [
        Deed::Verdict {
            exercise,
            passed,
            seed,
            rules,
            failed,
            command,
        },
    ] = &kept[..]
    else {
        panic!("{kept:?}");
    };
    assert_eq!((&**exercise, *passed, *seed), ("udp-echo", false, 7));
    let broken = rules.last().unwrap();
    assert!(!broken.passed && rules[..rules.len() - 1].iter().all(|rule| rule.passed));
    let failed = failed.as_ref().unwrap();
    assert_eq!(failed.rule, broken.rule);
    assert_eq!(failed.cause.as_deref(), Some("reply-to-first-peer"));
    assert_eq!(failed.belief.as_deref(), Some("M53"));
    let text = failed.text.join("\n");
    // The first line keeps its indent, as the others do.
    let columns = text.starts_with("  we did ") && text.contains("\n  we expected ");
    assert!(columns && !text.contains('\x1b'), "{text}");
    assert_eq!(*command, None);

    // A command in any language counts as well.
    let right = workshop.path("right.py");
    fs::write(&right, format!("{SERVER}{RIGHT}")).unwrap();
    let right = format!("python3 '{}'", right.display());
    workshop.said(&["check", "udp-echo", "--cmd", &right]);
    let Some(Deed::Verdict {
        passed,
        failed,
        command,
        ..
    }) = workshop.deeds().pop()
    else {
        panic!("no second verdict");
    };
    assert_eq!((passed, failed, command), (true, None, Some(right)));
    let text = workshop.said(&["progress"]);
    assert!(text.contains("; 1 of "), "{text}");
}

#[test]
fn a_program_that_does_not_compile_leaves_no_verdict() {
    let workshop = Workshop::new();
    workshop.write(FILE, "no python\n");
    assert_eq!(workshop.run(&["check", "udp-echo"]).status.code(), Some(1));
    assert!(!workshop.path(".workbook").exists());
}

#[test]
fn what_cargo_cannot_download_is_no_mistake_of_the_learners() {
    let workshop = Workshop::new();
    workshop.write(FILE, "no python\n");
    workshop.write("no-sources", "");
    let run = workshop.run(&["check", "udp-echo"]);
    assert_eq!(run.status.code(), Some(2));
    let words = String::from_utf8(run.stderr).unwrap();
    assert!(words.contains("`cargo fetch --locked`"), "{words}");
    assert!(!words.contains("does not compile"), "{words}");
}

#[test]
fn each_hint_says_more_and_the_last_one_stays() {
    let workshop = Workshop::new();
    let hints = [(); 4].map(|()| workshop.said(&["hint", "udp-echo"]));
    for (hint, level) in hints.iter().zip([1, 2, 3, 3]) {
        let heading = format!("udp-echo, hint {level} of 3\n");
        assert!(hint.starts_with(&heading), "{hint}");
    }
    assert!(hints[0].contains("One more: cargo run -- hint udp-echo"));
    assert!(hints[3].contains("solution udp-echo --anyway"));
    assert_eq!(hints[2], hints[3]);
    assert_eq!(
        workshop.said(&["hint", "udp-echo", "--level", "1"]),
        hints[0]
    );
    assert_eq!(workshop.deeds().len(), 5);
    let mistyped = workshop.run(&["hint", "upd-echo"]);
    assert_eq!(mistyped.status.code(), Some(2));
    let words = String::from_utf8(mistyped.stderr).unwrap();
    assert!(words.contains("did you mean `udp-echo`?"), "{words}");
}

#[test]
fn a_hint_without_a_name_is_for_the_exercise_at_hand() {
    let workshop = Workshop::new();
    let none = workshop.said(&["hint"]);
    assert!(none.contains("\n  stream-echo "), "{none}");
    assert!(
        none.ends_with("\nA hint for one: cargo run -- hint NAME\n"),
        "{none}"
    );
    workshop.said(&["hint", "udp-echo"]);
    let second = workshop.said(&["hint"]);
    assert!(second.starts_with("udp-echo, hint 2 of 3\n"), "{second}");
    // Code stands as it was written, line by line.
    let third = workshop.said(&["hint"]);
    let code = "\n    loop {\n        let (length, from) = socket.recv_from(&mut buffer)?;\n";
    assert!(third.contains(code), "{third}");
    // Nobody needs a hint for what has passed.
    let passed = Deed::Verdict {
        exercise: "udp-echo".into(),
        passed: true,
        seed: 1,
        rules: Vec::new(),
        failed: None,
        command: None,
    };
    let diary = kit::diary::Diary::in_folder(&workshop.path(".workbook"));
    diary.add(passed).unwrap();
    assert_eq!(workshop.said(&["hint"]), none);
}

#[test]
fn the_solution_is_for_who_has_passed_or_insists() {
    if !found("python3") {
        return;
    }
    let workshop = Workshop::new();
    let refused = workshop.run(&["solution", "udp-echo"]);
    assert_eq!(refused.status.code(), Some(1));
    let words = String::from_utf8(refused.stderr).unwrap();
    assert!(words.contains("udp-echo has not passed yet"), "{words}");
    assert!(refused.stdout.is_empty());
    let shown = "lessons/udp/answers/udp-echo--solution.rs\n\n// It passes.\n";
    assert_eq!(workshop.said(&["solution", "udp-echo", "--anyway"]), shown);

    workshop.write(FILE, &format!("{SERVER}{RIGHT}"));
    let passed = workshop.said(&["check", "udp-echo"]);
    let follows = "udp-echo: every rule is kept.
Compare it with the solution: cargo run -- solution udp-echo
What is next: cargo run -- progress
";
    assert!(passed.ends_with(follows), "{passed}");
    assert_eq!(workshop.said(&["solution", "udp-echo"]), shown);
    // Who begins again has not passed.
    workshop.said(&["reset", "udp-echo"]);
    assert_eq!(
        workshop.run(&["solution", "udp-echo"]).status.code(),
        Some(1)
    );
}

#[test]
fn reset_keeps_every_file_of_the_learner() {
    let workshop = Workshop::new();
    let same = workshop.said(&["reset", "udp-echo"]);
    assert!(same.contains("nothing to do"), "{same}");
    workshop.write("lessons/udp/exercises/udp-echo.2.rs", "mine, too");
    for (attempt, number) in [("first", 1), ("second", 3), ("third", 4)] {
        workshop.write(FILE, attempt);
        let text = workshop.said(&["reset", "udp-echo"]);
        let copy = format!("lessons/udp/exercises/udp-echo.{number}.rs");
        assert!(
            text.contains(&format!("Your file is {copy} now.")),
            "{text}"
        );
        assert_eq!(read(workshop.path(&copy)), attempt);
        assert_eq!(read(workshop.path(FILE)), STUB);
        let exercise = "udp-echo".into();
        assert_eq!(workshop.deeds().pop(), Some(Deed::Reset { exercise, copy }));
    }
    assert_eq!(
        read(workshop.path("lessons/udp/exercises/udp-echo.2.rs")),
        "mine, too"
    );
    fs::remove_file(workshop.path(FILE)).unwrap();
    assert!(workshop.said(&["reset", "udp-echo"]).contains("is back"));
    let names = fs::read_dir(workshop.path("lessons/udp/exercises")).unwrap();
    assert_eq!(names.count(), 6, "as-shipped, the file and four copies");
}

/// The file is never touched before the copy is whole.
#[test]
fn reset_without_room_for_the_copy_changes_nothing() {
    let workshop = Workshop::new();
    workshop.write(FILE, "my work");
    let mut small = Command::new("unshare");
    let script = "mount -t tmpfs -o size=16k,mode=777 tmpfs \"$1/lessons/udp/exercises\" || exit 9
mkdir \"$1/lessons/udp/exercises/as-shipped\"
head -c 4000 /dev/zero > \"$1/lessons/udp/exercises/as-shipped/udp-echo.rs\"
head -c 4000 /dev/urandom > \"$1/lessons/udp/exercises/udp-echo.rs\"
cp \"$1/lessons/udp/exercises/udp-echo.rs\" \"$1/before\"
head -c 99999 /dev/zero > \"$1/lessons/udp/exercises/full\" 2>/dev/null
shift; \"$@\"; code=$?; shift 2
cmp \"$1/before\" \"$1/lessons/udp/exercises/udp-echo.rs\" || exit 8
ls \"$1/lessons/udp/exercises\"; exit $code";
    small.args([
        "--user",
        "--map-root-user",
        "--mount",
        "sh",
        "-c",
        script,
        "sh",
    ]);
    let reset = workshop.command(&["reset", "udp-echo"]);
    small
        .arg(workshop.folder.path())
        .arg(reset.get_program())
        .args(reset.get_args());
    let run = output(&mut small, "");
    let words = String::from_utf8_lossy(&run.stderr);
    if run.status.code() == Some(9) || words.contains("unshare: ") {
        assert!(!ci(), "no namespace with a small disk: {words}");
        eprintln!("NOT CHECKED: this needs a namespace with a small disk");
        return;
    }
    assert_eq!(run.status.code(), Some(2), "{words}");
    assert!(
        words.contains("cannot copy lessons/udp/exercises/udp-echo.rs"),
        "{words}"
    );
    let left = String::from_utf8(run.stdout).unwrap();
    assert_eq!(left, "as-shipped\nfull\nudp-echo.rs\n");
}
