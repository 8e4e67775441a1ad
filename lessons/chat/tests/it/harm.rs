//! One client that behaves badly harms nobody else.

use crate::server::{Guest, Server};
use socket2::SockRef;
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
