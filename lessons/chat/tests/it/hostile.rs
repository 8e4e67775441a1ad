//! What one client may do to the screens of the others: nothing.

use crate::server::{Guest, Server};
use std::thread;

/// Sends the bytes as they are and returns what bob hears until the last line.
fn through(bytes: Vec<u8>) -> Vec<String> {
    let server = Server::start(&[]);
    let mut bob = Guest::enter(server.address, "bob");
    let ada = Guest::enter(server.address, "ada");
    bob.hears("* ada has entered the room");
    let sending = thread::spawn(move || {
        ada.send(&bytes);
        ada.say("");
        ada.say("that was all");
        ada
    });
    let mut heard = Vec::new();
    loop {
        // Guest::hear takes only UTF-8.
        let line = bob.hear().expect("nobody is cut");
        assert!(!line.chars().any(|c| c.is_control()), "{line:?}");
        let overrides = '\u{202a}'..='\u{202e}';
        let isolates = '\u{2066}'..='\u{2069}';
        let turns = |c: char| overrides.contains(&c) || isolates.contains(&c);
        assert!(!line.chars().any(turns), "{line:?}");
        if line == "[ada] that was all" {
            break;
        }
        heard.push(line);
    }
    sending.join().unwrap();
    heard
}

#[test]
fn every_pair_of_bytes_is_harmless_and_nobody_is_cut_for_it() {
    let pairs = (0..=u16::MAX).map(u16::to_be_bytes);
    let sent: Vec<u8> = pairs.flat_map(|[a, b]| [b'=', a, b, b'\n']).collect();
    let heard = through(sent);
    assert!(heard.len() >= 65536, "{}", heard.len());
}

#[test]
fn every_letter_passes_unchanged_and_what_commands_a_terminal_does_not() {
    let chars = (0x20..=0x2ffff).filter_map(char::from_u32);
    let sent: String = chars.map(|c| format!("={c}=\n")).collect();
    let heard = through(sent.into());
    for kept in ['é', 'ß', 'я', '語', '🦀', '\u{301}'] {
        assert!(heard.contains(&format!("[ada] ={kept}=")), "{kept}");
    }
    for shown in ["\\u{9b}", "\\u{202e}", "\\u{7f}"] {
        assert!(heard.contains(&format!("[ada] ={shown}=")), "{shown}");
    }
}

#[test]
fn a_command_to_a_terminal_becomes_text() {
    let heard = through(b"\x1b[2J\x1b]0;x\x07 \xff\x9b31m".to_vec());
    assert_eq!(
        heard,
        ["[ada] \\u{1b}[2J\\u{1b}]0;x\\u{7} \u{fffd}\u{fffd}31m"]
    );
}
