//! Everything about the wire that needs processes of its own: `cargo test` runs tests on threads,
//! and a process with threads cannot enter a lab. So each test starts `wire-scenarios`.
//!
//! Where the system refuses a lab, these tests say so and are skipped, unless WIRE_MUST_RUN is set.

#![allow(clippy::unwrap_used)]

mod decoder;
mod rules;

#[cfg(target_os = "linux")]
mod killed;
#[cfg(target_os = "linux")]
mod process;
#[cfg(target_os = "linux")]
mod refusals;
#[cfg(target_os = "linux")]
mod scenarios;
#[cfg(target_os = "linux")]
mod tshark;
