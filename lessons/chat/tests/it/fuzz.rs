//! Bytes of any kind: the server lives, and the others read only text.

use crate::server::{Guest, Server};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use socket2::SockRef;
use std::cell::RefCell;
use std::io::Write;
use std::time::Duration;

/// What a client may send: anything at all, and what is likely to matter.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    let known: Vec<&[u8]> = vec![
        b"\n",
        b"\r\n",
        b"\r",
        b"\0",
        b"ada\n",
        b"bob\n",
        b"/nick ada\n",
        b"/nick ",
        b"/nick bob\n",
        b"/msg bob ",
        b"/me ",
        b"/who\n",
        b"/help\n",
        b"/quit\n",
        b"/",
        b"* bob has left the room\n",
        b"[bob] ",
        b"\x1b[2J",
        b"\x1b]0;x\x07",
        b"\x9b31m",
        b"\xff\xfd\x03",
        b"\xe2\x80\xae",
        b"\xf0\x9f",
        b"\x90\x80",
        b"\xe2\x81\xa6",
        "h\u{e9} \u{1f980}".as_bytes(),
        b"\xc2\x85",
        b"\xe2\x80\xa8",
    ];
    prop_oneof![
        4 => proptest::sample::select(known).prop_map(|bytes| bytes.to_vec()),
        2 => proptest::collection::vec(any::<u8>(), 0..40),
        1 => (any::<u8>(), 0..3000_usize).prop_map(|(byte, n)| vec![byte; n]),
    ]
}

#[test]
fn any_bytes_leave_the_server_alive_and_the_others_unharmed() {
    let server = Server::start(&[]);
    let bob = RefCell::new(Guest::enter(server.address, "bob"));
    let cyd = Guest::enter(server.address, "cyd");
    let sessions = proptest::collection::vec(piece(), 0..20);
    let config = Config {
        cases: 300,
        failure_persistence: None,
        ..Config::default()
    };
    let mut case = 0;
    let case = RefCell::new(&mut case);
    let rude = (sessions, any::<bool>(), any::<bool>());
    let tried = TestRunner::new(config).run(&rude, |(pieces, name, reset)| {
        let guest = Guest::connect(server.address);
        let mut stream = guest.reader.get_ref();
        if name {
            guest.say("ada");
        }
        for piece in pieces {
            // Who was told to go may find the connection closed.
            if stream.write_all(&piece).is_err() {
                break;
            }
        }
        if reset {
            let socket = SockRef::from(stream);
            socket.set_linger(Some(Duration::ZERO)).unwrap();
        }
        drop(guest);
        **case.borrow_mut() += 1;
        let mark = format!("case {}", case.borrow());
        cyd.say(&mark);
        let mark = format!("[cyd] {mark}");
        loop {
            let line = bob.borrow_mut().hear();
            let line = line.expect("bob is not cut");
            prop_assert!(is_text(&line), "bob read {:?}", line);
            prop_assert!(is_of_somebody(&line), "nobody said {:?}", line);
            if line == mark {
                return Ok(());
            }
        }
    });
    if let Err(why) = tried {
        panic!("{why}");
    }
}

/// Whether it can be shown: no control character, nothing that turns text.
fn is_text(line: &str) -> bool {
    let turns = |c| {
        matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}'
        | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    !line.chars().any(|c| c.is_control() || turns(c))
}

/// Whether it begins as the protocol says, with a name that is one.
fn is_of_somebody(line: &str) -> bool {
    let is_name = |name: &str| {
        (1..=16).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    if let Some(line) = line.strip_prefix('[') {
        let name = line.split_once("] ").map(|(name, _)| name);
        let name = name.map(|n| n.strip_suffix(" to you").unwrap_or(n));
        return name.is_some_and(is_name);
    }
    if let Some(line) = line.strip_prefix("~ ") {
        return line.split(' ').next().is_some_and(is_name);
    }
    let Some(notice) = line.strip_prefix("* ") else {
        return false;
    };
    let (name, what) = notice.split_once(' ').unwrap_or((notice, ""));
    let known = match what.strip_prefix("is now called ") {
        Some(new) => is_name(new),
        None => ["has entered the room", "has left the room"].contains(&what),
    };
    is_name(name) && known
}
