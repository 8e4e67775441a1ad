//! What a socket is: a descriptor, an address, and bytes between two programs.
//!
//! Eleven experiments, each in a file of its own; read them in this order.
//!
//!     cargo run -p lesson-sockets
//!     cargo run -p lesson-sockets -- descriptor

mod addresses;
mod both_families;
mod byte_order;
mod client_port;
mod descriptor;
mod everywhere;
mod http;
mod localhost;
mod mail_server;
mod one_port;
mod smtp;
mod special_ports;
mod web_server;
mod wildcard;

use std::process::ExitCode;
use std::time::Duration;

/// How long a call waits before it gives up.
///
/// A call on a socket may wait for somebody else, and so for ever. On this
/// machine each of them takes less than a millisecond.
const PATIENCE: Duration = Duration::from_secs(2);

fn main() -> ExitCode {
    kit::teach(&kit::Lesson {
        name: "sockets",
        title: "What a socket is",
        experiments: &[
            descriptor::EXPERIMENT,
            client_port::EXPERIMENT,
            one_port::EXPERIMENT,
            special_ports::EXPERIMENT,
            addresses::EXPERIMENT,
            wildcard::EXPERIMENT,
            localhost::EXPERIMENT,
            both_families::EXPERIMENT,
            byte_order::EXPERIMENT,
            http::EXPERIMENT,
            smtp::EXPERIMENT,
        ],
    })
}
