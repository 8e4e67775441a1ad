//! What a built lesson says it has.

use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use kit::Event;

use super::State;

/// How long a lesson may take to name its experiments: it takes a millisecond.
const PATIENCE: Duration = Duration::from_secs(10);
/// More than the list of any lesson.
const LIST_BYTES: u64 = 64 * 1024;

/// Asks a program which experiments it has.
pub fn of(program: &Path) -> State {
    match listed(program) {
        Some(experiments) => State::Ready(experiments),
        None => State::Broken(
            "It was built, but does not name its experiments when asked with \
             --list --format json."
                .to_owned(),
        ),
    }
}

fn listed(program: &Path) -> Option<Vec<String>> {
    let mut child = Command::new(program)
        .args(["--list", "--format", "json"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let stdout = child.stdout.take()?;
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        let mut text = String::new();
        // What cannot be read is no list.
        let _ = stdout.take(LIST_BYTES).read_to_string(&mut text);
        let _ = tell.send(text);
    });
    let text = told.recv_timeout(PATIENCE);
    // Either it has ended by itself, or it will not.
    let _ = child.kill();
    let _ = child.wait();
    match serde_json::from_str(text.ok()?.lines().next()?).ok()? {
        Event::Lesson { experiments, .. } => {
            Some(experiments.into_iter().map(|one| one.name).collect())
        }
        _ => None,
    }
}
