//! Nothing is lost, doubled, mixed or out of order.

use crate::server::{Guest, Server};
use std::net::Shutdown;
use std::thread;
use std::time::Duration;

#[test]
fn ten_people_who_talk_at_once_hear_each_line_of_each_other_in_order() {
    const PEOPLE: usize = 10;
    const LINES: usize = 500;
    let server = Server::start(&[]);
    let names: Vec<String> = (0..PEOPLE).map(|n| format!("p{n}")).collect();
    let mut guests = Vec::new();
    for name in &names {
        guests.push(Guest::enter(server.address, name));
    }
    let mut threads = Vec::new();
    for (name, mut guest) in names.iter().cloned().zip(guests) {
        let names = names.clone();
        threads.push(thread::spawn(move || {
            let sender = guest.reader.get_ref().try_clone().unwrap();
            let sending = thread::spawn(move || {
                use std::io::Write;
                for number in 0..LINES {
                    let line = format!("number {number}\n");
                    (&sender).write_all(line.as_bytes()).unwrap();
                }
            });
            let mut next = [0; PEOPLE];
            while next.iter().sum::<usize>() < LINES * (PEOPLE - 1) {
                let line = guest.hear().expect("nobody is cut");
                if line.starts_with("* ") {
                    continue;
                }
                let who = names.iter().position(|other| {
                    line.starts_with(&format!("[{other}] number "))
                });
                let who = who.unwrap_or_else(|| panic!("mangled: {line}"));
                assert_ne!(names[who], name, "an echo");
                let wanted = format!("[{}] number {}", names[who], next[who]);
                assert_eq!(line, wanted);
                next[who] += 1;
            }
            sending.join().unwrap();
            guest
        }));
    }
    let guests: Vec<_> =
        threads.into_iter().map(|t| t.join().unwrap()).collect();
    assert_eq!(guests.len(), PEOPLE);
}

#[test]
fn a_line_in_pieces_is_one_line_and_two_lines_in_one_write_are_two() {
    let server = Server::start(&[]);
    let mut cyd = Guest::enter(server.address, "cyd");
    let ada = Guest::enter(server.address, "ada");
    let bob = Guest::enter(server.address, "bob");
    cyd.hear_until(|line| line == "* bob has entered the room");
    let crab = "🦀".as_bytes();
    ada.send(b"half ");
    ada.send(&crab[..2]);
    thread::sleep(Duration::from_millis(30));
    bob.send(b"one\r\ntwo\n");
    cyd.hears("[bob] one");
    cyd.hears("[bob] two");
    ada.send(&crab[2..]);
    ada.send(b" whole\n");
    cyd.hears("[ada] half 🦀 whole");
}

#[test]
fn a_last_line_without_a_newline_is_delivered_before_the_end() {
    let server = Server::start(&[]);
    let mut bob = Guest::enter(server.address, "bob");
    let mut ada = Guest::enter(server.address, "ada");
    bob.hears("* ada has entered the room");
    ada.send(b"first\nlast");
    ada.reader.get_ref().shutdown(Shutdown::Write).unwrap();
    bob.hears("[ada] first");
    bob.hears("[ada] last");
    bob.hears("* ada has left the room");
    assert_eq!(ada.rest(), Vec::<String>::new());
}
