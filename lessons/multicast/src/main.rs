//! Broadcast and multicast: one send, many receivers, and who may hear it.
//!
//! Seven experiments on two hosts and a wire that shows every packet.
//!
//!     cargo run -p lesson-multicast
//!     cargo run -p lesson-multicast -- join

mod bound;
mod eavesdrop;
mod join;
mod leave;
mod membership;
mod own_voice;
mod permission;
mod scope;

use std::net::Ipv4Addr;
use std::process::ExitCode;
use std::time::Duration;

/// The group of this lesson.
///
/// Addresses from 239.0.0.0 on are for private use, as 10.0.0.0 is: no router
/// should carry them out of an organization (RFC 2365).
const GROUP: Ipv4Addr = Ipv4Addr::new(239, 1, 2, 3);

/// How long a receive waits before it gives up.
const PATIENCE: Duration = Duration::from_secs(2);

fn main() -> ExitCode {
    // First of all: the kernel makes hosts only for a program of one thread.
    lab::enter();
    kit::teach(&kit::Lesson {
        name: "multicast",
        title: "Broadcast and multicast",
        experiments: &[
            permission::EXPERIMENT,
            join::EXPERIMENT,
            leave::EXPERIMENT,
            bound::EXPERIMENT,
            eavesdrop::EXPERIMENT,
            own_voice::EXPERIMENT,
            scope::EXPERIMENT,
        ],
    })
}
