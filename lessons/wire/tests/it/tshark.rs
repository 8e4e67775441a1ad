//! Real tshark reads our files as we read the packets.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;
use std::time::SystemTime;

use crate::process::{User, lab_or_skip, run, scratch};

/// Each, and how many bad checksums host B must see, and nobody else.
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

const FIELDS: [&str; 15] = [
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
    "frame.packet_flags_direction",
];

/// What Wireshark finds strange in the packets of the wire, each scenario by itself: that, and
/// never more. A packet that stood twice in a file would be one of them.
const STRANGE: [(&str, &[&str]); 5] = [
    ("handshake", &[]),
    ("half-close", &[]),
    ("lost-syn", &[SENT_AGAIN]),
    ("lost-data", &[SENT_AGAIN]),
    ("fast-retransmit", &["duplicate_ack", SENT_AGAIN]),
];

/// What Wireshark calls a segment that was sent again is a guess from how long after others it
/// came, so any of these names will do.
const SENT_AGAIN: &str = "sent again";
const ITS_NAMES: [&str; 4] = [
    "retransmission",
    "fast_retransmission",
    "spurious_retransmission",
    "out_of_order",
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
    let ours = fs::read_to_string(format!("{path}.tsv")).unwrap();
    let ours: Vec<Vec<&str>> = ours
        .lines()
        .map(|line| line.split('\t').collect())
        .collect();
    let wire = read(path);
    let hosts = [read(&format!("{path}.a")), read(&format!("{path}.b"))];
    let bad = [&wire, &hosts[0], &hosts[1]].map(|frames| bad_checksums(name, frames));
    assert_eq!(bad, [0, 0, bad_wanted], "{name}: bad checksums");
    for (side, v4, v6) in [(0, "10.0.0.1", "fd00::1"), (1, "10.0.0.2", "fd00::2")] {
        let host = ["host A", "host B"][side];
        let tcp = |f: &&Vec<String>| !f[3].is_empty() && (f[1] == v4 || f[2] == v6);
        let of = |line: &&Vec<&str>| line[0] == ["A", "B"][side];
        let told: Vec<&Vec<&str>> = ours.iter().filter(of).collect();
        // Each packet once, also the forged, on the interface of its sender.
        let seen: Vec<&Vec<String>> = wire.iter().filter(tcp).collect();
        assert!(seen.iter().all(|f| f[0] == host), "{name}: {seen:#?}");
        same(&format!("{name}: from {host}"), &seen, &told);
        // The sender saw all but the forged go out.
        let sent: Vec<&Vec<String>> = hosts[side].iter().filter(tcp).collect();
        assert!(sent.iter().all(|f| f[0] == host && f[14] == OUTBOUND));
        let honest = |line: &&&Vec<&str>| line[7] != "Forged";
        let told_honest: Vec<&Vec<&str>> = told.iter().copied().filter(|l| honest(&l)).collect();
        same(&format!("{name}: seen by {host}"), &sent, &told_honest);
        // The receiver saw as many come in as were delivered.
        let arrived: Vec<&Vec<String>> = hosts[1 - side].iter().filter(tcp).collect();
        assert!(arrived.iter().all(|f| f[0] != host && f[14] == INBOUND));
        let copies = told.iter().map(|line| line[8].parse::<usize>().unwrap());
        assert_eq!(arrived.len(), copies.sum(), "{name}: arrived from {host}");
    }
    if let Some((_, wanted)) = STRANGE.iter().find(|(of, _)| *of == name) {
        assert_eq!(
            strange(path),
            wanted.iter().map(|w| w.to_string()).collect(),
            "{name}"
        );
    }
    ours.len()
}

/// The direction in the option epb_flags of pcapng.
const INBOUND: &str = "0x00000001";
const OUTBOUND: &str = "0x00000002";

/// Whether tshark reads these segments as we do.
fn same(what: &str, seen: &[&Vec<String>], told: &[&Vec<&str>]) {
    assert_eq!(seen.len(), told.len(), "{what}");
    for (theirs, line) in seen.iter().zip(told) {
        let mut theirs = theirs[3..8].to_vec();
        // The same field of two versions: 0x0002 and 0x00000002.
        theirs[4] = format!("{:#06x}", u32::from_str_radix(&theirs[4][2..], 16).unwrap());
        assert_eq!(theirs, &line[1..6], "{what}: a segment");
        assert_eq!(line[6], "true", "{what}: we find a checksum bad");
    }
}

/// The names of all that Wireshark's analysis of TCP remarks on in a file.
fn strange(path: &str) -> BTreeSet<String> {
    let mut tshark = Command::new("tshark");
    tshark.args(["-n", "-r", path, "-T", "json"]);
    let output = tshark.output().unwrap();
    assert!(output.status.success(), "{path}: {output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let names = text
        .split('"')
        .filter(|word| word.starts_with("tcp.analysis."));
    const OTHERS: [&str; 5] = [
        "duplicate_ack",
        "lost_segment",
        "ack_lost_segment",
        "reused_ports",
        "keep_alive",
    ];
    let remark = |name: &str| {
        let name = name.strip_prefix("tcp.analysis.")?;
        match ITS_NAMES.contains(&name) {
            true => Some(SENT_AGAIN.to_string()),
            false => OTHERS.contains(&name).then(|| name.to_string()),
        }
    };
    names.filter_map(remark).collect()
}

/// How many checksums are bad; nothing else may be wrong with any frame.
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
