//! What one client must not be able to do to the others.

use std::io::Write;
use std::time::{Duration, Instant};

use super::causes;
use super::guest::{Guest, Missed};
use crate::judge::Ruling;
use crate::judge::bench::{Bench, REPLY};
use crate::judge::bytes::commands;
use crate::judge::fault::{Fault, Stop};
use crate::judge::heard::Then;

/// How many reset their connections, waiting for an answer or not.
const RUDE: usize = 40;

pub fn resets(bench: &mut Bench) -> Ruling {
    match those_who_stay(bench) {
        // A list that another thread changes has nothing to do with resets.
        Err(Stop::Broken(fault)) if has_lost_its_place(bench)? => Fault {
            cause: None,
            ..*fault
        }
        .stop(),
        found => found,
    }
}

/// Whether it said of a list that it was "changed during iteration".
fn has_lost_its_place(bench: &mut Bench) -> Result<bool, Stop> {
    let words = bench.program()?.last_words();
    Ok(words.iter().any(|line| line.contains("during iteration")))
}

/// Whether those who stay go on chatting while others reset their connections.
fn those_who_stay(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let mut bob = Guest::enter(bench, "bob", server)?;
    let mut ada = Guest::enter(bench, "ada", server)?;
    let because = |stop: Stop| stop.because(&causes::GOODBYE);
    for number in 0..RUDE {
        let mut rude = Guest::enter(bench, "rude", server).map_err(because)?;
        // With unread bytes on both sides.
        rude.says("I go").map_err(because)?;
        let left = format!("* {} has left the room", rude.name);
        rude.tcp.resets()?;
        ada.says(&format!("line {number}")).map_err(because)?;
        let line = format!("[{}] line {number}", ada.name);
        // They may come in either order.
        bob.hears_both(&left, &line)
            .map_err(|missed| blamed(missed, &left))?;
    }
    bench.did(format!("{RUDE} clients say a name and reset at once"));
    for number in 0..RUDE {
        let stream = std::net::TcpStream::connect_timeout(&server, REPLY);
        if let Ok(mut stream) = stream {
            // It may have gone wrong before: that will be seen below.
            let _ = stream.write_all(format!("burst{number}\n").as_bytes());
            socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO))?;
        }
    }
    let mut cyd = Guest::enter(bench, "cyd", server).map_err(because)?;
    let last = bench.text(6);
    ada.says(&last).map_err(because)?;
    for guest in [&mut bob, &mut cyd] {
        guest
            .hears_at_last(&format!("[{}] {last}", ada.name))
            .map_err(|missed| blamed(missed, ""))?;
    }
    Ok(())
}

/// A reset is to blame if it was not noticed, so that the line `left` is
/// missing, or if it ended somebody else. Any other line may be missing for
/// any other reason.
fn blamed(missed: Missed, left: &str) -> Fault {
    let shown = missed.over || missed.line == left;
    missed.fault.because_if(shown, &causes::GOODBYE)
}

pub fn screens(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let mut bob = Guest::enter(bench, "bob", server)?;
    let mut ada = Guest::enter(bench, "ada", server)?;
    let begin = format!("[{}] ", ada.name);
    for harm in [
        "\x1b[2J",
        "\x1b]0;title\x07",
        "\u{9b}31m",
        "\u{202e}",
        "\u{2066}",
        "a\rb",
        "\x08\x7f\0",
    ] {
        let word = bench.text(6);
        ada.says(&format!("{harm}{word}"))?;
        let line = heard_with(&mut bob, &word)?;
        let line = String::from_utf8_lossy(&line).into_owned();
        if !line.contains(&word) {
            // From here on each line would be taken for the answer to the next.
            return Fault::new(
                format!("{} gets a line with {word} in it", bob.name),
                format!("the line {}", kit::quoted(line.as_bytes())),
            )
            .because_if(line == format!("{begin}a"), &causes::RETURN)
            .stop();
        }
        let harmless = line.starts_with(&begin) && !line.chars().any(commands);
        if !harmless {
            let expected = format!(
                "{} gets a line that begins with {} and has no control character in it",
                bob.name,
                kit::quoted(begin.as_bytes())
            );
            return Fault::new(expected, kit::quoted(line.as_bytes()))
                .because(&causes::HARMLESS)
                .stop();
        }
    }
    let word = bench.text(6);
    ada.tcp
        .sends(&[b"\xff\xfe \xe2\x82 ", word.as_bytes(), b"\n"].concat())?;
    let because = |fault: Fault| Stop::from(fault.because(&causes::BAD_UTF8));
    let line = heard_with(&mut bob, &word).map_err(because)?;
    let ours = holds(&line, &word);
    let text = std::str::from_utf8(&line);
    if !text.is_ok_and(|text| ours && text.starts_with(&begin) && text.contains('\u{fffd}')) {
        let expected = format!("{} gets it with U+FFFD for what is no UTF-8", bob.name);
        // Another line shows nothing of it, but that she had to leave.
        return Fault::new(expected, kit::quoted(&line))
            .because_if(ours || !line.starts_with(b"["), &causes::BAD_UTF8)
            .stop();
    }
    let word = bench.text(6);
    ada.says(&word)?;
    bob.hears(&format!("{begin}{word}")).map_err(because)
}

/// The next line that is not of the server; it should contain the word.
fn heard_with(guest: &mut Guest, word: &str) -> Result<Vec<u8>, Fault> {
    let until = Instant::now() + REPLY;
    loop {
        let heard = guest.line(until);
        match heard.then {
            Then::Enough if is_notice(&heard.bytes) && !holds(&heard.bytes, word) => continue,
            Then::Enough => return Ok(heard.bytes),
            _ => {}
        }
        let expected = format!("{} gets a line with {word} in it", guest.name);
        return Err(Fault::new(expected, heard.words()));
    }
}

/// A line of the server, but not that somebody has left.
fn is_notice(line: &[u8]) -> bool {
    line.starts_with(b"* ") && !line.ends_with(b" has left the room")
}

fn holds(bytes: &[u8], word: &str) -> bool {
    String::from_utf8_lossy(bytes).contains(word)
}

/// A round of the flood: so many lines of so many bytes, heard before the next.
const ROUND: usize = 256;
const LENGTH: usize = 1000;
/// What may be said to one who does not read before it must be let go: 1 MiB
/// that the server may keep, and far more than the kernels' queues hold.
const FLOOD: usize = 16 << 20;
/// How long after that the program may need to notice.
const GRACE: Duration = Duration::from_secs(1);

pub fn never_reads(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let mut sam = Guest::enter(bench, "sam", server)?;
    let mut bob = Guest::enter(bench, "bob", server)?;
    let mut ada = Guest::enter(bench, "ada", server)?;
    let before = bench.program()?.resident_kb();
    let (sam_left, begin) = (
        format!("* {} has left the room", sam.name),
        format!("[{}] ", ada.name),
    );
    bench.did(format!(
        "{} reads nothing; {} says line after line of 1,000 bytes, as fast as {} hears them",
        sam.name, ada.name, bob.name
    ));
    let (mut said, mut gone, mut start) = (0, false, Instant::now());
    while !gone && (said < FLOOD || start.elapsed() < GRACE) {
        let words = bench.text(LENGTH);
        let lines = if said < FLOOD { ROUND } else { 1 };
        let until = Instant::now() + REPLY;
        if ada
            .tcp
            .pushes(format!("{words}\n").repeat(lines).as_bytes())
            .is_err()
        {
            return stalled(&bob, "it takes nothing more");
        }
        let mut heard = 0;
        while heard < lines {
            let line = bob.line(until);
            let ours = line.bytes.starts_with(begin.as_bytes());
            match line.then {
                Then::Enough if ours && line.bytes.ends_with(words.as_bytes()) => heard += 1,
                Then::Enough => gone |= line.bytes == sam_left.as_bytes(),
                Then::Silence => return stalled(&bob, "silence"),
                _ => return stalled(&bob, "the end of the connection"),
            }
        }
        said += lines * LENGTH;
        if said < FLOOD {
            start = Instant::now();
        }
    }
    if !gone {
        let after = bench.program()?.resident_kb();
        let grown = before.zip(after).map(|(a, b)| b.saturating_sub(a));
        let got = match grown.is_some_and(|kb| kb > 8 * 1024) {
            true => "it is still in the room, and the program keeps all of it in memory",
            false => "it is still in the room",
        };
        return kept(&sam, got);
    }
    let (_, then) = sam.rest(REPLY);
    match then {
        Then::Silence => Fault::new(
            format!("the connection with {} ends", sam.name),
            "it is open, though the room was told that it has left",
        )
        .stop(),
        _ => Ok(()),
    }
}

fn stalled(bob: &Guest, then: &str) -> Ruling {
    Fault::new(
        format!("{} gets every line at once", bob.name),
        format!("only a part of them, then {then}"),
    )
    .because(&causes::SLOW)
    .stop()
}

fn kept(sam: &Guest, got: &str) -> Ruling {
    Fault::new(
        format!(
            "{} is let go, since it has read nothing of 16 MiB that were said",
            sam.name
        ),
        got,
    )
    .because(&causes::QUEUE)
    .stop()
}
