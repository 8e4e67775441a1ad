//! Names, messages and commands, as somebody types them.

use crate::server::{Guest, Server};

#[test]
fn who_enters_is_asked_for_a_name_and_told_who_is_there() {
    let server = Server::start(&[]);
    let mut ada = Guest::connect(server.address);
    ada.hears("* Your name? 1 to 16 letters and digits");
    ada.say("ada");
    ada.hears("* The room contains: ");
    let mut bob = Guest::enter(server.address, "bob");
    ada.hears("* bob has entered the room");
    ada.say("hello, Straße 🦀");
    bob.hears("[ada] hello, Straße 🦀");
    drop(ada);
    bob.hears("* ada has left the room");
}

#[test]
fn a_bad_name_and_a_taken_one_are_refused_with_a_reason() {
    let server = Server::start(&[]);
    let _ada = Guest::enter(server.address, "ada");
    let mut other = Guest::connect(server.address);
    other.hear();
    for bad in ["", "a b", "* ada", "[ada]", "näme", "12345678901234567"] {
        other.say(bad);
        other
            .hears("* A name has 1 to 16 letters and digits; which other one?");
    }
    other.say("ada");
    other.hears("* This name is taken; which other one?");
    other.say("1234567890123456");
    other.hears("* The room contains: ada");
}

#[test]
fn the_commands_do_what_help_says() {
    let server = Server::start(&[]);
    let mut ada = Guest::enter(server.address, "ada");
    let mut bob = Guest::enter(server.address, "bob");
    let mut cyd = Guest::enter(server.address, "cyd");
    ada.hears("* bob has entered the room");
    ada.hears("* cyd has entered the room");
    bob.hears("* cyd has entered the room");
    ada.say("/help");
    assert!(ada.hear().unwrap().starts_with("* /who"));
    ada.say("/who");
    ada.hears("* The room contains: ada, bob, cyd");
    ada.say("/me waves");
    bob.hears("~ ada waves");
    cyd.hears("~ ada waves");
    ada.say("/msg bob between us");
    bob.hears("[ada to you] between us");
    ada.say("/msg nobody hm");
    ada.hears("* Nobody here has this name");
    ada.say("/nick bob");
    ada.hears("* This name is taken; which other one?");
    ada.say("/nick ann");
    for guest in [&mut ada, &mut bob, &mut cyd] {
        guest.hears("* ada is now called ann");
    }
    ada.say("/dance");
    ada.hears("* /dance is unknown; try /help");
    ada.say("/quit");
    assert_eq!(ada.rest(), ["* As you wish; goodbye"]);
    bob.hears("* ann has left the room");
}

#[test]
fn nobody_can_make_a_line_that_begins_as_one_of_the_server() {
    let server = Server::start(&[]);
    let mut bob = Guest::enter(server.address, "bob");
    let ada = Guest::enter(server.address, "ada");
    bob.hears("* ada has entered the room");
    ada.send(b"* bob is rich\n/me * is\n/msg bob * you won\n\r* x\n");
    bob.hears("[ada] * bob is rich");
    bob.hears("~ ada * is");
    bob.hears("[ada to you] * you won");
    bob.hears("[ada] \\r* x");
}

#[test]
fn who_enters_sees_the_last_twenty_lines() {
    let server = Server::start(&[]);
    let mut bob = Guest::enter(server.address, "bob");
    let ada = Guest::enter(server.address, "ada");
    for number in 0..30 {
        ada.say(&format!("line {number}"));
    }
    bob.hear_until(|line| line == "[ada] line 29");
    let mut cyd = Guest::enter(server.address, "cyd");
    for number in 10..30 {
        cyd.hears(&format!("[ada] line {number}"));
    }
    ada.say("now");
    cyd.hears("[ada] now");
}
