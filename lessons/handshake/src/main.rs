//! The handshake: SYN, SYN-ACK, ACK, and what happens when one is missing.
//!
//! Two hosts on a wire that shows every packet and can lose any of them.
//! Nine experiments, each in a file of its own; read them in this order.
//!
//!     cargo run -p lesson-handshake
//!     cargo run -p lesson-handshake -- three-packets

mod backlog;
mod before_accept;
mod initial_numbers;
mod lost_syn;
mod lost_syn_ack;
mod lost_third_ack;
mod refused_or_silent;
mod simultaneous_open;
mod three_packets;

use std::process::ExitCode;
use std::time::Duration;

fn main() -> ExitCode {
    // First of all: the kernel makes hosts only for a program of one thread.
    lab::enter();
    kit::teach(&kit::Lesson {
        name: "handshake",
        title: "Opening a connection",
        experiments: &[
            three_packets::EXPERIMENT,
            before_accept::EXPERIMENT,
            initial_numbers::EXPERIMENT,
            backlog::EXPERIMENT,
            refused_or_silent::EXPERIMENT,
            lost_syn::EXPERIMENT,
            lost_syn_ack::EXPERIMENT,
            lost_third_ack::EXPERIMENT,
            simultaneous_open::EXPERIMENT,
        ],
    })
}

/// A time that was measured, as the ladders write it: `20.3 ms`.
fn ms(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}
