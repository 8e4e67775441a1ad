//! From the server to the screen.

use std::io::Write;
use std::time::{Duration, Instant};

use super::causes;
use super::host::{meets, next, shows, types};
use crate::judge::Ruling;
use crate::judge::bench::{Bench, REPLY};
use crate::judge::bytes::{self, commands};
use crate::judge::cause::TEXT_OF_A_READ;
use crate::judge::fault::Fault;
use crate::judge::heard::Then;
use crate::judge::program::Line;

pub fn at_once(bench: &mut Bench) -> Ruling {
    let mut server = meets(bench)?;
    for length in [5, 30] {
        let line = format!("[ada] {}", bench.text(length));
        server.sends(format!("{line}\n").as_bytes())?;
        shows(bench, &line).map_err(|fault| fault.because(&causes::TURNS))?;
    }
    // Also while somebody types.
    let typed = bench.text(6);
    types(bench, &typed)?;
    server
        .hears_line()
        .is("the server", format!("{typed}\n").as_bytes())?;
    let line = format!("[bob] {}", bench.text(8));
    server.sends(format!("{line}\n").as_bytes())?;
    shows(bench, &line).map_err(|fault| fault.because(&causes::TURNS))?;
    Ok(())
}

pub fn pieces(bench: &mut Bench) -> Ruling {
    let mut server = meets(bench)?;
    let (one, two) = (bench.text(4), bench.text(6));
    server.sends(format!("[ada] {one}\n[bob] {two}\n").as_bytes())?;
    for line in [format!("[ada] {one}"), format!("[bob] {two}")] {
        shows(bench, &line).map_err(|fault| fault.because(&causes::ONE_READ))?;
    }
    let (begin, end) = (bench.text(3), bench.text(3));
    let wanted = format!("[ada] {begin} 🦀 {end}");
    let text = format!("{wanted}\n");
    // Each piece is read before the next; the second ends within the character.
    let within = "[ada] ".len() + begin.len() + 3;
    for piece in [&text.as_bytes()[..8], &text.as_bytes()[8..within]] {
        server.sends(piece)?;
        server.waits_until_read(bench)?;
    }
    server.sends(&text.as_bytes()[within..])?;
    match next(bench) {
        Line::Text(line) if line == wanted.as_bytes() => Ok(()),
        other => {
            let (line, got) = match other {
                Line::Text(line) => {
                    let got = format!("the line {}", kit::quoted(&line));
                    (line, got)
                }
                Line::End(rest) => (rest, "the end of its output".into()),
                Line::Silence(rest) => (rest, "nothing more".into()),
            };
            let text = String::from_utf8_lossy(&line).into_owned();
            let cut = text.contains(&begin) && text.contains(&end);
            let ended = line.is_empty();
            Fault::new(
                format!("it shows the line {}", kit::quoted(wanted.as_bytes())),
                got,
            )
            .because_if(cut || ended, &TEXT_OF_A_READ)
            .because_if(true, &causes::ONE_READ)
            .stop()
        }
    }
}

pub fn harmless(bench: &mut Bench) -> Ruling {
    let mut server = meets(bench)?;
    let letters = format!("[ada] {} é ß я 語 🦀", bench.text(3));
    server.sends(format!("{letters}\n").as_bytes())?;
    shows(bench, &letters)?;
    for harm in [
        b"\x1b[2J".as_slice(),
        b"\x1b]0;title\x07",
        "\u{9b}31m".as_bytes(),
        "\u{202e}".as_bytes(),
        b"a\rb",
        b"\x08\x7f",
        b"\xff\xfe",
    ] {
        let word = bench.text(6);
        server.sends(&[b"[eve] ", harm, word.as_bytes(), b"\n"].concat())?;
        let expected = format!("it shows a line with {word}, and no control character in it");
        let shown = next(bench);
        let Line::Text(line) = shown else {
            let got = "nothing more";
            return Fault::new(expected, got).because(&causes::TRUSTED).stop();
        };
        let text = std::str::from_utf8(&line);
        let harmless = text.is_ok_and(|text| text.contains(&word) && !text.chars().any(commands));
        if !harmless {
            let got = kit::quoted(&line);
            return Fault::new(expected, got).because(&causes::TRUSTED).stop();
        }
    }
    Ok(())
}

/// How many lines come at once.
const LINES: usize = 3000;

pub fn thousands(bench: &mut Bench) -> Ruling {
    let mut server = meets(bench)?;
    let word = bench.text(6);
    let lines: Vec<String> = (0..LINES).map(|n| format!("[ada] {word} {n}")).collect();
    server.did(format!("sends {} lines", kit::grouped(LINES)));
    server.pushes((lines.join("\n") + "\n").as_bytes())?;
    for line in &lines {
        shows(bench, line)?;
    }
    Ok(())
}

/// How much comes without a newline, and how much memory it may cost.
const ENDLESS: usize = 32 << 20;
const GRANTED_KB: u64 = 16 * 1024;

pub fn endless(bench: &mut Bench) -> Ruling {
    let mut server = meets(bench)?;
    server.sends(b"* Welcome\n")?;
    let before = bench.program()?.resident_kb();
    server.did(format!(
        "sends {} without a newline",
        bytes::counted(ENDLESS)
    ));
    let much = vec![b'x'; 64 * 1024];
    let until = Instant::now() + 2 * REPLY;
    let mut sent = 0;
    while sent < ENDLESS && Instant::now() < until {
        match server.stream.write(&much) {
            Ok(length) => sent += length,
            // It has had enough: that is allowed.
            Err(_) => break,
        }
    }
    let after = bench.program()?.resident_kb();
    let grown = before.zip(after).map(|(a, b)| b.saturating_sub(a));
    if grown.is_some_and(|kb| kb > GRANTED_KB) {
        let expected = "it takes no more than 16 MiB of memory for it";
        let got = "it keeps all of it in memory";
        return Fault::new(expected, got).because(&causes::SOON).stop();
    }
    // It has ended, or chats on with the next line.
    if sent < ENDLESS || bench.has_ended() {
        return Ok(());
    }
    let line = bench.text(9);
    if server.pushes(format!("\n{line}\n").as_bytes()).is_err() {
        return Ok(());
    }
    let until = Instant::now() + REPLY;
    loop {
        match bench.program()?.line(until) {
            Line::Text(shown) if shown == line.as_bytes() => return Ok(()),
            Line::Text(_) if Instant::now() < until => {}
            Line::End(_) => return Ok(()),
            Line::Text(_) | Line::Silence(_) => {
                let expected = "it ends, or shows the next line";
                let heard = server.hears_early(Duration::from_millis(1));
                return match heard.then {
                    // Its connection has ended, and it is about to.
                    Then::End | Then::Broken(_) => Ok(()),
                    _ => Fault::new(expected, "neither").stop(),
                };
            }
        }
    }
}
