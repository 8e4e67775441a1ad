//! After SIGKILL nothing is left: no process, no interface, no namespace.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::process::{command, lab_or_skip, run, users};

#[test]
fn after_sigkill_no_process_is_left() {
    for user in users() {
        if !lab_or_skip(user) {
            continue;
        }
        let mut lab = command(user)
            .arg("linger")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(lab.stdout.take().unwrap()).lines();
        assert_eq!(lines.next().unwrap().unwrap(), "ready");
        let look = lines.next().unwrap().unwrap();
        let nap = format!("1000.{}", lab.id());
        wait(|| naps(&nap) == 3, "the family sleeps");
        let inside = Command::new("sh")
            .args(["-c", &format!("{look} ip -o link")])
            .output();
        let inside = String::from_utf8(inside.unwrap().stdout).unwrap();
        assert!(inside.contains("wire0"), "{look}: {inside}");
        lab.kill().unwrap();
        lab.wait().unwrap();
        wait(|| naps(&nap) == 0, "nobody sleeps any more");
        let outside = fs::read_to_string("/proc/net/dev").unwrap();
        for name in ["wire0", "to-a", "to-b"] {
            assert!(
                !outside.contains(name),
                "{name} is left in our own namespace"
            );
        }
    }
}

#[test]
fn after_sigkill_no_namespace_is_left() {
    for user in users() {
        if !lab_or_skip(user) {
            continue;
        }
        let output = run(user, &["--kill-nine"]);
        assert!(output.status.success(), "as {user:?}: {output:?}");
    }
}

fn wait(holds: impl Fn() -> bool, what: &str) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !holds() {
        assert!(
            Instant::now() < deadline,
            "it never became true that {what}"
        );
        thread::yield_now();
    }
}

/// How many processes sleep for this long.
fn naps(nap: &str) -> usize {
    let arguments = |entry: fs::DirEntry| fs::read(entry.path().join("cmdline")).ok();
    let sleeping = |line: &Vec<u8>| line == format!("sleep\0{nap}\0").as_bytes();
    fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter_map(arguments)
        .filter(sleeping)
        .count()
}
