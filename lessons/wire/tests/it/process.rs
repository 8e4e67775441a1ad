//! Starts `wire-scenarios`, as this user or as nobody.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

const PREFIX: &str = "wire-it-";

/// Who runs the scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum User {
    Ours,
    Nobody,
}

/// Ours, and if that is root also an ordinary one.
pub fn users() -> Vec<User> {
    let root = fs::metadata("/proc/self").is_ok_and(|this| this.uid() == 0);
    if root {
        vec![User::Ours, User::Nobody]
    } else {
        vec![User::Ours]
    }
}

pub fn command(user: User) -> Command {
    let program = program();
    if user == User::Ours {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
        .arg(program);
    command
}

/// Runs it to its end with a limit of time, so that nothing can hang.
pub fn run(user: User, args: &[&str]) -> Output {
    let plain = command(user);
    let mut limited = Command::new("timeout");
    limited
        .args(["--signal=KILL", "60"])
        .arg(plain.get_program())
        .args(plain.get_args());
    limited.args(args).output().unwrap()
}

/// True if a lab can be had; otherwise says why not, in the doctor's words.
pub fn lab_or_skip(user: User) -> bool {
    let output = run(user, &["--probe"]);
    match wire::probe::read(&String::from_utf8_lossy(&output.stdout)) {
        Some(Ok(())) => true,
        Some(Err(refusal)) => {
            let why = format!("as {user:?}: {refusal}\n{}", refusal.remedy());
            assert!(std::env::var_os("WIRE_MUST_RUN").is_none(), "{why}");
            println!("skipped {why}");
            false
        }
        None => panic!("the probe gave no answer: {output:?}"),
    }
}

/// A folder that everybody may write to.
pub fn scratch() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        clean_up();
        let folder = std::env::temp_dir().join(format!("{PREFIX}{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).unwrap();
        folder
    })
}

/// A copy of the program where any user can read it; the target folder may be private.
fn program() -> &'static Path {
    static COPY: OnceLock<PathBuf> = OnceLock::new();
    COPY.get_or_init(|| {
        let copy = scratch().join("wire-scenarios");
        fs::copy(build(), &copy).unwrap();
        fs::set_permissions(&copy, fs::Permissions::from_mode(0o755)).unwrap();
        copy
    })
}

/// Builds it: `cargo test NAME` does not, and would leave us with an old one.
fn build() -> PathBuf {
    let here = std::env::current_exe().unwrap();
    let profile = here.parent().unwrap().parent().unwrap();
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args([
        "build",
        "--quiet",
        "--package",
        "wire",
        "--example",
        "wire-scenarios",
    ]);
    cargo.arg("--target-dir").arg(profile.parent().unwrap());
    if profile.ends_with("release") {
        cargo.arg("--release");
    }
    assert!(cargo.status().unwrap().success(), "{cargo:?}");
    profile.join("examples/wire-scenarios")
}

/// Removes what earlier runs left, unless they still run.
fn clean_up() {
    for old in fs::read_dir(std::env::temp_dir()).unwrap().flatten() {
        let name = old.file_name().into_string().unwrap_or_default();
        let Some(pid) = name.strip_prefix(PREFIX) else {
            continue;
        };
        if !Path::new("/proc").join(pid).exists() {
            // It may be another user's.
            let _ = fs::remove_dir_all(old.path());
        }
    }
}
