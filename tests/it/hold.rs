//! The reader is the wire: each packet waits for a decision.

use std::process::Command;
use std::thread;
use std::time::Duration;

use kit::{Event, Packet, Status};
use serde_json::json;

use crate::running::Running;
use crate::workspace::{DEADLINE, has_no_wire, lesson, output, unkept};

/// A lesson that holds its packets.
struct Held(Running);

impl Held {
    fn start(slug: &str, experiment: &str) -> Held {
        let mut command = unkept(lesson(slug));
        command.args(["--format", "json", "--hold", experiment]);
        let mut held = Running::start(command);
        held.types("");
        Held(held)
    }

    fn decides(&mut self, packet: u64, becomes: &str) {
        self.0
            .types(&json!({ "packet": packet, "do": becomes }).to_string());
    }

    fn next(&mut self) -> Event {
        let line = self.0.line().expect("one more line");
        serde_json::from_str::<kit::Line>(&line).unwrap().event
    }

    /// The next packet of this fate.
    fn packet(&mut self, fate: &str) -> Packet {
        loop {
            match self.next() {
                Event::Packet(packet) if packet.fate == fate => return packet,
                Event::End { why, .. } => panic!("no packet {fate}: {why:?}"),
                _ => {}
            }
        }
    }

    /// Lets go all that is held until the experiment has ended, and says how.
    fn passes_the_rest(&mut self) -> (Status, String) {
        self.0.types(r#"{"packet":"all","do":"pass"}"#);
        loop {
            if let Event::End { status, why, .. } = self.next() {
                return (status, why.unwrap_or_default());
            }
        }
    }
}

#[test]
fn each_packet_becomes_what_the_reader_decides_and_the_run_settles_nothing() {
    if has_no_wire() {
        return;
    }
    let mut held = Held::start("handshake", "three-packets");
    let syn = held.packet("held");
    assert_eq!((syn.number, syn.flags.as_str()), (1, "SYN"));
    held.decides(1, "drop");
    assert_eq!(held.packet("held, then dropped").number, 1);

    // The client's kernel sends it again, and that one gets there twice.
    let again = held.packet("held");
    assert_eq!((again.number, again.flags.as_str()), (2, "SYN"));
    held.decides(2, "duplicate");
    assert_eq!(held.packet("held, then duplicated").number, 2);
    let answer = held.packet("held");
    assert_eq!(answer.flags, "SYN, ACK");
    held.decides(answer.number, "delay");
    let late = held.packet("held, then delayed by 500 ms");
    assert_eq!(late.number, answer.number);

    let (status, why) = held.passes_the_rest();
    assert_eq!(status, Status::Inconclusive);
    assert!(why.starts_with("you were the wire"), "{why}");
    assert!(why.contains("connect took"), "{why}");
    assert_eq!(held.0.ends_within(DEADLINE).code(), Some(2));
}

#[test]
fn a_reader_who_thinks_for_long_outlasts_no_deadline_of_the_experiment() {
    if has_no_wire() {
        return;
    }
    // Longer than an experiment waits for a packet that nobody holds.
    let long = lab::PATIENCE + Duration::from_secs(1);
    let mut held = Held::start("handshake", "lost-third-ack");
    let syn = held.packet("held");
    thread::sleep(long);
    held.decides(syn.number, "pass");
    let (status, why) = held.passes_the_rest();
    assert_eq!(status, Status::Inconclusive);
    assert!(
        !why.contains("ETIMEDOUT") && !why.contains("timed out"),
        "{why}"
    );
}

#[test]
fn both_ends_are_told_beside_the_packets() {
    if has_no_wire() {
        return;
    }
    let mut held = Held::start("handshake", "three-packets");
    let mut seen = Vec::new();
    loop {
        match held.next() {
            // The first waits until a reader has seen what it was sent from.
            Event::Packet(packet) if packet.fate == "held" && packet.number > 1 => {
                held.decides(packet.number, "pass");
            }
            Event::Ends { left, right, .. } => {
                if seen.is_empty() {
                    held.decides(1, "pass");
                }
                seen.push(format!("{left} {right}"));
            }
            Event::End { .. } => break,
            _ => {}
        }
    }
    seen.dedup();
    let states = [
        "SYN_SENT no socket",
        "SYN_SENT SYN_RECV",
        "ESTABLISHED ESTABLISHED",
    ];
    for state in states {
        assert!(seen.iter().any(|seen| seen == state), "{state}: {seen:?}");
    }
}

#[test]
fn what_is_no_decision_is_said_and_all_can_be_let_go_at_once() {
    if has_no_wire() {
        return;
    }
    let mut held = Held::start("closing", "half-close");
    let first = held.packet("held");
    let said = |held: &mut Held| loop {
        if let Event::Said { text, .. } = held.next() {
            break text;
        }
    };
    // What the experiment itself says may come first.
    let mut answers = |line: &str, words: &str| {
        held.0.types(line);
        while !said(&mut held).contains(words) {}
    };
    answers("nonsense \u{1b}[31m", "no decision");
    answers(r#"{"packet":9999,"do":"drop"}"#, "not held");
    held.0.types(r#"{"packet":"all","do":"pass"}"#);
    assert_eq!(held.packet("held, then passed").number, first.number);
    let (status, why) = loop {
        match held.next() {
            Event::Packet(packet) => assert_ne!(packet.fate, "held", "{packet:?}"),
            Event::End { status, why, .. } => break (status, why.unwrap_or_default()),
            _ => {}
        }
    };
    assert_eq!(status, Status::Inconclusive);
    assert!(why.contains("With you it came out as: 1) "), "{why}");
    assert!(why.contains("the client read \"answer\""), "{why}");
}

#[test]
fn a_lesson_whose_reader_is_gone_ends_while_it_holds_a_packet() {
    if has_no_wire() {
        return;
    }
    let mut held = Held::start("handshake", "three-packets");
    held.packet("held");
    held.0.stdin = None;
    let status = held.0.ends_within(Duration::from_secs(1));
    assert_eq!(status.code(), Some(0));
}

#[test]
fn packets_are_held_only_for_a_program_that_can_decide() {
    for arguments in [
        &["--hold"][..],
        &["--hold", "three-packets"],
        &["--hold", "--format", "json"],
    ] {
        let run = output(Command::new(lesson("handshake")).args(arguments), "");
        assert_eq!(run.status.code(), Some(2), "{arguments:?}");
        let words = String::from_utf8_lossy(&run.stderr);
        assert!(words.contains("--hold needs --format json"), "{words}");
    }
}

#[test]
fn packets_are_kept_in_a_new_file_and_never_over_another() {
    if has_no_wire() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kept here.pcapng");
    let run = || {
        let mut command = unkept(lesson("handshake"));
        command.args(["three-packets", "--no-input", "--capture"]);
        let run = output(command.arg(&file), "");
        let words = String::from_utf8_lossy(&run.stderr).into_owned();
        (run.status.code(), words)
    };
    assert_eq!(run(), (Some(0), String::new()));
    let kept = std::fs::read(&file).unwrap();
    assert!(kept.starts_with(b"\x0a\x0d\x0d\x0a"), "no pcapng");
    let (status, words) = run();
    assert!(words.contains("the packets are not kept in"), "{words}");
    assert_eq!(status, Some(2));
    assert_eq!(std::fs::read(&file).unwrap(), kept);
    // One file holds the packets of one experiment.
    let mut all = unkept(lesson("handshake"));
    let all = output(all.arg("--capture").arg(folder.path().join("all")), "");
    assert_eq!(all.status.code(), Some(2));
}
