//! Ten thousand who only listen, where the system allows as many.

use crate::server::{Guest, Server};
use crate::{release, turn};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// What a shell says to a question about its limits.
fn limit(question: &str) -> Option<u64> {
    let said = Command::new("sh").args(["-c", question]).output().ok()?;
    let text = String::from_utf8(said.stdout).ok()?;
    match text.trim() {
        "unlimited" | "max" => Some(u64::MAX),
        number => number.parse().ok(),
    }
}

#[test]
fn ten_thousand_are_connected_and_a_line_reaches_them_all() {
    const CROWD: u64 = 10_000;
    let _turn = turn();
    // A descriptor each, at both ends; a thread each, of four memory maps.
    for (question, needed) in [
        ("ulimit -Hn", CROWD + 100),
        (
            "awk '/Max processes/ { print $3 }' /proc/self/limits",
            CROWD + 500,
        ),
        ("cat /proc/sys/kernel/threads-max", CROWD + 1000),
        ("cat /proc/sys/vm/max_map_count", 4 * CROWD + 1000),
        ("cat /sys/fs/cgroup/pids.max || echo max", CROWD + 500),
    ] {
        let allowed = limit(question).unwrap_or(0);
        if allowed < needed {
            eprintln!("NOT CHECKED: `{question}` says {allowed}, not {needed}");
            return;
        }
    }
    // The soft limit is raised to the hard one, for these two alone.
    let with_all = |program: &Path| {
        let mut shell = Command::new("sh");
        let script = "ulimit -n $(ulimit -Hn); exec \"$0\" \"$@\"";
        shell.args(["-c", script]).arg(program);
        shell
    };
    let release = release();
    let mut server = with_all(&release.join("lesson-chat"));
    let room = (CROWD + 10).to_string();
    server.args(["server", "127.0.0.1:0", "--quiet"]);
    server.args(["--max-clients", &room, "--name-within", "300"]);
    let server = Server::run(server);
    let before = server.memory_kb("VmRSS:");
    let mut load = with_all(&release.join("examples/chat-load"));
    load.arg(server.address.to_string())
        .args(["--format", "json"]);
    load.args(["--clients", &CROWD.to_string(), "--senders", "1"]);
    load.args(["--window", "1", "--seconds", "2"]);
    let load = load.output().unwrap();
    let words = String::from_utf8_lossy(&load.stderr);
    let report: Value = serde_json::from_slice(&load.stdout)
        .unwrap_or_else(|_| panic!("{words}"));
    eprintln!(
        "{CROWD} clients: {} kB, connected in {} ms, a line to all in {} ms",
        server.memory_kb("VmHWM:") - before,
        report["connect_ms"],
        report["to_all_ms"]
    );
    assert!(report["sent"].as_u64() > Some(0), "{report}");
    // Each line has reached each of the others, once and in order.
    for fault in ["lost", "doubled_or_late", "mangled", "closed"] {
        assert_eq!(report[fault], 0, "{report}");
    }
    let wanted = report["sent"].as_u64().unwrap() * (CROWD - 1);
    assert_eq!(report["delivered"], wanted, "{report}");
    let after = Guest::enter(server.address, "after");
    after.say("/me is the next one");
}
