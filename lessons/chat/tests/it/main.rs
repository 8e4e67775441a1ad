//! The rules of the chat, each with real clients on this machine.

// A test may panic: that is how it fails.
#![allow(clippy::unwrap_used)]

mod clients;
mod harm;
mod hostile;
mod limits;
mod order;
mod room;
mod server;
