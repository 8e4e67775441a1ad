//! The bytes of telnet, and the program where it is installed.

use crate::server::{Guest, Server, wait};
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

/// Telnet ends a line with CR LF, and mixes its own commands with the text:
/// IAC, which is the byte 255, a verb and an option (RFC 854).
#[test]
fn the_bytes_of_telnet_are_lines_like_any_other() {
    let server = Server::start(&[]);
    let mut bob = Guest::enter(server.address, "bob");
    let mut tel = Guest::connect(server.address);
    tel.hears("* Your name? 1 to 16 letters and digits");
    // DO suppress-go-ahead, WILL terminal-type: what some clients begin with.
    // They stand in the first line, so that is no name, and it asks again.
    tel.send(b"\xff\xfd\x03\xff\xfb\x18ada\r\n");
    tel.hears("* A name has 1 to 16 letters and digits; which other one?");
    tel.send(b"ada\r\n");
    tel.hears("* The room contains: bob");
    bob.hears("* ada has entered the room");
    tel.send(b"hello\r\n");
    bob.hears("[ada] hello");
    // CR NUL is a bare return; interrupt-process is what Ctrl-C sends.
    tel.send(b"a\r\0b \xff\xf4\xff\xfd\x06 c\r\n");
    bob.hears("[ada] a\\r\\u{0}b \u{fffd}\u{fffd}\u{fffd}\u{fffd}\\u{6} c");
    tel.send(b"/quit\r\n");
    assert_eq!(tel.rest(), ["* As you wish; goodbye"]);
    bob.hears("* ada has left the room");
}

#[test]
fn telnet_can_chat() {
    let server = Server::start(&[]);
    let mut ada = Guest::enter(server.address, "ada");
    let mut telnet = Command::new("telnet");
    telnet.args(["127.0.0.1", &server.address.port().to_string()]);
    telnet.stdin(Stdio::piped()).stdout(Stdio::piped());
    let Ok(mut telnet) = telnet.stderr(Stdio::null()).spawn() else {
        eprintln!("NOT CHECKED: there is no telnet here");
        return;
    };
    let mut typing = telnet.stdin.take().unwrap();
    let out = BufReader::new(telnet.stdout.take().unwrap());
    typing.write_all(b"tel\nfrom telnet: h\xc3\xa9\n").unwrap();
    ada.hears("* tel has entered the room");
    ada.hears("[tel] from telnet: h\u{e9}");
    ada.say("and back");
    let mut lines = out.lines().map_while(Result::ok);
    assert!(lines.any(|line| line.trim_end() == "[ada] and back"));
    typing.write_all(b"/quit\n").unwrap();
    ada.hears("* tel has left the room");
    assert!(lines.any(|line| line.contains("As you wish")));
    // It ends by itself with the connection, with whatever status it likes.
    wait(&mut telnet);
}
