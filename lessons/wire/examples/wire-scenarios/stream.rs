//! What TCP does about loss.

use std::io::Write;
use std::time::Duration;

use wire::diag::TimerKind;
use wire::{Fate, Lab, Packet, Side};

use crate::tools::{
    Outcome, SOON, about, check, connect, connections, equal, read, text, until, write,
};

pub fn lost_data(lab: &Lab) -> Outcome {
    lab.wire.rule("drop data:1").map_err(|e| e.to_string())?;
    let connection = connect(lab)?;
    write(&connection.a, b"hello")?;
    equal(read(&connection.b, 5)?, b"hello".to_vec(), "what B reads")?;
    let sent = data(lab);
    let [first, again, ..] = &sent[..] else {
        return Err("it is not sent again".into());
    };
    equal(
        (first.fate, again.fate),
        (Fate::Dropped, Fate::Passed),
        "fates",
    )?;
    equal(
        (first.identity.number, first.identity.transmission),
        (1, 1),
        "first",
    )?;
    equal(
        (again.identity.number, again.identity.transmission),
        (1, 2),
        "again",
    )?;
    equal(first.payload(), again.payload(), "payload")?;
    about(again.at.saturating_sub(first.at), 200)?;
    let counted = lab.a.counter("Tcp", "RetransSegs").map_err(text)?;
    check(counted >= 1, "RetransSegs counts it")
}

pub fn fast_retransmit(lab: &Lab) -> Outcome {
    lab.wire.rule("drop data:1").map_err(|e| e.to_string())?;
    let connection = connect(lab)?;
    let bytes: Vec<u8> = (0..14_480u32).map(|n| n as u8).collect();
    write(&connection.a, &bytes)?;
    check(
        read(&connection.b, bytes.len())? == bytes,
        "all bytes arrive in order",
    )?;
    let sent = data(lab);
    let again = sent
        .iter()
        .find(|p| p.identity.transmission == 2)
        .ok_or("nothing sent again")?;
    equal(again.identity.number, 1, "which segment is sent again")?;
    let sacks = lab.wire.packets().iter().filter(|p| has_sack(p)).count();
    check(sacks >= 3, "B acknowledges selectively")?;
    let fast = lab.a.counter("TcpExt", "TCPFastRetrans").map_err(text)?;
    check(
        fast >= 1,
        "TCPFastRetrans counts it: it did not wait for the timeout",
    )
}

pub fn corrupt_data(lab: &Lab) -> Outcome {
    lab.wire.rule("corrupt data:1").map_err(|e| e.to_string())?;
    let connection = connect(lab)?;
    write(&connection.a, b"hello")?;
    equal(read(&connection.b, 5)?, b"hello".to_vec(), "what B reads")?;
    let sent = data(lab);
    check(sent.len() >= 2, "it is sent again")?;
    equal(sent[0].fate, Fate::Corrupted, "first")?;
    let altered = sent[0].altered.as_ref().ok_or("nothing altered")?;
    let differing = altered
        .iter()
        .zip(sent[0].bytes.iter())
        .filter(|(a, b)| a != b)
        .count();
    equal(differing, 1, "bytes that differ")?;
    equal(
        lab.b.counter("Tcp", "InCsumErrors").map_err(text)?,
        1,
        "InCsumErrors",
    )
}

pub fn black_hole(lab: &Lab) -> Outcome {
    let connection = connect(lab)?;
    check(lab.wire.wait_idle(SOON), "the handshake ends")?;
    lab.wire.cut();
    lab.wire.clear_log();
    write(&connection.a, b"into the void")?;
    check(
        lab.wire.wait_for(SOON, |log| log.len() >= 4),
        "it is sent again and again",
    )?;
    let sockets = connections(&lab.a)?;
    let timer = sockets.first().and_then(|s| s.timer).ok_or("no timer")?;
    equal(timer.kind, TimerKind::Retransmit, "timer")?;
    let log = lab.wire.packets();
    check(
        log.iter()
            .all(|p| p.fate == Fate::Dropped && p.from == Side::A),
        "all are dropped",
    )?;
    let gap = |n: usize| log[n + 1].at.saturating_sub(log[n].at).as_millis() as f64;
    for n in 0..2 {
        let ratio = gap(n + 1) / gap(n);
        check(
            (1.6..2.6).contains(&ratio),
            &format!("gap {n} doubles: {ratio}"),
        )?;
    }
    lab.wire.mend();
    equal(
        read(&connection.b, 13)?,
        b"into the void".to_vec(),
        "what B reads in the end",
    )
}

pub fn zero_window(lab: &Lab) -> Outcome {
    let connection = connect(lab)?;
    connection.a.set_nonblocking(true).map_err(text)?;
    let closed = |log: &[Packet]| {
        log.iter()
            .any(|p| p.from == Side::B && p.tcp().is_some_and(|t| t.window == 0))
    };
    let mut written = 0;
    let mut full = false;
    until("B's window is zero", || {
        match (&connection.a).write(&[7; 8192]) {
            Ok(count) => written += count,
            Err(e) if e.kind() == std::io::ErrorKind::WouldBlock => full = true,
            Err(e) => return Err(text(e)),
        }
        Ok(full && lab.wire.wait_for(Duration::from_millis(50), closed))
    })?;
    until("A probes", || {
        let sockets = connections(&lab.a)?;
        let kind = sockets.first().and_then(|s| s.timer).map(|t| t.kind);
        Ok(kind == Some(TimerKind::Persist))
    })?;
    let probe = lab
        .wire
        .find(SOON, |p| p.identity.kind == wire::Kind::Probe);
    let probe = probe.ok_or("no probe is seen")?;
    equal(probe.from, Side::A, "who probes")?;
    read(&connection.b, written.min(100_000))?;
    let opened = lab.wire.find(SOON, |p| {
        p.from == Side::B && p.n > probe.n && p.tcp().is_some_and(|t| t.window > 0)
    });
    check(opened.is_some(), "B's window opens again")
}

/// A transfer with losses by content; the test compares the line printed over several runs.
pub fn same_trace(lab: &Lab) -> Outcome {
    lab.wire.rule("drop data:5").map_err(|e| e.to_string())?;
    lab.wire
        .rule("loss 5% seed 3 data from=a")
        .map_err(|e| e.to_string())?;
    let connection = connect(lab)?;
    let bytes = vec![1; 60_000];
    write(&connection.a, &bytes)?;
    check(
        read(&connection.b, bytes.len())? == bytes,
        "all bytes arrive",
    )?;
    check(lab.wire.wait_idle(SOON), "the wire becomes idle")?;
    let dropped: Vec<String> = data(lab)
        .iter()
        .filter(|p| p.fate == Fate::Dropped)
        .map(|p| format!("{}.{}", p.identity.number, p.identity.transmission))
        .collect();
    check(dropped.len() >= 2, "some are dropped")?;
    println!("dropped {}", dropped.join(" "));
    Ok(())
}

fn data(lab: &Lab) -> Vec<Packet> {
    let mut log = lab.wire.packets();
    log.retain(|p| p.is_data() && p.from == Side::A);
    log
}

fn has_sack(packet: &Packet) -> bool {
    packet.tcp().is_some_and(|t| !t.options.sack.is_empty())
}
