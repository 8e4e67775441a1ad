//! The programs in other languages that the book shows: they compile and run.
//!
//! Where the tool of a language is missing, that is said. Under CI, Python
//! and a C compiler must be there; Go need not be.

use crate::workspace::{ci, files, is_blessing, output, output_within, read, root};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// A program prints the same in every language, and the same as in the book.
#[test]
fn every_program_in_another_language_does_what_the_book_shows() {
    let folder = root().join("book/languages");
    let built = tempfile::tempdir().unwrap();
    let mut programs = 0;
    for ending in [".py", ".c", ".go"] {
        for source in files(&folder, ending) {
            programs += 1;
            let Some(mut program) = program(&source, built.path()) else {
                continue;
            };
            // These show what Linux does; see the page for other systems.
            let only_linux = source.ends_with("close_in_another_thread.py");
            if only_linux && !cfg!(target_os = "linux") {
                eprintln!("NOT CHECKED: {} is about Linux", source.display());
                continue;
            }
            let run = output(&mut program, "");
            let words = String::from_utf8_lossy(&run.stderr);
            assert!(run.status.success(), "{}: {words}", source.display());
            let printed = String::from_utf8(run.stdout).unwrap();
            compare(&source.with_extension("txt"), &printed);
        }
    }
    assert!(programs >= 4, "only {programs} programs were found");
}

/// The program of a source, built if need be, or nothing without its tool.
fn program(source: &Path, built: &Path) -> Option<Command> {
    let ending = source.extension().unwrap().to_str().unwrap();
    let tool = match ending {
        "py" => "python3",
        "c" => "cc",
        _ => "go",
    };
    let version = if tool == "go" { "version" } else { "--version" };
    if Command::new(tool).arg(version).output().is_err() {
        assert!(!ci() || tool == "go", "{tool} is not installed");
        eprintln!("NOT CHECKED: {} needs {tool}", source.display());
        return None;
    }
    if tool == "python3" {
        let mut python = Command::new(tool);
        python.arg("-B").arg(source);
        return Some(python);
    }
    let binary: PathBuf = built.join(ending);
    let mut build = Command::new(tool);
    match tool {
        "go" => build.env("GOCACHE", built.join("cache")).arg("build"),
        _ => build.args(["-Wall", "-Wextra", "-Werror"]),
    };
    build.arg("-o").arg(&binary).arg(source);
    let done = output_within(&mut build, "", Duration::from_secs(300));
    let words = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{}: {words}", source.display());
    Some(Command::new(binary))
}

fn compare(kept: &Path, printed: &str) {
    if is_blessing() {
        std::fs::write(kept, printed).unwrap();
        return;
    }
    assert_eq!(read(kept), printed, "{}", kept.display());
}
