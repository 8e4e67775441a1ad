//! Full, out of descriptors, silent for too long, closing: always said.

use crate::server::{DEADLINE, Guest, PROGRAM, Server, chat};
use std::net::TcpListener;
use std::process::Command;
use std::time::{Duration, Instant};

#[test]
fn a_full_room_says_so_and_has_room_again_when_somebody_leaves() {
    let server = Server::start(&["--max-clients", "2"]);
    let ada = Guest::enter(server.address, "ada");
    let mut bob = Guest::enter(server.address, "bob");
    let mut cyd = Guest::connect(server.address);
    assert_eq!(cyd.rest(), ["* The room is full, please come later"]);
    drop(ada);
    bob.hears("* ada has left the room");
    let start = Instant::now();
    loop {
        let mut cyd = Guest::connect(server.address);
        if cyd.hear().unwrap().contains("Your name?") {
            break;
        }
        assert!(start.elapsed() < DEADLINE, "still full");
    }
}

#[test]
fn three_hundred_who_never_say_a_name_are_dropped_and_others_get_in() {
    let server = Server::start(&["--max-clients", "301", "--name-within", "1"]);
    let mut ada = Guest::enter(server.address, "ada");
    let mut silent: Vec<Guest> =
        (0..300).map(|_| Guest::connect(server.address)).collect();
    for guest in &mut silent {
        let words = guest.rest();
        assert_eq!(
            words.last().unwrap(),
            "* You did not say your name; goodbye"
        );
    }
    let bob = Guest::enter(server.address, "bob");
    bob.say("hello");
    ada.hears("* bob has entered the room");
    ada.hears("[bob] hello");
}

#[test]
fn out_of_descriptors_new_clients_wait_and_the_old_ones_chat_on() {
    let mut program = Command::new("sh");
    let script = "ulimit -n 24; exec \"$0\" server 127.0.0.1:0 --quiet";
    program.args(["-c", script, PROGRAM]);
    let server = Server::run(program);
    let mut ada = Guest::enter(server.address, "ada");
    let mut bob = Guest::enter(server.address, "bob");
    ada.hears("* bob has entered the room");
    let crowd: Vec<Guest> =
        (0..40).map(|_| Guest::connect(server.address)).collect();
    bob.say("can you hear me?");
    ada.hears("[bob] can you hear me?");
    ada.say("yes");
    bob.hears("[ada] yes");
    // The last of the crowd are connected, by the kernel, and wait.
    let last = crowd.last().unwrap().reader.get_ref();
    last.set_read_timeout(Some(Duration::from_millis(200)))
        .unwrap();
    assert!(last.peek(&mut [0]).is_err(), "the limit was not reached");
    drop(crowd);
    let mut cyd = Guest::enter(server.address, "cyd");
    bob.say("welcome");
    cyd.hear_until(|line| line == "[bob] welcome");
}

#[test]
fn it_stops_cleanly_also_without_a_descriptor_to_spare() {
    for crowded in [16, 17, 18, 19, 20, 40] {
        let mut program = Command::new("sh");
        let script = "ulimit -n 24; exec \"$0\" server 127.0.0.1:0 --quiet";
        program.args(["-c", script, PROGRAM]);
        let mut server = Server::run(program);
        let mut ada = Guest::enter(server.address, "ada");
        let crowd: Vec<Guest> = (0..crowded)
            .map(|_| Guest::connect(server.address))
            .collect();
        server.signal("TERM");
        assert_eq!(ada.rest(), ["* The server is closing, goodbye"]);
        assert_eq!(server.wait().code(), Some(0), "{crowded}");
        drop(crowd);
    }
}

#[test]
fn every_address_of_this_machine_will_do() {
    for address in ["0.0.0.0:0", "[::]:0", "[::1]:0"] {
        let mut program = chat();
        program.args(["server", address, "--quiet"]);
        if std::net::TcpListener::bind(address).is_err() {
            eprintln!("NOT CHECKED: no {address} here");
            continue;
        }
        let mut server = Server::run(program);
        let mut called = server.address;
        if called.ip().is_unspecified() {
            called.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
        }
        let mut ada = match std::net::TcpStream::connect(called) {
            Ok(_) => Guest::enter(called, "ada"),
            // A system may keep [::] for IPv6 alone.
            Err(_) => Guest::enter(server.address, "ada"),
        };
        server.signal("TERM");
        assert_eq!(ada.rest(), ["* The server is closing, goodbye"]);
        assert_eq!(server.wait().code(), Some(0), "{address}");
    }
}

#[test]
fn a_thousand_idle_clients_and_the_chat_goes_on() {
    let limit = Command::new("sh").args(["-c", "ulimit -n"]).output();
    let limit = String::from_utf8(limit.unwrap().stdout).unwrap();
    if limit.trim().parse().is_ok_and(|limit: u64| limit < 1100) {
        eprintln!("NOT CHECKED: only {} descriptors here", limit.trim());
        return;
    }
    let server = Server::start(&[]);
    let mut ada = Guest::enter(server.address, "ada");
    let bob = Guest::enter(server.address, "bob");
    ada.hears("* bob has entered the room");
    let before = server.memory_kb("VmRSS:");
    let mut idle = Vec::new();
    for number in 0..998 {
        let name = format!("idle{number}");
        let guest = Guest::connect(server.address);
        guest.say(&name);
        idle.push(guest);
    }
    ada.hear_until(|line| line == "* idle997 has entered the room");
    let grown = server.memory_kb("VmRSS:") - before;
    eprintln!("{grown} kB for 998 idle clients");
    assert!(grown < 998 * 64, "{grown} kB for 998 idle clients");
    bob.say("a line for all");
    for guest in &mut idle {
        guest.hear_until(|line| line == "[bob] a line for all");
    }
}

#[test]
fn a_signal_ends_it_cleanly_and_the_port_is_free_at_once() {
    for name in ["INT", "TERM"] {
        let mut server = Server::start(&[]);
        let mut ada = Guest::enter(server.address, "ada");
        let mut unnamed = Guest::connect(server.address);
        unnamed.hear();
        let bob = Guest::enter(server.address, "bob");
        bob.say("the last words");
        // Heard or not, what was said before goes out before the end.
        ada.hears("* bob has entered the room");
        ada.hears("[bob] the last words");
        server.signal(name);
        assert_eq!(ada.rest(), ["* The server is closing, goodbye"]);
        assert_eq!(unnamed.rest(), ["* The server is closing, goodbye"]);
        assert_eq!(server.wait().code(), Some(0), "{name}");
        drop(TcpListener::bind(server.address).unwrap());
    }
}
