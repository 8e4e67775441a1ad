//! What strace and tcpdump say of the lessons, recorded for the pages.
//!
//! A machine without the tool cannot compare: that is said, and under CI,
//! where the tools are installed, it is a failure.

use crate::mask::mask;
use crate::workspace::{DEADLINE, lesson, output, root};
use similar::TextDiff;
use std::io::{BufRead, BufReader, Read};
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
    let script = "ip link set lo up && exec tcpdump -n -l -c 10 -i lo udp or icmp";
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
    let mut packets = String::new();
    let ended = wait_timeout::ChildExt::wait_timeout(&mut tcpdump, DEADLINE).unwrap();
    if ended.is_none() {
        tcpdump.kill().unwrap();
    }
    tcpdump
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut packets)
        .unwrap();
    assert!(ended.is_some(), "fewer than 10 packets:\n{packets}");
    compare("udp-tcpdump.txt", &packets);
}

/// Whether the tool is here; under CI it must be.
pub fn found(tool: &str) -> bool {
    let found = Command::new(tool).arg("--version").output().is_ok();
    if !found {
        let ci = std::env::var_os("CI").is_some_and(|value| !value.is_empty());
        assert!(!ci, "{tool} is not installed");
        eprintln!("NOT CHECKED: {tool} is not installed, so its recording stands");
    }
    found
}

fn compare(name: &str, seen: &str) {
    let kept = root().join("book/recordings/tools").join(name);
    let old = std::fs::read_to_string(&kept).unwrap_or_default();
    let (was, is) = (mask(&old), mask(seen));
    if was == is {
        return;
    }
    if std::env::var_os("BLESS").is_some_and(|value| value == "1") {
        std::fs::create_dir_all(kept.parent().unwrap()).unwrap();
        std::fs::write(kept, seen).unwrap();
        return;
    }
    let diff = TextDiff::from_lines(&was, &is);
    let diff = diff.unified_diff().header(name, "seen now").to_string();
    panic!("{diff}\nIf this is right: BLESS=1 cargo test --workspace");
}
