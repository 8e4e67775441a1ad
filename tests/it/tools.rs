//! What strace and tcpdump say of the lessons, recorded for the pages.
//!
//! A machine without the tool cannot compare: that is said, and under CI,
//! where the tools are installed, it is a failure.

use crate::workspace::{ci, lesson, output, root};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

#[test]
fn strace_shows_the_calls_that_the_page_shows() {
    if !found("strace") {
        return;
    }
    for (slug, experiment) in [("stream", "greeting"), ("udp", "echo")] {
        let log = tempfile::NamedTempFile::new().unwrap();
        let mut strace = Command::new("strace");
        strace.args(["-e", "trace=network", "-o"]).arg(log.path());
        strace.arg(lesson(slug)).args([experiment, "--no-input"]);
        let run = output(&mut strace, "");
        let words = String::from_utf8_lossy(&run.stderr);
        assert!(run.status.success(), "{words}");
        let calls = crate::workspace::read(log.path());
        compare(&format!("{slug}-strace.txt"), &calls);
    }
}

#[test]
fn tcpdump_shows_the_packets_that_the_page_shows() {
    if !found("tcpdump") {
        return;
    }
    // tcpdump insists on changing its user, which a user namespace forbids.
    let mut id = Command::new("id");
    if output(id.arg("-u"), "").stdout != b"0\n" {
        eprintln!("NOT CHECKED: tcpdump needs root, so its recording stands");
        return;
    }
    // In a network namespace of its own it sees nobody else's packets.
    let mut tcpdump = Command::new("unshare");
    let script = "ip link set lo up && exec timeout 60 tcpdump -n -l -c 10 -i lo udp or icmp";
    tcpdump.args(["--net", "sh", "-c", script]);
    tcpdump.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut tcpdump = tcpdump.spawn().unwrap();
    let mut notes = BufReader::new(tcpdump.stderr.take().unwrap()).lines();
    let ready = notes.find(|line| line.as_ref().is_ok_and(|l| l.starts_with("listening on")));
    assert!(
        ready.is_some(),
        "tcpdump does not listen; may it open lo here?"
    );
    let mut inside = Command::new("nsenter");
    inside.arg("--net");
    inside.args(["--target", &tcpdump.id().to_string()]);
    inside
        .arg(lesson("udp"))
        .args(["nobody-home", "--no-input"]);
    let run = output(&mut inside, "");
    let words = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{words}");
    let tcpdump = tcpdump.wait_with_output().unwrap();
    let packets = String::from_utf8(tcpdump.stdout).unwrap();
    let enough = tcpdump.status.success();
    assert!(enough, "fewer than 10 packets:\n{packets}");
    compare("udp-tcpdump.txt", &packets);
}

/// Whether the tool is here; under CI it must be.
pub fn found(tool: &str) -> bool {
    let found = Command::new(tool).arg("--version").output().is_ok();
    if !found {
        assert!(!ci(), "{tool} is not installed");
        eprintln!("NOT CHECKED: {tool} is not installed");
    }
    found
}

fn compare(name: &str, seen: &str) {
    let kept = root().join("book/recordings/tools").join(name);
    let mut differences = String::new();
    crate::recordings::compare(&kept, seen, &mut differences);
    assert!(
        differences.is_empty(),
        "{differences}\nIf this is right: BLESS=1 cargo test --workspace"
    );
}
