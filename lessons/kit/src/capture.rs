//! Where the packets of an experiment are kept, if somebody wants them.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

static FILE: OnceLock<PathBuf> = OnceLock::new();

/// Has the packets kept in this file, which is not there yet.
pub(crate) fn keep_in(file: PathBuf) {
    FILE.get_or_init(|| file);
}

/// The new file in which the packets between the hosts are to be kept.
pub fn capture() -> Option<&'static Path> {
    FILE.get().map(PathBuf::as_path)
}
