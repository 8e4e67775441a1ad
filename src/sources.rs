//! The sources of all that the workbook is built from: they are fetched at the
//! first start, so that a class without internet lacks nothing afterwards.

use std::process::{Command, Stdio};

use crate::place::Place;

/// Has cargo fetch what it lacks; true if it then has all.
///
/// Building downloads only what is built, and exercises and tests need more
/// than the book does. Where nothing is lacking this takes some milliseconds.
pub fn fetch(place: &Place) -> bool {
    // Trying again would keep the learner's own cargo waiting for the lock.
    let args = ["fetch", "--locked", "--config", "net.retry=0"];
    succeeds(place.cargo().args(args))
}

/// Whether cargo would have to download something to build this package, its
/// exercises or its tests on this machine.
pub fn lacks(place: &Place, package: &str) -> bool {
    let args = [
        "tree",
        "--locked",
        "--offline",
        "--edges",
        "normal,build,dev",
    ];
    !succeeds(place.cargo().args(args).args(["--package", package]))
}

fn succeeds(command: &mut Command) -> bool {
    let quiet = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}
