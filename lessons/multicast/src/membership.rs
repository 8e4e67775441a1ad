//! Who is in the group: what a host's kernel knows, and what it has told.

use crate::{GROUP, PATIENCE};
use lab::{Host, Lab, Packet};
use std::time::{Duration, Instant};

/// Lets a host report each change once, for as long as a lesson takes.
///
/// IGMP has no acknowledgment, so a host repeats each report at a random
/// moment within a second (RFC 3376 section 5.1). The wire of this lesson
/// loses none, and a trace without repeats is easier to read: this makes it a
/// random moment within the next eleven days. False where that is refused.
pub fn report_once(host: &Host) -> bool {
    let within = "net.ipv4.conf.wire0.igmpv3_unsolicited_report_interval";
    host.sysctl(within, "1000000000").is_ok()
}

/// Waits until the wire has seen this many reports, if there is a wire.
pub fn wait_for_reports(lab: &Lab, count: usize) -> bool {
    lab.wait(|log| reports(log) >= count)
}

/// Waits until this many datagrams have crossed the wire, and the kernel of
/// host B has taken them in. Without a wire a send has done both.
pub fn wait_for_datagrams(lab: &Lab, count: usize) {
    let crossed = lab.wait(|log| {
        let seen = log.iter().filter(|packet| packet.udp().is_some());
        seen.count() >= count && log.iter().all(Packet::is_settled)
    });
    let packets = lab.packets();
    let from_a = packets.iter().filter(|p| p.from.to_string() == "A");
    let to_b: usize = from_a.map(|packet| packet.delivered.len()).sum();
    let taken = || lab.b.counter("Ip", "InReceives").unwrap_or(u64::MAX);
    let deadline = Instant::now() + PATIENCE;
    while crossed && taken() < to_b as u64 && Instant::now() < deadline {
        // A counter calls nobody when it changes: it must be asked.
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// How many of these packets are messages of IGMP.
pub fn reports(packets: &[Packet]) -> usize {
    let headers = packets.iter().filter_map(|packet| packet.decoded.as_ref());
    // 2 is the number of the protocol IGMP in the IP header.
    headers.filter(|headers| headers.protocol == 2).count()
}

/// How many sockets of this host are in the group, as the kernel counts them
/// in /proc/net/igmp, or `None` where the system does not tell.
#[cfg(target_os = "linux")]
pub fn members(host: &Host) -> Option<u32> {
    // This file and no shorter name: each thread may be on another host.
    let file = "/proc/thread-self/net/igmp";
    let table = host.enter(|| std::fs::read_to_string(file)).ok()?;
    // A row of a group: its address backwards in hex, and its users.
    let group = format!("{:08X}", u32::from_ne_bytes(GROUP.octets()));
    let mut rows = table.lines().map(|row| row.split_whitespace());
    let row = rows.find(|row| row.clone().next() == Some(&*group));
    row.map_or(Some(0), |mut row| row.nth(1)?.parse().ok())
}

/// Other systems do not show this as a file.
#[cfg(not(target_os = "linux"))]
pub fn members(_host: &Host) -> Option<u32> {
    None
}

/// The number of members in words, for the narrator.
pub fn told(host: &Host) -> String {
    match members(host) {
        Some(1) => format!("{GROUP} has 1 member here"),
        Some(count) => format!("{GROUP} has {count} members here"),
        None => "the members of a group are not shown here".into(),
    }
}

/// From now on this socket hears only groups that it has joined itself.
///
/// IP_MULTICAST_ALL of ip(7), an option of Linux that std does not have.
#[cfg(target_os = "linux")]
pub fn own_groups_only(socket: &std::net::UdpSocket) -> std::io::Result<()> {
    socket2::SockRef::from(socket).set_multicast_all_v4(false)
}

/// Other systems have no such option.
#[cfg(not(target_os = "linux"))]
pub fn own_groups_only(_: &std::net::UdpSocket) -> std::io::Result<()> {
    Err(std::io::ErrorKind::Unsupported.into())
}
