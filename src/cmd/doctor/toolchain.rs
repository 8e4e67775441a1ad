//! Cargo and rustc: there, and new enough.

use std::path::Path;

use super::child::{self, Failure};
use super::{Check, State};

/// The oldest Rust that compiles the workspace, from its Cargo.toml.
const OLDEST: &str = env!("CARGO_PKG_RUST_VERSION");

/// Checks both, in the workspace's folder, where a toolchain file may choose.
pub fn checks(root: &Path) -> Vec<Check> {
    ["cargo", "rustc"]
        .map(|program| check(root, program))
        .into()
}

fn check(root: &Path, program: &str) -> Check {
    let (state, found) = match child::ask(root, Path::new(program), &["--version"]) {
        Ok(answer) => judge(&answer.said),
        Err(Failure::Missing) => (State::Missing, "not found in PATH".to_owned()),
        Err(Failure::Other(why)) => (State::Unknown, why),
    };
    let get = match state {
        State::Old => "rustup update stable".to_owned(),
        _ => "see https://rustup.rs".to_owned(),
    };
    Check {
        what: program.to_owned(),
        state,
        found,
        needed_for: "compiling and running the lessons",
        get: Some(get),
    }
}

fn judge(said: &str) -> (State, String) {
    match said.split_whitespace().nth(1).and_then(numbers) {
        None => (
            State::Unknown,
            format!("cannot tell its version from: {said}"),
        ),
        version if version < numbers(OLDEST) => (
            State::Old,
            format!("{said}, but {OLDEST} or newer is needed"),
        ),
        Some(_) => (State::Ok, said.to_owned()),
    }
}

/// Major and minor number of `1.88.0`, `1.88` or `1.90.0-nightly`.
fn numbers(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.split('.').map(|part| part.parse().ok());
    Some((parts.next()??, parts.next()??))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_compiler_is_old_and_a_strange_answer_is_unknown() {
        assert_eq!(judge("rustc 1.99.0-nightly (abc 2026-01-01)").0, State::Ok);
        assert_eq!(judge("rustc 1.9.0 (abc 2016-05-01)").0, State::Old);
        assert_eq!(judge("error: no toolchain").0, State::Unknown);
        assert_eq!(judge("").0, State::Unknown);
    }
}
