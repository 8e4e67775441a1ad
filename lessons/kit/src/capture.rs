//! Where the packets of an experiment are kept, if somebody wants them.

use crate::output::complain;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

static FILE: OnceLock<PathBuf> = OnceLock::new();

static IS_LOST: AtomicBool = AtomicBool::new(false);

/// Has the packets kept in this file, which is not there yet.
pub(crate) fn keep_in(file: PathBuf) {
    FILE.get_or_init(|| file);
}

/// The new file in which the packets between the hosts are to be kept.
pub fn capture() -> Option<&'static Path> {
    FILE.get().map(PathBuf::as_path)
}

/// Says on standard error why the packets are not kept; the lesson ends with
/// exit status 2 then, for it was asked to keep them.
pub fn capture_is_lost(why: &str) {
    let file = capture().unwrap_or(Path::new("")).display().to_string();
    let file = crate::visible(&file);
    complain(&format!("the packets are not kept in {file}: {why}"));
    IS_LOST.store(true, Ordering::Relaxed);
}

pub(crate) fn is_lost() -> bool {
    IS_LOST.load(Ordering::Relaxed)
}
