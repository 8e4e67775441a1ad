//! Real tshark reads our files as we read the packets.

use std::fs;
use std::process::Command;
use std::time::SystemTime;

use crate::process::{User, lab_or_skip, run, scratch};

/// Each, and how many bad checksums the receiver's side must show.
const SCENARIOS: [(&str, usize); 16] = [
    ("handshake", 0),
    ("handshake-v6", 0),
    ("lost-syn", 0),
    ("lost-third-ack", 0),
    ("simultaneous-open", 0),
    ("refused", 0),
    ("lost-data", 0),
    ("fast-retransmit", 0),
    ("zero-window", 0),
    ("udp-duplicate", 0),
    ("udp-hold", 0),
    ("fragments", 0),
    ("rst-in-window", 0),
    ("half-close", 0),
    ("corrupt-data", 1),
    ("udp-corrupt", 1),
];

const FIELDS: [&str; 14] = [
    "frame.interface_name",
    "ip.src",
    "ipv6.src",
    "tcp.seq",
    "tcp.ack",
    "tcp.len",
    "tcp.window_size_value",
    "tcp.flags",
    "tcp.checksum.status",
    "udp.checksum.status",
    "ip.checksum.status",
    "_ws.malformed",
    "_ws.expert.severity",
    "frame.time_epoch",
];

#[test]
fn tshark_reads_what_we_read() {
    if Command::new("tshark").arg("--version").output().is_err() {
        let why = "skipped: tshark is not installed (apt-get install tshark)";
        assert!(std::env::var_os("WIRE_MUST_RUN").is_none(), "{why}");
        println!("{why}");
        return;
    }
    if !lab_or_skip(User::Ours) {
        return;
    }
    let mut segments = 0;
    for (name, bad) in SCENARIOS {
        segments += compare(name, bad);
    }
    assert!(segments > 100, "only {segments} segments were compared");
}

/// Returns how many TCP segments were compared.
fn compare(name: &str, bad_wanted: usize) -> usize {
    let file = scratch().join(format!("{name}.pcapng"));
    let path = file.to_str().unwrap();
    let output = run(User::Ours, &[name, "--pcap", path]);
    assert!(
        matches!(output.status.code(), Some(0 | 2)),
        "{name}: {output:?}"
    );
    let frames = read(path);
    let ours = fs::read_to_string(format!("{path}.tsv")).unwrap();
    let ours: Vec<Vec<&str>> = ours
        .lines()
        .map(|line| line.split('\t').collect())
        .collect();
    let bad = bad_checksums(name, &frames);
    assert_eq!(bad, bad_wanted, "{name}: bad checksums");
    // Where it was sent: all but the forged, in order.
    for (side, here, v4, v6) in [
        ("A", "A side", "10.0.0.1", "fd00::1"),
        ("B", "B side", "10.0.0.2", "fd00::2"),
    ] {
        let tcp = |f: &&Vec<String>| !f[3].is_empty();
        let sent = frames
            .iter()
            .filter(tcp)
            .filter(|f| f[1] == v4 || f[2] == v6);
        let (seen, arrived): (Vec<_>, Vec<_>) = sent.partition(|f| f[0] == here);
        let seen: Vec<&[String]> = seen.iter().map(|f| &f[3..8]).collect();
        let said = ours.iter().filter(|line| line[0] == side);
        let told: Vec<&Vec<&str>> = said.clone().filter(|line| line[7] != "Forged").collect();
        assert_eq!(seen.len(), told.len(), "{name}: segments of {side}");
        for (theirs, line) in seen.iter().zip(told) {
            let mut theirs = theirs.to_vec();
            // The same field of two versions: 0x0002 and 0x00000002.
            theirs[4] = format!("{:#06x}", u32::from_str_radix(&theirs[4][2..], 16).unwrap());
            assert_eq!(theirs, &line[1..6], "{name}: a segment of {side}");
            assert_eq!(
                line[6], "true",
                "{name}: we find the checksum of a segment bad"
            );
        }
        let delivered: usize = said.map(|line| line[8].parse::<usize>().unwrap()).sum();
        assert_eq!(
            arrived.len(),
            delivered,
            "{name}: segments of {side} that arrived"
        );
    }
    ours.len()
}

/// How many checksums are bad on the receiver's side; nothing else may be wrong with any frame.
fn bad_checksums(name: &str, frames: &[Vec<String>]) -> usize {
    let times: Vec<f64> = frames
        .iter()
        .map(|frame| frame[13].parse().unwrap())
        .collect();
    assert!(
        times.is_sorted(),
        "{name}: the frames are in the order of time"
    );
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap()
        .as_secs_f64();
    assert!(
        times.iter().all(|time| (now - 60.0..now).contains(time)),
        "{name}: {times:?}"
    );
    let mut bad = 0;
    for frame in frames {
        assert_eq!(frame[11], "", "{name}: malformed: {frame:?}");
        // 0 is bad, 1 is good, 2 is unverified: fragments.
        let is_bad = frame[8..11].contains(&"0".to_string());
        // 0x00800000: an error, as opposed to a note, a warning or a comment.
        let error = frame[12].split(',').any(|severity| severity == "8388608");
        assert_eq!(error, is_bad, "{name}: expert error: {frame:?}");
        assert!(
            !is_bad || frame[0] == "B side",
            "{name}: bad checksum at the sender: {frame:?}"
        );
        bad += usize::from(is_bad);
    }
    bad
}

fn read(path: &str) -> Vec<Vec<String>> {
    let mut tshark = Command::new("tshark");
    tshark.args(["-n", "-r", path, "-T", "fields"]);
    for preference in [
        "tcp.check_checksum:TRUE",
        "udp.check_checksum:TRUE",
        "ip.check_checksum:TRUE",
        "ip.defragment:FALSE",
        "tcp.relative_sequence_numbers:FALSE",
    ] {
        tshark.args(["-o", preference]);
    }
    for field in FIELDS {
        tshark.args(["-e", field]);
    }
    let output = tshark.output().unwrap();
    assert!(output.status.success(), "{path}: {output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let frames: Vec<Vec<String>> = text
        .lines()
        .map(|line| line.split('\t').map(String::from).collect())
        .collect();
    assert!(!frames.is_empty(), "{path}: no frames");
    frames
}
