//! What `workbook wire` keeps of the packets.

use super::{CLIENT, SERVER, WAITS, wire, workbook};
use crate::running::Running;
use crate::tools::found;
use crate::workspace::{DEADLINE, has_no_wire, output};
use std::path::Path;
use std::process::Command;

#[test]
fn the_captures_hold_what_was_sent_and_what_each_host_saw() {
    if has_no_wire() || !found("python3") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_string();
    let [both, a, b] = ["both.pcapng", "a.pcapng", "b.pcapng"].map(file);
    let mut args = vec!["--a", SERVER, "--b", CLIENT, "--drop", "syn:1"];
    args.extend(["--pcap", &both, "--pcap-a", &a, "--pcap-b", &b]);
    let run = wire(&args);
    assert_eq!(run.status.code(), Some(0), "{run:?}");
    assert!(Path::new(&both).metadata().unwrap().len() > 500);
    let syns = |path: &str| {
        let lines = tshark(Path::new(path))?;
        Some(lines.iter().filter(|l| l.contains("0x0002")).count())
    };
    if let (Some(both), Some(a), Some(b)) = (syns(&both), syns(&a), syns(&b)) {
        // B sent two SYNs, and one of them arrived at A.
        assert_eq!([both, a, b], [2, 1, 2]);
    }
}

#[test]
fn a_capture_is_written_over_another_and_over_nothing_else() {
    if has_no_wire() || !found("python3") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("server.py");
    std::fs::write(&program, "import socket\n").unwrap();
    let name = program.to_str().unwrap();
    let run = wire(&["--a", "true", "--b", "true", "--pcap", name]);
    let words = String::from_utf8_lossy(&run.stderr).into_owned();
    assert!(
        words.contains("is no capture, so it stays as it is"),
        "{words}"
    );
    assert_eq!(run.status.code(), Some(2));
    assert_eq!(std::fs::read(&program).unwrap(), b"import socket\n");

    let capture = folder.path().join("talk.pcapng");
    let name = capture.to_str().unwrap();
    let long = wire(&["--a", SERVER, "--b", CLIENT, "--pcap", name]);
    assert_eq!(long.status.code(), Some(0), "{long:?}");
    let before = capture.metadata().unwrap().len();
    // A run that comes to nothing leaves what was there.
    let other_name = folder.path().join("link.pcapng");
    std::os::unix::fs::symlink("talk.pcapng", &other_name).unwrap();
    for other in [name, other_name.to_str().unwrap()] {
        let refused = wire(&[
            "--a", "true", "--b", "true", "--pcap", name, "--pcap-a", other,
        ]);
        assert_eq!(refused.status.code(), Some(2), "{other}");
    }
    assert_eq!(capture.metadata().unwrap().len(), before);
    let short = wire(&["--a", "true", "--b", "true", "--pcap", name]);
    assert_eq!(short.status.code(), Some(0), "{short:?}");
    assert!(capture.metadata().unwrap().len() < before);
}

#[test]
fn a_capture_that_cannot_be_written_is_said_before_anything_starts() {
    let run = wire(&["--a", "true", "--b", "true", "--pcap", "/no/such/folder/x"]);
    let words = String::from_utf8_lossy(&run.stderr).into_owned();
    assert!(words.contains("cannot write /no/such/folder/x"), "{words}");
    assert_eq!(run.status.code(), Some(2));
}

#[test]
fn who_stops_reading_the_output_keeps_the_capture() {
    if has_no_wire() || !found("python3") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("talk.pcapng");
    let mut command = Command::new("sh");
    let line = "\"$0\" wire --a \"$1\" --b \"$2\" --pcap \"$3\" | head -1";
    let program = env!("CARGO_BIN_EXE_workbook");
    command
        .args(["-c", line, program, SERVER, CLIENT])
        .arg(&file);
    let run = output(&mut command, "");
    let words = String::from_utf8_lossy(&run.stderr).into_owned();
    let why = "nobody reads the output any more, so the run ends here\n";
    assert!(words.contains(why), "{words}");
    assert!(words.contains("packets, each as it was sent"), "{words}");
    assert!(file.metadata().unwrap().len() > 100);
}

#[test]
fn ctrl_c_ends_both_programs_and_the_capture_is_whole() {
    if has_no_wire() || !found("python3") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("talk.pcapng");
    let ping = "python3 -c 'import socket,time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
while True: s.sendto(b\"x\", (\"10.0.0.1\", 7777)); print(\"sent\"); time.sleep(.05)'";
    let mut command = workbook(&["--a", WAITS, "--b", ping, "--pcap"]);
    command.arg(&file);
    let mut run = Running::start(command);
    run.until("B | sent");
    run.signal("INT");
    run.until("each as it was sent");
    assert_eq!(run.ends_within(DEADLINE).code(), Some(0));
    if let Some(lines) = tshark(&file) {
        assert!(!lines.is_empty());
    }
}

/// Interface and flags of each packet in a capture, as tshark reads them.
fn tshark(file: &Path) -> Option<Vec<String>> {
    if !found("tshark") {
        return None;
    }
    let mut command = Command::new("tshark");
    command.arg("-r").arg(file).args(["-T", "fields"]);
    command.args(["-e", "frame.interface_name", "-e", "tcp.flags"]);
    let run = output(&mut command, "");
    assert!(
        run.status.success(),
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );
    Some(
        String::from_utf8(run.stdout)
            .unwrap()
            .lines()
            .map(String::from)
            .collect(),
    )
}
