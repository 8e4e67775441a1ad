//! Closing: FIN, RST, what stays behind, and what silence means.
//!
//! Seventeen experiments, each in a file of its own; read them in this order.
//!
//!     cargo run -p lesson-closing
//!     cargo run -p lesson-closing -- half-close

mod acknowledged;
mod connection;
mod corruption;
mod cut_cable;
mod end_of_stream;
mod forged_reset;
mod half_close;
mod how_many;
mod keep_alive;
mod last_ack;
mod lost_segments;
mod rebinding;
mod time_wait;
mod timeout;
mod two_handles;
mod unread;
mod write_on;
mod zero_window;

use std::process::ExitCode;

fn main() -> ExitCode {
    // First of all: the kernel makes hosts only for a program of one thread.
    lab::enter();
    kit::teach(&kit::Lesson {
        name: "closing",
        title: "Closing a connection",
        experiments: &[
            how_many::EXPERIMENT,
            end_of_stream::EXPERIMENT,
            half_close::EXPERIMENT,
            two_handles::EXPERIMENT,
            time_wait::EXPERIMENT,
            last_ack::EXPERIMENT,
            rebinding::EXPERIMENT,
            unread::EXPERIMENT,
            acknowledged::EXPERIMENT,
            write_on::EXPERIMENT,
            zero_window::EXPERIMENT,
            cut_cable::EXPERIMENT,
            timeout::EXPERIMENT,
            keep_alive::EXPERIMENT,
            forged_reset::EXPERIMENT,
            lost_segments::EXPERIMENT,
            corruption::EXPERIMENT,
        ],
    })
}
