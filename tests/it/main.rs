//! End-to-end tests: what holds the design together.
//!
//! `BLESS=1 cargo test --workspace` re-makes the recordings of the book.

// They start shells and give files their modes.
#![cfg(unix)]
// A test may panic: that is how it fails.
#![allow(clippy::unwrap_used)]

mod beliefs;
mod block;
mod book;
mod command;
mod commands;
mod diary;
mod faults;
mod gate;
#[cfg(target_os = "linux")]
mod hard;
mod hold;
mod house;
mod in_python;
mod judge;
#[cfg(target_os = "linux")]
mod keep;
mod languages;
mod learner;
mod lessons;
mod live;
mod mask;
mod on_the_wire;
mod progress;
mod recordings;
mod running;
mod runs;
mod server;
mod shelf;
mod terminal;
mod tools;
mod watch;
mod wire;
mod workshop;
mod workspace;
