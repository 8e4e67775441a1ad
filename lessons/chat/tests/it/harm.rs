//! One client that behaves badly harms nobody else.

use crate::server::{DEADLINE, Guest, Server, chat};
use socket2::{Domain, SockRef, Socket, Type};
use std::io::Write;
use std::thread;
use std::time::{Duration, Instant};

#[test]
fn who_never_reads_delays_nobody_and_is_cut() {
    let server = Server::start(&[]);
    let mut sam = Guest::enter(server.address, "sam");
    let mut bob = Guest::enter(server.address, "bob");
    let ada = Guest::enter(server.address, "ada");
    bob.hears("* ada has entered the room");
    let before = server.memory_kb("VmHWM:");
    let sending = thread::spawn(move || {
        let line = "x".repeat(1000);
        // As fast as it goes: bob reads as fast as he can, and is not cut.
        (0..12_000).for_each(|_| ada.say(&line));
        ada
    });
    let (mut lines, mut left, mut slowest) = (0, false, Duration::ZERO);
    while lines < 12_000 {
        let waiting = Instant::now();
        let line = bob.hear().unwrap();
        slowest = slowest.max(waiting.elapsed());
        lines += usize::from(line.starts_with("[ada] "));
        left |= line == "* sam has left the room";
    }
    assert!(left, "sam was not cut");
    assert!(slowest < Duration::from_secs(5), "{slowest:?}");
    let grown = server.memory_kb("VmHWM:") - before;
    assert!(
        grown < 256 + 6 * 1024,
        "{grown} kB for one who does not read"
    );
    // sam finds what the kernel held for him, and then the end.
    let found = sam.rest().len();
    assert!(found < 12_000, "{found}");
    sending.join().unwrap();
}

/// One who stops reading, and for whom so little is kept that it cannot be
/// the reason: a few lines more than the kernels hold.
#[test]
fn who_takes_nothing_for_so_long_is_cut_and_told() {
    let help = chat().args(["server", "--help"]).output();
    let help = String::from_utf8(help.unwrap().stdout).unwrap();
    let words: Vec<_> = help.split_whitespace().collect();
    let help = words.join(" ");
    let ours = help.split("--read-within").nth(1).unwrap();
    assert!(ours.contains("[default: 10]"), "{help}");
    // Nobody wants to wait so long for a test.
    let seconds = 1;
    let server = Server::start(&["--read-within", "1"]);
    // A client with short segments and a small window, for which the kernels
    // hold 0.1 MB; for one like the others they hold 4 MB.
    let sam = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    #[cfg(unix)]
    sam.set_tcp_mss(1460).unwrap();
    sam.set_recv_buffer_size(32 * 1024).unwrap();
    sam.connect(&server.address.into()).unwrap();
    let mut sam = Guest::on(sam.into());
    sam.say("sam");
    sam.hear_until(|line| line.starts_with("* The room contains:"));
    let mut bob = Guest::enter(server.address, "bob");
    let ada = Guest::enter(server.address, "ada");
    bob.hears("* ada has entered the room");
    // Nothing is on its way to sam from here on but what ada says.
    sam.hears("* bob has entered the room");
    sam.hears("* ada has entered the room");
    if queued(&server, &sam).is_none() {
        eprintln!("NOT CHECKED: this system does not tell its queues");
        return;
    }
    let mut said = 0;
    let waited = 'said: loop {
        let start = Instant::now();
        // In one piece, so that the kernel takes a part of a line at last.
        let lines = (said..said + 48).map(|n| format!("{n:0>1000}\n"));
        ada.send(lines.collect::<String>().as_bytes());
        for _ in 0..48 {
            bob.hears(&format!("[ada] {said:0>1000}"));
            said += 1;
        }
        assert!(said < 20_000, "the kernels hold all of it");
        // As long as the kernel takes all of it, sam is not behind.
        while queued(&server, &sam) < Some(said * 1007) {
            if bob.has_news(Duration::from_millis(5)) {
                bob.hears("* sam has left the room");
                break 'said start.elapsed().as_secs_f64();
            }
            assert!(start.elapsed() < DEADLINE, "sam is not cut");
        }
    };
    let range = f64::from(seconds) - 0.5..f64::from(seconds) + 10.0;
    assert!(range.contains(&waited), "cut after {waited} s");
    // Whole lines, none missing among them, and then the reason.
    let mut words = sam.rest();
    let last = words.pop().unwrap();
    assert_eq!(last, "* You do not read what is sent to you; goodbye");
    let lines = words.iter().filter(|line| line.starts_with("[ada]"));
    for (number, line) in lines.enumerate() {
        assert_eq!(*line, format!("[ada] {number:0>1000}"));
    }
}

/// How many bytes the kernel has for a guest, in both queues: proc_net(5).
fn queued(server: &Server, guest: &Guest) -> Option<usize> {
    let (here, there) = (
        server.address.port(),
        guest.reader.get_ref().local_addr().unwrap().port(),
    );
    let table = std::fs::read_to_string("/proc/net/tcp").ok()?;
    let mut bytes = None;
    for row in table.lines() {
        let fields: Vec<&str> = row.split_whitespace().collect();
        let port = |field: &str| {
            let (_, port) = field.rsplit_once(':')?;
            u16::from_str_radix(port, 16).ok()
        };
        let ends = (port(fields[1]), port(fields[2]));
        let ours = (Some(here), Some(there));
        if ends == ours || (ends.1, ends.0) == ours {
            let (sent, unread) = fields[4].split_once(':')?;
            let number = |hex| usize::from_str_radix(hex, 16).ok();
            bytes = Some(bytes.unwrap_or(0) + number(sent)? + number(unread)?);
        }
    }
    bytes
}

#[test]
fn who_reads_slowly_makes_the_talker_wait_and_loses_nothing() {
    let server = Server::start(&[]);
    let mut bob = Guest::enter(server.address, "bob");
    let ada = Guest::enter(server.address, "ada");
    bob.hears("* ada has entered the room");
    let sending = thread::spawn(move || {
        let filling = "x".repeat(990);
        (0..12_000).for_each(|number| ada.say(&format!("{number} {filling}")));
        ada
    });
    for number in 0..12_000 {
        let line = bob.hear().expect("bob reads, and must not be cut");
        assert!(line.starts_with(&format!("[ada] {number} ")), "{line}");
        if number % 100 == 0 {
            // Two seconds in all, over 12 MB.
            thread::sleep(Duration::from_millis(16));
        }
    }
    sending.join().unwrap();
}

#[test]
fn a_line_without_an_end_ends_its_client_with_a_reason_and_costs_no_memory() {
    let server = Server::start(&[]);
    let mut bob = Guest::enter(server.address, "bob");
    let mut ada = Guest::enter(server.address, "ada");
    bob.hears("* ada has entered the room");
    let before = server.memory_kb("VmHWM:");
    let mut sender = ada.reader.get_ref().try_clone().unwrap();
    let sending = thread::spawn(move || {
        let much = vec![b'x'; 1 << 20];
        (0..100).try_for_each(|_| sender.write_all(&much))
    });
    bob.hears("* ada has left the room");
    ada.hears("* Your line is too long; goodbye");
    let _ = sending.join().unwrap();
    let grown = server.memory_kb("VmHWM:") - before;
    assert!(grown < 1024, "{grown} kB");
}

#[test]
fn a_line_of_1024_bytes_is_the_longest() {
    let server = Server::start(&[]);
    let mut bob = Guest::enter(server.address, "bob");
    let ada = Guest::enter(server.address, "ada");
    bob.hears("* ada has entered the room");
    let longest = "x".repeat(1024);
    ada.send(format!("{longest}\r\n").as_bytes());
    bob.hears(&format!("[ada] {longest}"));
    ada.send(format!("{longest}y\n").as_bytes());
    bob.hears("* ada has left the room");
}

#[test]
fn two_hundred_resets_in_a_busy_room_harm_nobody() {
    let server = Server::start(&[]);
    let mut bob = Guest::enter(server.address, "bob");
    let ada = Guest::enter(server.address, "ada");
    let talking = thread::spawn(move || {
        for number in 0..2000 {
            ada.say(&format!("number {number}"));
        }
        ada
    });
    let resets = thread::spawn({
        let address = server.address;
        move || {
            for number in 0..200 {
                let guest = Guest::connect(address);
                guest.say(&format!("rude{number}"));
                let socket = SockRef::from(guest.reader.get_ref());
                // A close that throws everything away sends a reset.
                socket.set_linger(Some(Duration::ZERO)).unwrap();
            }
        }
    });
    for number in 0..2000 {
        let wanted = format!("[ada] number {number}");
        let line = bob.hear_until(|line| line.starts_with("[ada]"));
        assert_eq!(line, wanted);
    }
    resets.join().unwrap();
    let ada = talking.join().unwrap();
    let mut cyd = Guest::enter(server.address, "cyd");
    ada.say("still here");
    cyd.hear_until(|line| line == "[ada] still here");
}
