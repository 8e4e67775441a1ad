//! What the chat costs and holds, one after the other.
//!
//! A test binary of its own, because cargo runs these in turn: nothing else
//! of this workspace runs meanwhile.

// A test may panic: that is how it fails.
#![allow(clippy::unwrap_used)]

mod cost;
mod crowd;
mod fair;
mod mute;
#[allow(dead_code)]
#[path = "../it/server.rs"]
mod server;

use serde_json::Value;
use server::Server;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// One at a time.
fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The folder with the programs and examples as people would run them for
/// many: optimised. What costs time is to be measured there only.
fn release() -> PathBuf {
    let program = Path::new(env!("CARGO_BIN_EXE_lesson-chat"));
    let target = program.parent().unwrap().parent().unwrap();
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--release", "--package", "lesson-chat"]);
    cargo.args(["--bin", "lesson-chat", "--example", "chat-load"]);
    cargo
        .arg("--target-dir")
        .arg(target)
        .env("WORKBOOK_STATE", "off");
    assert!(cargo.status().unwrap().success(), "{cargo:?}");
    target.join("release")
}

/// What a hundred find at a server, twenty of whom talk.
fn load(release: &Path, server: &Server, options: &[&str]) -> Value {
    let mut load = Command::new(release.join("examples/chat-load"));
    load.arg(server.address.to_string());
    load.args(["--clients", "100", "--senders", "20"]);
    load.args(["--format", "json", "--pid", &server.child.id().to_string()]);
    let report = load.args(options).output().unwrap();
    serde_json::from_slice(&report.stdout).unwrap()
}
