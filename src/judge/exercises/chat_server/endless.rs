//! A line that does not end, and one that is only too long.

use std::io::{ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::causes;
use super::ends::says_why;
use super::guest::Guest;
use crate::judge::Ruling;
use crate::judge::bench::{Bench, QUIET, REPLY, is_timeout};
use crate::judge::bytes;
use crate::judge::fault::{Fault, Stop};
use crate::judge::heard::Then;

/// The longest line of the contract, and how much without an end is sent.
const LONGEST: usize = 1024;
const ENDLESS: usize = 32 << 20;

pub fn endless(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let mut bob = Guest::enter(bench, "bob", server)?;
    let mut ada = Guest::enter(bench, "ada", server)?;
    let longest = bench.text(LONGEST);
    ada.says(&longest)?;
    bob.hears(&format!("[{}] {longest}", ada.name))
        .map_err(|fault| Fault {
            expected: format!("{} gets a line of 1,024 bytes whole", bob.name),
            ..fault
        })?;
    let before = bench.program()?.resident_kb();
    ada.tcp.did("sends bytes without a newline, and goes on");
    let taken = sends_without_end(&mut ada)?;
    let after = bench.program()?.resident_kb();
    if let Some(taken) = taken {
        let grown = before.zip(after).is_some_and(|(a, b)| b > a + 16 * 1024);
        let kept = match grown {
            true => ", and keeps them in memory",
            false => "",
        };
        let expected = format!(
            "{} gets a line that begins with `* `, and the end",
            ada.name
        );
        let got = format!(
            "neither: it takes {} without a newline{kept}",
            bytes::counted(taken.min(ENDLESS))
        );
        return Fault::new(expected, got)
            .because_if(grown || taken >= ENDLESS, &causes::SOON)
            .stop();
    }
    bob.hears(&format!("* {} has left the room", ada.name))?;
    // One byte over the limit is too much, also with a newline; and bytes
    // are what counts.
    let longer = bench.text(LONGEST + 1);
    too_long(bench, &mut bob, server, &longer, "1,025 bytes")?;
    let letters = "é".repeat(500) + &bench.text(100);
    too_long(
        bench,
        &mut bob,
        server,
        &letters,
        "1,100 bytes, which are 600 characters",
    )
}

/// Somebody says this line, and has to leave for it.
fn too_long(
    bench: &mut Bench,
    bob: &mut Guest,
    server: SocketAddr,
    line: &str,
    length: &str,
) -> Ruling {
    let mut cyd = Guest::enter(bench, "cyd", server)?;
    cyd.says(line)?;
    let (lines, then) = cyd.rest(REPLY);
    let told = lines.last().is_some_and(|line| says_why(line));
    if !told || then == Then::Silence {
        let expected = format!(
            "{} gets a line that begins with `* `, and the end, for a line of {length}",
            cyd.name
        );
        let stays = then == Then::Silence;
        let got = match stays {
            true => "silence",
            false => "the end without a reason",
        };
        // One of as many bytes, each a letter, was too long before.
        return Fault::new(expected, got)
            .because_if(stays && !line.is_ascii(), &causes::LETTER)
            .stop();
    }
    bob.hears(&format!("* {} has left the room", cyd.name))?;
    Ok(())
}

/// Sends a line that does not end until a reason and the end have come; or
/// returns how much was taken, if they have not.
fn sends_without_end(guest: &mut Guest) -> Result<Option<usize>, Stop> {
    let much = vec![b'x'; 64 * 1024];
    let mut stream = guest.tcp.stream.try_clone()?;
    let mut heard = Vec::new();
    let mut sent = 0;
    // A short wait: what does not fit now is tried again after a look at
    // what came, so that neither side waits for the other.
    stream.set_write_timeout(Some(Duration::from_millis(20)))?;
    let until = Instant::now() + 2 * REPLY;
    while sent < ENDLESS && Instant::now() < until {
        match stream.write(&much) {
            Ok(length) => sent += length,
            Err(error) if is_timeout(&error) => {}
            // It has closed: what it said before is there to be read.
            Err(_) => break,
        }
        if reads_what_is_there(&mut stream, &mut heard)? {
            return told(guest, &heard).map(|()| None);
        }
    }
    // Who has taken all of it may be about to say so.
    let patience = match sent >= ENDLESS {
        true => QUIET,
        false => REPLY,
    };
    let rest = guest.tcp.hears_perhaps(1 << 20, patience);
    heard.extend(rest.bytes);
    match rest.then {
        Then::Silence | Then::Enough => Ok(Some(sent)),
        Then::End | Then::Broken(_) => told(guest, &heard).map(|()| None),
    }
}

/// Takes what has come; true at the end.
fn reads_what_is_there(
    stream: &mut std::net::TcpStream,
    heard: &mut Vec<u8>,
) -> std::io::Result<bool> {
    stream.set_nonblocking(true)?;
    let mut buffer = [0; 4096];
    let ended = match stream.read(&mut buffer) {
        Ok(0) => true,
        Ok(length) => {
            heard.extend_from_slice(&buffer[..length]);
            false
        }
        Err(error) => error.kind() != ErrorKind::WouldBlock,
    };
    stream.set_nonblocking(false)?;
    Ok(ended)
}

/// Whether the last line that came is a reason; without one it is a fault.
fn told(guest: &Guest, heard: &[u8]) -> Result<(), Stop> {
    let text = String::from_utf8_lossy(heard);
    let last = text.lines().last().unwrap_or_default();
    match says_why(last.as_bytes()) {
        true => Ok(()),
        false => Fault::new(
            format!(
                "{} gets a line that begins with `* `, and then the end",
                guest.name
            ),
            "the end without a reason",
        )
        .stop(),
    }
}
