//! Two hosts and the cable between them, on the real kernel, in one ordinary process without root.
//!
//! ```no_run
//! use std::net::{TcpListener, TcpStream};
//! use std::time::Duration;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let entered = wire::enter()?; // first in main, before any thread
//! let lab = wire::Lab::new(&entered)?;
//! lab.wire.rule("drop syn:1")?;
//! let listener = lab.b.enter(|| TcpListener::bind("10.0.0.2:4242"))?;
//! let stream = lab.a.enter(|| TcpStream::connect("10.0.0.2:4242"))?;
//! let (peer, _) = listener.accept()?;
//! for packet in lab.wire.packets() {
//!     println!("{packet}");
//! }
//! lab.wire.trust()?; // the wire itself lost nothing and was never late
//! # drop((stream, peer)); Ok(()) }
//! ```
//!
//! Each host is a network namespace (network_namespaces(7)) with one interface, `wire0`. Its other
//! end is in a third namespace, where a thread takes every packet from one side, decides what
//! becomes of it, and sends it to the other: see [`rule`] for what it can be told.
//! Addresses are numeric only: there is no name service on either host.

#![deny(unsafe_code)]
#![warn(missing_docs)]
#![cfg_attr(test, allow(clippy::unwrap_used))]
// Without a lab nothing sees a packet.
#![cfg_attr(not(target_os = "linux"), allow(dead_code))]

mod checksum;
pub mod decode;
pub mod diag;
mod flow;
pub mod forge;
mod options;
mod packet;
pub mod pcapng;
pub mod probe;
mod queue;
mod refusal;
pub mod rule;
mod state;
mod text;
mod wire;

#[cfg(target_os = "linux")]
mod cable;
#[cfg(target_os = "linux")]
mod capture;
#[cfg(target_os = "linux")]
mod handshake;
#[cfg(target_os = "linux")]
mod host;
#[cfg(target_os = "linux")]
mod inet_diag;
#[cfg(target_os = "linux")]
mod lab;
#[cfg(target_os = "linux")]
mod links;
#[cfg(target_os = "linux")]
mod netlink;
#[cfg(target_os = "linux")]
mod port;
#[cfg(target_os = "linux")]
mod program;
#[cfg(target_os = "linux")]
mod sandbox;
#[cfg(target_os = "linux")]
#[allow(unsafe_code)]
mod sys;
#[cfg(target_os = "linux")]
mod sysctl;

#[cfg(not(target_os = "linux"))]
mod elsewhere;
#[cfg(not(target_os = "linux"))]
use elsewhere::{handshake, port};

pub use flow::{Identity, Kind};
pub use options::Options;
pub use packet::{Fate, Packet, Side};
pub use refusal::{Cause, Refusal, Step};
pub use rule::{Action, Rule, RuleError, Selector, What};
pub use state::RuleId;
pub use wire::{Inconclusive, Wire};

#[cfg(target_os = "linux")]
pub use {
    capture::Capture, host::Host, lab::Lab, program::Program, sandbox::Entered, sandbox::enter,
};

#[cfg(not(target_os = "linux"))]
pub use elsewhere::{Capture, Entered, Host, Lab, Program, enter};
