//! The rules of a room in which everybody behaves.

use std::thread;
use std::time::{Duration, Instant};

use super::causes;
use super::guest::{Guest, name};
use crate::judge::Ruling;
use crate::judge::bench::{Bench, REPLY};
use crate::judge::cause::TEXT_OF_A_READ;
use crate::judge::fault::{Fault, Stop};
use crate::judge::heard::Then;

pub fn names(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let ada = name(bench, "ada");
    let mut first = Guest::connect(bench, &ada, server)?;
    let asked = first.line(Instant::now() + REPLY);
    if asked.then != Then::Enough || !asked.bytes.starts_with(b"* ") {
        let expected = format!("{ada} is asked for a name, in a line that begins with `* `");
        return Fault::new(expected, asked.words()).stop();
    }
    first.says(&ada)?;
    let room = first.is_let_in()?;
    contains(&ada, &room, "")?;
    let bob = name(bench, "bob");
    let mut second = Guest::connect(bench, &bob, server)?;
    // As telnet does.
    second.tcp.sends(format!("{bob}\r\n").as_bytes())?;
    let room = second.is_let_in()?;
    contains(&bob, &room, &ada)?;
    first.hears(&format!("* {bob} has entered the room"))?;
    let mut third = Guest::enter(bench, "cyd", server)?;
    let cyd = third.name.clone();
    for guest in [&mut first, &mut second] {
        guest.hears(&format!("* {cyd} has entered the room"))?;
    }
    second.tcp.closes();
    for guest in [&mut first, &mut third] {
        guest.hears(&format!("* {bob} has left the room"))?;
    }
    Ok(())
}

/// Whether the line of the room contains these names and no other.
fn contains(who: &str, line: &str, names: &str) -> Result<(), Fault> {
    let expected = format!("* The room contains: {names}");
    match line.trim_end() == expected.trim_end() {
        true => Ok(()),
        false => Err(Fault::new(
            format!("{who} gets the line {}", kit::quoted(expected.as_bytes())),
            format!("the line {}", kit::quoted(line.as_bytes())),
        )),
    }
}

pub fn everybody_else(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let mut ada = Guest::enter(bench, "ada", server)?;
    let mut bob = Guest::enter(bench, "bob", server)?;
    let mut cyd = Guest::enter(bench, "cyd", server)?;
    ada.hears(&format!("* {} has entered the room", cyd.name))?;
    let (word, reply) = (bench.text(5), bench.text(7));
    let end: String = word.chars().rev().collect();
    let hello = format!("  {word} é я 語 🦀 {end}");
    ada.says(&hello)?;
    let hello = format!("[{}] {hello}", ada.name);
    // Only a line that has come without its letters shows the belief.
    let mut lost = false;
    bob.hears_one(&kit::quoted(hello.as_bytes()), |line| {
        let whole = line.contains(&word) && line.contains(&end);
        lost |= whole && line.chars().all(|c| c.is_ascii() || c == '\u{fffd}');
        line == hello
    })
    .map_err(|fault| fault.because_if(lost, &causes::ASCII))?;
    cyd.hears(&hello)?;
    bob.says(&reply)?;
    let reply = format!("[{}] {reply}", bob.name);
    cyd.hears(&reply)?;
    let next = ada.hears_one(&kit::quoted(reply.as_bytes()), |line| {
        line == reply || line == hello
    })?;
    match next == reply {
        true => Ok(()),
        false => Fault::new(
            format!("the next line that {} gets is the reply", ada.name),
            format!("its own line, {}", kit::quoted(hello.as_bytes())),
        )
        .because(&causes::ECHO)
        .stop(),
    }
}

pub fn bad_names(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let mut ada = Guest::enter(bench, "ada", server)?;
    let taken = ada.name.clone();
    let long = bench.text(17);
    for bad in ["", "a b", "* eve", "[eve]", &long, "näme", "а", &taken] {
        let mut eve = Guest::connect(bench, "eve", server)?;
        eve.hears_one("of a question for a name", |line| line.starts_with("* "))?;
        eve.says(bad)?;
        let shown = "of a reason, which begins with `* `";
        let reason = eve
            .hears_one(shown, |line| line.starts_with("* "))
            .map_err(|fault| Fault {
                expected: format!(
                    "the name {} is refused: {}",
                    shown_name(bad),
                    fault.expected
                ),
                ..fault
            })?;
        if reason.starts_with("* The room contains") {
            let reason = kit::quoted(reason.as_bytes());
            return Fault::new(
                format!("the name {} is refused, with a reason", shown_name(bad)),
                format!("the line {reason}: eve is in the room"),
            )
            .because_if(!bad.is_ascii(), &causes::LETTERS)
            .stop();
        }
    }
    // Of all these ada has heard nothing, and the shortest and the longest
    // good name are let in.
    let sixteen = format!("Z9{}", bench.text(14));
    for good in ["a", &sixteen] {
        let mut bob = Guest::connect(bench, good, server)?;
        bob.says(good)?;
        bob.is_let_in()?;
        let entered = format!("* {good} has entered the room");
        // She may have been told of herself before.
        let own = format!("* {taken} has entered the room");
        let next = ada.hears_one(&kit::quoted(entered.as_bytes()), |line| {
            line.ends_with(" has entered the room") && line != own
        })?;
        if next != entered {
            let got = format!("the line {}", kit::quoted(next.as_bytes()));
            let wanted = kit::quoted(entered.as_bytes());
            return Fault::new(
                format!("the next who enters is told to {taken}: {wanted}"),
                got,
            )
            .stop();
        }
    }
    Ok(())
}

fn shown_name(name: &str) -> String {
    kit::quoted(name.as_bytes())
}

pub fn pieces(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let mut cyd = Guest::enter(bench, "cyd", server)?;
    let mut ada = Guest::enter(bench, "ada", server)?;
    let mut bob = Guest::enter(bench, "bob", server)?;
    let because = |fault: Fault| Stop::from(fault.because(&causes::ONE_READ));
    let (one, two) = (bench.text(4), bench.text(6));
    ada.tcp.sends(format!("{one}\n{two}\r\n").as_bytes())?;
    for line in [one, two] {
        cyd.hears(&format!("[{}] {line}", ada.name))
            .map_err(because)?;
    }
    // In the middle of a character another line comes from somebody else.
    let (begin, end, other) = (bench.text(3), bench.text(3), bench.text(5));
    let line = format!("{begin} 🦀 {end}\n");
    let middle = begin.len() + 3;
    ada.tcp.sends_in_pieces(&line.as_bytes()[..middle], 1)?;
    ada.tcp.waits_until_read(bench)?;
    bob.says(&other)?;
    cyd.hears(&format!("[{}] {other}", bob.name))
        .map_err(because)?;
    ada.tcp.sends_in_pieces(&line.as_bytes()[middle..], 1)?;
    let wanted = format!("[{}] {}", ada.name, line.trim_end());
    let until = Instant::now() + REPLY;
    loop {
        let heard = cyd.line(until);
        let got = String::from_utf8_lossy(&heard.bytes).into_owned();
        if got == wanted {
            return Ok(());
        }
        if heard.then == Then::Enough && got.starts_with("* ") {
            continue;
        }
        let cut = got.contains(&begin) && got.contains(&end) && got.contains('\u{fffd}');
        let expected = format!(
            "{} gets the line {}",
            cyd.name,
            kit::quoted(wanted.as_bytes())
        );
        return Fault::new(expected, heard.words())
            .because_if(cut, &TEXT_OF_A_READ)
            .because_if(got.contains(&begin), &causes::ONE_READ)
            .stop();
    }
}

pub fn last_line(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let mut bob = Guest::enter(bench, "bob", server)?;
    let mut ada = Guest::enter(bench, "ada", server)?;
    let (first, last) = (bench.text(5), bench.text(6));
    ada.tcp.sends(format!("{first}\n{last}").as_bytes())?;
    ada.tcp.ends_its_side()?;
    bob.hears(&format!("[{}] {first}", ada.name))?;
    let wanted = format!("[{}] {last}", ada.name);
    let left = format!("* {} has left the room", ada.name);
    let next = bob.hears_one(&kit::quoted(wanted.as_bytes()), |line| {
        line == wanted || line == left
    })?;
    if next != wanted {
        let expected = format!(
            "{} gets the line {}",
            bob.name,
            kit::quoted(wanted.as_bytes())
        );
        let got = format!("the line {}", kit::quoted(next.as_bytes()));
        return Fault::new(expected, got)
            .because(&causes::NO_NEWLINE)
            .stop();
    }
    bob.hears(&left)?;
    Ok(())
}

/// How many talk at once, and how many lines each says: so many that also on
/// a busy machine two threads of a server are at work at the same time.
const PEOPLE: usize = 8;
const LINES: usize = 600;

pub fn at_once(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let mut guests = Vec::new();
    for letter in ["p", "q", "r", "s", "t", "u", "v", "w"] {
        guests.push(Guest::enter(bench, letter, server)?);
    }
    let names: Vec<String> = guests.iter().map(|guest| guest.name.clone()).collect();
    let words: Vec<String> = names.iter().map(|_| bench.text(12)).collect();
    // Lines go out a few at a time, cut anywhere.
    let cuts: Vec<usize> = names.iter().map(|_| bench.random.usize(20..90)).collect();
    bench.did(format!(
        "{PEOPLE} clients say {LINES} lines each, all at once, and read"
    ));
    let talks = guests.into_iter().zip(cuts).enumerate();
    let (names, words) = (&names, &words);
    let found = thread::scope(|scope| {
        let running: Vec<_> = talks
            .map(|(own, (guest, cut))| scope.spawn(move || talk(own, guest, cut, names, words)))
            .collect();
        let ended = running.into_iter().map(|talk| talk.join());
        ended
            .map(|talk| talk.unwrap_or_else(|_| Err(Stop::Trouble("a client panicked".into()))))
            .collect::<Vec<_>>()
    });
    // What one of them says of a broken line tells most.
    let mut first = Ok(());
    for one in found {
        match &one {
            Err(Stop::Broken(fault)) if fault.cause.is_some() => return one,
            _ => first = first.and(one),
        }
    }
    first
}

/// How long all of it may take.
const TALK: Duration = Duration::from_secs(60);

/// Says all lines while it reads those of the others, each in its turn.
fn talk(own: usize, mut guest: Guest, cut: usize, names: &[String], words: &[String]) -> Ruling {
    let stream = guest.tcp.stream.try_clone()?;
    let text: String = (0..LINES)
        .map(|number| format!("{} {number}\n", words[own]))
        .collect();
    thread::scope(|scope| {
        let sending = scope.spawn(move || {
            let mut pieces = text.as_bytes().chunks(cut);
            pieces.try_for_each(|piece| std::io::Write::write_all(&mut &stream, piece))
        });
        let heard = listen(own, &mut guest, names, words);
        if heard.is_err() {
            // Its own writes end with the connection.
            let _ = guest.tcp.stream.shutdown(std::net::Shutdown::Both);
        }
        let sent = sending.join();
        heard?;
        match sent {
            Ok(Ok(())) => Ok(()),
            _ => Fault::new("it takes all that is said", "a connection that broke").stop(),
        }
    })
}

fn listen(own: usize, guest: &mut Guest, names: &[String], words: &[String]) -> Result<(), Fault> {
    let mut next = vec![0; names.len()];
    let end = Instant::now() + TALK;
    while next.iter().sum::<usize>() < LINES * (PEOPLE - 1) {
        let heard = guest.line(end.min(Instant::now() + REPLY));
        if heard.then != Then::Enough {
            let expected = "each gets all lines that the others say";
            let then = crate::judge::heard::Heard {
                bytes: Vec::new(),
                ..heard
            };
            let got = format!("only a part of them, then {}", then.words());
            return Err(Fault::new(expected, got));
        }
        let line = String::from_utf8_lossy(&heard.bytes);
        if line.starts_with("* ") {
            continue;
        }
        let said = (0..names.len()).find_map(|who| {
            let number = line
                .strip_prefix(&format!("[{}] {} ", names[who], words[who]))?
                .parse::<usize>();
            Some((who, number.ok().filter(|number| *number < LINES)?))
        });
        match said {
            Some((who, number)) if who != own && number == next[who] => next[who] += 1,
            Some((who, number)) if who != own => {
                let what = match number > next[who] {
                    true => "a line before an earlier one of the same client, or without it",
                    false => "a line a second time",
                };
                return Err(Fault::new("each line comes once, and in its turn", what));
            }
            Some(_) => {
                let got = "a line that it said itself";
                return Err(
                    Fault::new("each gets the lines of the others", got).because(&causes::ECHO)
                );
            }
            None => {
                let got = format!("a line that nobody said: {}", kit::quoted(&heard.bytes));
                let expected = "each line that comes is one that somebody said";
                return Err(Fault::new(expected, got).because(&causes::TWO_WRITES));
            }
        }
    }
    Ok(())
}
