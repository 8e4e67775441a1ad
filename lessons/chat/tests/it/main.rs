//! The rules of the chat, each with real clients on this machine.

// A test may panic: that is how it fails.
#![allow(clippy::unwrap_used)]

mod clients;
mod fuzz;
mod harm;
mod hostile;
mod killed;
mod limits;
mod order;
mod random;
mod room;
mod server;
mod telnet;
mod typing;
