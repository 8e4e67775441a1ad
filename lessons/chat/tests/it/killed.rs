//! Clients that are killed at random, under load.

use crate::clients::client;
use crate::random::Random;
use crate::server::{DEADLINE, Guest, Server};
use std::collections::HashMap;
use std::io::Write;
use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

/// Those who live, and those who are killed and replaced.
const LIVING: usize = 5;
const VICTIMS: usize = 4;

/// How long; `CHAT_KILL_SECONDS=60` for the whole minute that is promised.
fn seconds() -> u64 {
    let asked = std::env::var("CHAT_KILL_SECONDS").ok();
    asked.map_or(3, |text| text.parse().expect("a number of seconds"))
}

#[test]
fn clients_killed_at_random_under_load_cost_the_living_nothing() {
    let server = Server::start(&[]);
    let until = Instant::now() + Duration::from_secs(seconds());
    let names: Vec<String> = (0..LIVING).map(|n| format!("live{n}")).collect();
    // All are here before the first one speaks.
    let guests: Vec<Guest> = names
        .iter()
        .map(|n| Guest::enter(server.address, n))
        .collect();
    let living: Vec<_> = guests
        .into_iter()
        .map(|guest| thread::spawn(move || live(guest, until)))
        .collect();
    let killed = kill_at_random(&server.address.to_string(), until);
    // Nobody leaves before all have heard all: who closes with bytes unread
    // sends a reset, and takes what others have not heard yet along.
    let ends: Vec<_> = living.into_iter().map(|l| l.join().unwrap()).collect();
    let mut lines = 0;
    for (name, (_here, heard)) in names.iter().zip(&ends) {
        let others = names.iter().filter(|other| *other != name);
        let said: Vec<_> = others.map(|other| heard[other].last).collect();
        assert!(said.iter().all(|&last| last > 0), "{name}: {said:?}");
        lines += heard.values().map(|heard| heard.next).sum::<u64>();
    }
    eprintln!("{killed} clients killed, {lines} lines heard in order");
    assert!(killed >= seconds(), "only {killed} were killed");
    assert!(lines > 1000, "that was no load: {lines} lines");
    let mut after = Guest::enter(server.address, "after");
    after.say("/who");
    after.hear_until(|line| line.starts_with("* The room contains: "));
}

/// What somebody has heard of somebody else.
#[derive(Default)]
struct Heard {
    next: u64,
    /// The number that it named as its last, if it got to that.
    last: u64,
}

/// Talks until the time is over, listens until all who live have ended, and
/// stays.
fn live(mut guest: Guest, until: Instant) -> (Guest, HashMap<String, Heard>) {
    let talker = guest.reader.get_ref().try_clone().unwrap();
    let talking = thread::spawn(move || {
        let mut number = 0;
        while Instant::now() < until {
            for _ in 0..20 {
                let line = format!("number {number}\n");
                (&talker).write_all(line.as_bytes()).unwrap();
                number += 1;
            }
            // A load for two cores that others use as well.
            thread::sleep(Duration::from_millis(10));
        }
        (&talker)
            .write_all(format!("last {number}\n").as_bytes())
            .unwrap();
    });
    let mut heard: HashMap<String, Heard> = HashMap::new();
    let mut ended = 0;
    while ended < LIVING - 1 {
        let line = guest.hear().expect("who lives is not cut");
        let Some((name, text)) = line.strip_prefix('[').and_then(|line| {
            line.split_once("] ") // of a member, not a notice
        }) else {
            continue;
        };
        let of = heard.entry(name.to_string()).or_default();
        // The dying may lose the end of their last line, and then no more.
        if text == format!("number {}", of.next) {
            of.next += 1;
        } else if text == format!("last {}", of.next) {
            (of.last, ended) = (of.next, ended + 1);
        } else {
            let whole = format!("number {}", of.next);
            let torn = name.starts_with("dead") && whole.starts_with(text);
            assert!(torn, "{name} said {text:?} after {} lines", of.next);
            of.next = u64::MAX / 2;
        }
    }
    talking.join().unwrap();
    heard.retain(|_, of| of.next < u64::MAX / 2);
    (guest, heard)
}

/// Starts clients, lets them talk, and kills one after the other.
fn kill_at_random(address: &str, until: Instant) -> u64 {
    let mut random = Random::new();
    let mut killed = 0;
    let born = |number: u64| {
        let name = format!("dead{number}");
        let mut child = client(address, &["--name", &name]);
        let mut typing = child.stdin.take().unwrap();
        // Every other one never has its output read, so it stops to listen,
        // and dies with unread bytes: its kernel sends a reset.
        if number.is_multiple_of(2) {
            let mut out = child.stdout.take().unwrap();
            thread::spawn(move || {
                std::io::copy(&mut out, &mut std::io::sink())
            });
        }
        thread::spawn(move || {
            let line = |number: u64| {
                if number % 50 == 49 {
                    thread::sleep(Duration::from_millis(5));
                }
                typing.write_all(format!("number {number}\n").as_bytes())
            };
            (0..).map(line).take_while(|said| said.is_ok()).count()
        });
        child
    };
    let mut victims: Vec<Child> = (0..VICTIMS as u64).map(born).collect();
    while Instant::now() < until {
        thread::sleep(Duration::from_millis(20 + random.below(150)));
        let one = random.below(victims.len() as u64) as usize;
        // SIGKILL on Unix: it cannot be caught, so nobody says goodbye.
        victims[one].kill().unwrap();
        victims[one].wait().unwrap();
        killed += 1;
        victims[one] = born(VICTIMS as u64 - 1 + killed);
    }
    for mut victim in victims {
        victim.kill().unwrap();
        victim.wait().unwrap();
    }
    assert!(until.elapsed() < DEADLINE);
    killed
}
