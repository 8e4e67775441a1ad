//! How a server ends when it is told to.

use std::time::{Duration, Instant};

use super::causes;
use super::guest::Guest;
use crate::judge::Ruling;
use crate::judge::bench::Bench;
use crate::judge::fault::{Fault, Stop};
use crate::judge::heard::Then;
use crate::judge::program::words;

/// How long it may take to end, and what is granted to a busy machine.
const ENDS: Duration = Duration::from_secs(5 + 1);

/// Their numbers, the same on every Unix.
const SIGTERM: i32 = 15;
const SIGINT: i32 = 2;

/// How many lines are on their way when the signal comes.
const LINES: usize = 50;

pub fn told_to_end(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let mut ada = Guest::enter(bench, "ada", server)?;
    let mut bob = Guest::enter(bench, "bob", server)?;
    let mut cyd = Guest::enter(bench, "cyd", server)?;
    let nameless = Guest::connect(bench, "dan", server)?;
    let word = bench.text(5);
    let lines: Vec<String> = (0..LINES).map(|n| format!("{word} {n}")).collect();
    ada.tcp.did(format!("says {LINES} lines"));
    ada.tcp.pushes((lines.join("\n") + "\n").as_bytes())?;
    let said: Vec<String> = lines
        .iter()
        .map(|line| format!("[{}] {line}", ada.name))
        .collect();
    // What cyd has heard, the server has sent to bob, or keeps for him.
    for line in &said {
        cyd.hears(line)?;
    }
    bench.did("send it SIGTERM");
    bench.program()?.terminate();
    is_told(&mut bob, Some(&said)).or_else(|stop| blamed(bench, stop, SIGTERM))?;
    for guest in [&mut ada, &mut cyd] {
        is_told(guest, None).or_else(|stop| blamed(bench, stop, SIGTERM))?;
    }
    ends(bench, "SIGTERM")?;
    for guest in [ada, bob, cyd, nameless] {
        guest.tcp.closes();
    }
    restarts(bench, &server.to_string())?;
    let mut eve = Guest::enter(bench, "eve", server)?;
    bench.did("send it SIGINT, as Ctrl-C does");
    bench.program()?.interrupt();
    is_told(&mut eve, None).or_else(|stop| blamed(bench, stop, SIGINT))?;
    ends(bench, "SIGINT")
}

/// Whether a guest gets what was said, then a line of the server, then the end.
fn is_told(guest: &mut Guest, said: Option<&[String]>) -> Ruling {
    let (lines, then) = guest.rest(ENDS);
    if let Some(said) = said {
        let talk: Vec<_> = lines.iter().filter(|line| line.starts_with(b"[")).collect();
        let whole = talk.len() == said.len()
            && talk
                .iter()
                .zip(said)
                .all(|(line, said)| **line == said.as_bytes());
        if !whole {
            return Fault::new(
                format!(
                    "{} still gets all {LINES} lines that were said before",
                    guest.name
                ),
                format!("{} of them, then {}", talk.len(), words_of(&then)),
            )
            .stop();
        }
    }
    let told = lines.last().is_some_and(|line| says_why(line));
    if told && then == Then::End {
        return Ok(());
    }
    let got = match told {
        true => format!("such a line, then {}", words_of(&then)),
        false => format!("{} without such a line", words_of(&then)),
    };
    Fault::new(
        format!(
            "{} is told, in a last line that begins with `* `, and gets the end",
            guest.name
        ),
        got,
    )
    .stop()
}

/// Whether a line of the server is about something else than who is there.
pub fn says_why(line: &[u8]) -> bool {
    line.starts_with(b"* ")
        && !line.ends_with(b" the room")
        && !line.starts_with(b"* The room contains")
}

/// A fault in how it ends, with the belief of those who do not catch the
/// signal, if the signal has ended it.
fn blamed(bench: &mut Bench, stop: Stop, signal: i32) -> Ruling {
    let ended = bench
        .program()?
        .wait(Instant::now() + Duration::from_secs(1));
    // The second is how shells and Java say the same.
    let uncaught = ended
        .is_some_and(|ended| ended.signal() == Some(signal) || ended.code() == Some(128 + signal));
    Err(match uncaught {
        true => stop.because(&causes::SIGNAL),
        false => stop,
    })
}

fn words_of(then: &Then) -> String {
    match then {
        Then::Enough | Then::Silence => "silence".into(),
        Then::End => "the end of the connection".into(),
        Then::Broken(why) => why.clone(),
    }
}

/// Whether it ends with exit status 0.
fn ends(bench: &mut Bench, signal: &str) -> Ruling {
    match bench.program()?.wait(Instant::now() + ENDS) {
        Some(status) if status.success() => Ok(()),
        Some(status) => Fault::new(
            format!("it ends with exit status 0 after {signal}"),
            format!("it ended with {}", words(&status)),
        )
        .stop(),
        None => Fault::new(
            format!("it ends within 5 seconds after {signal}"),
            "it runs on, though all its clients were told",
        )
        .stop(),
    }
}

/// Whether it can be started again at the same address.
fn restarts(bench: &mut Bench, address: &str) -> Ruling {
    match bench.serve_at(address) {
        Ok(again) if again.to_string() == address => Ok(()),
        Ok(again) => Fault::new(
            format!("`listening on {address}`, the address that it was given"),
            format!("`listening on {again}`"),
        )
        .stop(),
        Err(Stop::Broken(fault)) => Fault {
            expected: format!("it can be started again at once: `listening on {address}`"),
            ..*fault
        }
        .because(&causes::REUSE)
        .stop(),
        Err(trouble) => Err(trouble),
    }
}
