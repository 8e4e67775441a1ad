//! What can happen to datagrams.

use std::net::{Ipv4Addr, UdpSocket};
use std::time::{Duration, Instant};

use wire::decode::{Checksum, Transport};
use wire::{Action, Fate, Lab, Packet, Selector, Side, What, forge};

use crate::tools::{Outcome, PORT, SOON, check, datagrams, equal, is_empty, receive, text, until};

pub fn duplicate(lab: &Lab) -> Outcome {
    lab.wire
        .rule("duplicate udp:1")
        .map_err(|e| e.to_string())?;
    let (a, b) = datagrams(lab)?;
    send(&a, &["one", "two"])?;
    equal(
        words(&b, 3)?,
        ["one", "one", "two"].map(String::from).to_vec(),
        "what B reads",
    )?;
    let log = lab.wire.packets();
    equal(log[0].delivered.len(), 2, "copies")?;
    equal(log[0].fate, Fate::Duplicated, "fate")?;
    check(is_empty(lab, &b)?, "B gets no more")
}

pub fn reorder(lab: &Lab) -> Outcome {
    lab.wire.rule("reorder udp:1").map_err(|e| e.to_string())?;
    let (a, b) = datagrams(lab)?;
    send(&a, &["one", "two", "three"])?;
    equal(
        words(&b, 3)?,
        ["two", "one", "three"].map(String::from).to_vec(),
        "what B reads",
    )?;
    lab.wire.clear();
    lab.wire.rule("reorder udp:4").map_err(|e| e.to_string())?;
    send(&a, &["alone"])?;
    equal(
        words(&b, 1)?,
        vec!["alone".to_string()],
        "what comes though none overtakes",
    )
}

pub fn delay(lab: &Lab) -> Outcome {
    lab.wire
        .rule("delay 200 udp:1")
        .map_err(|e| e.to_string())?;
    let (a, b) = datagrams(lab)?;
    send(&a, &["one", "two"])?;
    equal(
        words(&b, 2)?,
        ["two", "one"].map(String::from).to_vec(),
        "what B reads",
    )?;
    check(lab.wire.wait_idle(SOON), "the wire becomes idle")?;
    let log = lab.wire.packets();
    equal(
        log[0].fate,
        Fate::Delayed(Duration::from_millis(200)),
        "fate",
    )?;
    let took = |p: &Packet| p.delivered.first().map(|at| at.saturating_sub(p.at));
    let (slow, fast) = (took(&log[0]).ok_or("lost")?, took(&log[1]).ok_or("lost")?);
    check(slow >= Duration::from_millis(220), "the first takes 220 ms")?;
    check(fast >= Duration::from_millis(20), "the second takes 20 ms")?;
    check(
        fast < Duration::from_millis(200),
        "the second takes less than the first",
    )
}

pub fn hold(lab: &Lab) -> Outcome {
    lab.wire.hold(Selector::new(What::Udp).from(Side::A));
    let live = lab.wire.subscribe();
    let (a, b) = datagrams(lab)?;
    send(&a, &["one", "two", "three"])?;
    check(
        lab.wire.wait_for(SOON, |log| log.len() == 3),
        "three are seen",
    )?;
    check(is_empty(lab, &b)?, "none arrives by itself")?;
    let held: Vec<u64> = lab.wire.held().iter().map(|p| p.n).collect();
    equal(held.clone(), vec![1, 2, 3], "held")?;
    check(lab.wire.release(3, Action::Pass), "3 is released")?;
    check(lab.wire.release(2, Action::Drop), "2 is released")?;
    check(lab.wire.release(1, Action::Duplicate), "1 is released")?;
    check(
        !lab.wire.release(1, Action::Pass),
        "1 is not released again",
    )?;
    let wanted = ["three", "one", "one"].map(String::from).to_vec();
    equal(words(&b, 3)?, wanted, "what B reads")?;
    let log = lab.wire.packets();
    let fates: Vec<Fate> = log.iter().map(|p| p.fate).collect();
    equal(
        fates,
        vec![Fate::Duplicated, Fate::Dropped, Fate::Passed],
        "fates",
    )?;
    let told: Vec<(u64, Fate)> = live.try_iter().map(|p| (p.n, p.fate)).collect();
    let held = [1, 2, 3].map(|n| (n, Fate::Held));
    let released = [(3, Fate::Passed), (2, Fate::Dropped), (1, Fate::Duplicated)];
    equal(told, [held, released].concat(), "what a subscriber is told")
}

pub fn corrupt(lab: &Lab) -> Outcome {
    lab.wire.rule("corrupt udp:1").map_err(|e| e.to_string())?;
    let (a, b) = datagrams(lab)?;
    send(&a, &["one", "two"])?;
    equal(words(&b, 1)?, vec!["two".to_string()], "what B reads")?;
    check(is_empty(lab, &b)?, "B gets no more")?;
    equal(
        lab.b.counter("Udp", "InCsumErrors").map_err(text)?,
        1,
        "InCsumErrors",
    )?;
    let altered = lab.wire.packets()[0]
        .altered
        .clone()
        .ok_or("nothing altered")?;
    let decoded = wire::decode::decode(&altered).map_err(|e| e.to_string())?;
    equal(decoded.checksum, Checksum::Bad, "checksum")
}

/// The same datagrams are lost in every run; the test compares the line printed.
pub fn loss(lab: &Lab) -> Outcome {
    lab.wire
        .rule("loss 25% seed 7")
        .map_err(|e| e.to_string())?;
    let (a, b) = datagrams(lab)?;
    let sent: Vec<String> = (1..=40).map(|n| n.to_string()).collect();
    send(&a, &sent.iter().map(String::as_str).collect::<Vec<_>>())?;
    check(
        lab.wire.wait_for(SOON, |log| log.len() == 40),
        "all are seen",
    )?;
    let lost = lab
        .wire
        .packets()
        .iter()
        .filter(|p| p.fate == Fate::Dropped)
        .count();
    check((4..=16).contains(&lost), "about a quarter is lost")?;
    let left = words(&b, 40 - lost)?;
    check(is_empty(lab, &b)?, "B gets no more")?;
    println!("arrived {}", left.join(" "));
    Ok(())
}

/// A function that answers a question before the host asked can.
pub fn function(lab: &Lab) -> Outcome {
    let (from, to) = ((lab.b.addr(), PORT).into(), (lab.a.addr(), PORT).into());
    let reply = forge::udp(from, to, b"forged").map_err(text)?;
    let other = forge::udp(to, from, b"other").map_err(text)?;
    lab.wire.decide(move |packet| match packet.payload() {
        b"question" => Some(Action::Also(Side::A, reply.clone())),
        b"replace" => Some(Action::Replace(other.clone())),
        _ => None,
    });
    let (a, b) = datagrams(lab)?;
    send(&a, &["question", "replace", "plain"])?;
    equal(words(&a, 1)?, vec!["forged".to_string()], "what A reads")?;
    let wanted = ["question", "other", "plain"].map(String::from).to_vec();
    equal(words(&b, 3)?, wanted, "what B reads")?;
    let fates: Vec<Fate> = lab.wire.packets().iter().map(|p| p.fate).collect();
    let wanted = vec![Fate::Passed, Fate::Forged, Fate::Replaced, Fate::Passed];
    equal(fates, wanted, "fates")
}

pub fn fragments(lab: &Lab) -> Outcome {
    let (a, b) = datagrams(lab)?;
    let long = "x".repeat(4000);
    send(&a, &[&long])?;
    equal(receive(&b)?.len(), 4000, "bytes B reads")?;
    let log = lab.wire.packets();
    equal(log.len(), 3, "fragments")?;
    let offsets: Vec<u32> = log
        .iter()
        .filter_map(|p| Some(p.decoded.as_ref()?.fragment?.offset))
        .collect();
    equal(offsets, vec![0, 1480, 2960], "offsets")?;
    let parts: Vec<Option<u32>> = log.iter().map(|p| p.identity.fragment).collect();
    equal(parts, vec![Some(1), Some(2), Some(3)], "counted")?;
    check(
        log.iter().all(|p| p.identity.number == 1),
        "all are of datagram 1",
    )?;
    lab.wire
        .rule("drop fragment:2")
        .map_err(|e| e.to_string())?;
    send(&a, &[&long, "short"])?;
    equal(
        words(&b, 1)?,
        vec!["short".to_string()],
        "what B reads with one fragment lost",
    )?;
    check(is_empty(lab, &b)?, "B gets no more")
}

pub fn multicast(lab: &Lab) -> Outcome {
    let group = Ipv4Addr::new(239, 1, 2, 3);
    let b = lab
        .b
        .enter(|| UdpSocket::bind((Ipv4Addr::UNSPECIFIED, PORT)))
        .map_err(text)?;
    b.set_read_timeout(Some(SOON)).map_err(text)?;
    lab.b
        .enter(|| b.join_multicast_v4(&group, &Ipv4Addr::UNSPECIFIED))
        .map_err(text)?;
    let report = lab.wire.find(SOON, |p| {
        p.decoded
            .as_ref()
            .is_some_and(|d| matches!(d.transport, Transport::Igmp(0x22)))
    });
    equal(
        report.map(|p| p.from),
        Some(Side::B),
        "who reports the membership",
    )?;
    let a = lab
        .a
        .enter(|| UdpSocket::bind((Ipv4Addr::UNSPECIFIED, PORT)))
        .map_err(text)?;
    lab.a
        .enter(|| a.send_to(b"all", (group, PORT)))
        .map_err(text)?;
    equal(words(&b, 1)?, vec!["all".to_string()], "what B reads")?;
    lab.b
        .enter(|| b.leave_multicast_v4(&group, &Ipv4Addr::UNSPECIFIED))
        .map_err(text)?;
    lab.a
        .enter(|| a.send_to(b"again", (group, PORT)))
        .map_err(text)?;
    let again = |p: &Packet| p.payload() == b"again";
    check(lab.wire.find(SOON, again).is_some(), "it crosses the wire")?;
    check(is_empty(lab, &b)?, "B hears nothing after leaving")?;
    let six = "ff02::4:2".parse().map_err(|_| "address")?;
    let b = lab.b.enter(|| UdpSocket::bind("[::]:4243")).map_err(text)?;
    b.set_read_timeout(Some(SOON)).map_err(text)?;
    lab.b.enter(|| b.join_multicast_v6(&six, 0)).map_err(text)?;
    let a = lab.a.enter(|| UdpSocket::bind("[::]:4243")).map_err(text)?;
    lab.a
        .enter(|| a.send_to(b"six", "[ff02::4:2]:4243"))
        .map_err(text)?;
    equal(
        words(&b, 1)?,
        vec!["six".to_string()],
        "what B reads over IPv6",
    )
}

pub fn unreachable(lab: &Lab) -> Outcome {
    let a = lab
        .a
        .enter(|| UdpSocket::bind((lab.a.addr(), PORT)))
        .map_err(text)?;
    a.set_read_timeout(Some(SOON)).map_err(text)?;
    a.connect((lab.b.addr(), PORT)).map_err(text)?;
    a.send(b"anyone?").map_err(text)?;
    let kind = a.recv(&mut [0; 16]).err().map(|e| e.kind());
    equal(
        kind,
        Some(std::io::ErrorKind::ConnectionRefused),
        "what A reads",
    )?;
    let error = lab
        .wire
        .find(SOON, |p| p.icmp().is_some())
        .ok_or("no ICMP")?;
    let icmp = error.icmp().ok_or("no ICMP")?;
    equal((icmp.kind, icmp.code), (3, 3), "type and code")?;
    let quoted = icmp.quoted.ok_or("nothing quoted")?;
    equal(
        quoted.destination,
        (lab.b.addr(), PORT).into(),
        "what it is about",
    )?;
    until("B counts it", || {
        Ok(lab.b.counter("Udp", "NoPorts").map_err(text)? == 1)
    })
}

pub fn silence(lab: &Lab) -> Outcome {
    let start = Instant::now();
    let spoke = lab
        .wire
        .wait_for(Duration::from_millis(1500), |log| !log.is_empty());
    check(!spoke, "an idle wire is silent")?;
    check(start.elapsed() >= Duration::from_millis(1500), "it waited")
}

fn send(from: &UdpSocket, words: &[&str]) -> Outcome {
    words
        .iter()
        .try_for_each(|word| from.send(word.as_bytes()).map(drop))
        .map_err(text)
}

fn words(from: &UdpSocket, count: usize) -> Result<Vec<String>, String> {
    let word = |_| receive(from).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    (0..count).map(word).collect()
}
