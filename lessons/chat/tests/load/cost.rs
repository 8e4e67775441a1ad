//! What a delivery costs the processor: the hub against a thread a client.
//!
//! Time on a processor, unlike time on a clock, hardly depends on what else
//! the machine does, and the ratio of two servers still less.

use crate::server::Server;
use crate::{release, turn};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

#[test]
fn a_delivery_by_the_hub_costs_a_fraction_of_one_by_step_3() {
    let release = release();
    let _turn = turn();
    for (window, most) in [("8", 0.15), ("1", 0.35)] {
        let (mut hub, mut step3) = (f64::MAX, f64::MAX);
        let mut quiet = 0;
        for round in 1..=9 {
            let before = ticks();
            // Whatever disturbs a run adds to it, so the least is nearest.
            hub = hub.min(cost(&release, &["server"], window));
            step3 = step3.min(cost(&release, &["step3", "server"], window));
            let (all, ours) = ticks();
            let others = 1.0 - (ours - before.1) / (all - before.0);
            quiet += u32::from(others < 0.3);
            let ratio = hub / step3;
            eprintln!(
                "window {window}: {hub:.2} of {step3:.2} µs; {:.0} % of the \
                 work was that of others",
                others * 100.0
            );
            if round >= 3 && ratio <= most {
                break;
            }
            // A machine that works for others says nothing but the grossest.
            let enough = quiet >= 3 && round >= 5 || round == 9;
            let telling = quiet >= 3 || ratio > 2.0 * most;
            if enough {
                assert!(!telling, "{ratio:.2} of step 3, at most {most}");
                eprintln!("NOT CHECKED: the machine works for others");
                break;
            }
        }
    }
}

/// How long all processors have worked, and for children that have ended:
/// proc_stat(5) and proc_pid_stat(5).
fn ticks() -> (f64, f64) {
    let numbers = |text: &str| -> Vec<f64> {
        text.split_whitespace().flat_map(str::parse).collect()
    };
    let all = std::fs::read_to_string("/proc/stat").unwrap();
    let all = numbers(all.lines().next().unwrap());
    let us = std::fs::read_to_string("/proc/self/stat").unwrap();
    let us = numbers(us.rsplit_once(") ").unwrap().1);
    // user, nice and system; without the state, cutime and cstime.
    let soft = all[5] + all[6];
    (all[0] + all[1] + all[2] + soft, us[12] + us[13])
}

/// Microseconds of the server's processor time for each delivery.
fn cost(release: &Path, words: &[&str], window: &str) -> f64 {
    let mut program = Command::new(release.join("lesson-chat"));
    program.args(words).arg("127.0.0.1:0");
    program.stderr(std::process::Stdio::null());
    let server = Server::run(program);
    let mut load = Command::new(release.join("examples/chat-load"));
    load.arg(server.address.to_string());
    load.args(["--clients", "100", "--senders", "20", "--seconds", "1"]);
    load.args(["--window", window, "--format", "json"]);
    load.args(["--pid", &server.child.id().to_string()]);
    let report = load.output().unwrap();
    let report: Value = serde_json::from_slice(&report.stdout).unwrap();
    report["cpu_us_per_delivery"].as_f64().unwrap()
}
