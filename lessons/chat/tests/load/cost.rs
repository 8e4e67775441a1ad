//! What a delivery costs the processor: the hub against a thread a client.
//!
//! Time on a processor, unlike time on a clock, hardly depends on what else
//! the machine does, and the ratio of two servers still less.

use crate::fair::at_most;
use crate::server::Server;
use crate::{load, release, turn};
use std::path::Path;
use std::process::{Command, Stdio};

#[test]
fn a_delivery_by_the_hub_costs_a_fraction_of_one_by_step_3() {
    let release = release();
    let _turn = turn();
    for (window, most) in [("8", 0.15), ("1", 0.35)] {
        eprintln!("µs a delivery, window {window}:");
        at_most(most, 2.0 * most, || {
            let hub = cost(&release, &["server"], window);
            (hub, cost(&release, &["step3", "server"], window))
        });
    }
}

/// Microseconds of the server's processor time for each delivery.
fn cost(release: &Path, words: &[&str], window: &str) -> f64 {
    let mut program = Command::new(release.join("lesson-chat"));
    program.args(words).arg("127.0.0.1:0");
    program.stderr(Stdio::null());
    let server = Server::run(program);
    let report =
        load(release, &server, &["--seconds", "1", "--window", window]);
    report["cpu_us_per_delivery"].as_f64().unwrap()
}
