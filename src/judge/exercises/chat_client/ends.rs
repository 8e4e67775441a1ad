//! How a client ends.

use std::time::Instant;

use super::causes;
use super::host::{meets, shows, types};
use crate::judge::Ruling;
use crate::judge::bench::{Bench, REPLY};
use crate::judge::fault::Fault;
use crate::judge::heard::Then;
use crate::judge::program::{Line, words};

pub fn input(bench: &mut Bench) -> Ruling {
    let mut server = meets(bench)?;
    let (typed, unfinished) = (bench.text(6), bench.text(5));
    types(bench, &typed)?;
    let shown = kit::quoted(unfinished.as_bytes());
    bench.did(format!("type {shown} without a newline, and end the input"));
    bench.program()?.types(unfinished.as_bytes());
    bench.program()?.ends_input();
    let heard = server.hears_to_end();
    let text = String::from_utf8_lossy(&heard.bytes).into_owned();
    let lines: Vec<&str> = text.lines().collect();
    let all = lines == [&typed, &unfinished];
    if !all || heard.then != Then::End {
        return Fault::new(
            format!("the server gets the lines {typed} and {unfinished}, and the end"),
            heard.words(),
        )
        .because_if(all && heard.then == Then::Silence, &causes::DROP)
        .stop();
    }
    let last = [bench.text(7), bench.text(5)];
    for line in &last {
        server.sends(format!("{line}\n").as_bytes())?;
        shows(bench, line).map_err(|fault| fault.because(&causes::MY_END))?;
    }
    // The last one has no newline, and counts all the same.
    let unfinished = bench.text(6);
    server.sends(unfinished.as_bytes())?;
    server.closes();
    let until = Instant::now() + REPLY;
    let program = bench.program()?;
    let status = program.wait(until);
    let (shown, _) = program.output(until);
    match status {
        Some(status) if !status.success() => Fault::new(
            "it ends with exit status 0",
            format!("it ended with {}", words(&status)),
        )
        .stop(),
        None => Fault::new("it ends after the server", "it runs on").stop(),
        _ if !String::from_utf8_lossy(&shown).contains(&unfinished) => Fault::new(
            format!("it shows {unfinished}, which has no newline"),
            kit::quoted(&shown),
        )
        .stop(),
        _ => Ok(()),
    }
}

/// More empty lines than anybody prints on purpose.
const EMPTY: usize = 1000;

pub fn server(bench: &mut Bench) -> Ruling {
    for resets in [false, true] {
        let mut server = meets(bench)?;
        let last = format!("* {}", bench.text(9));
        server.sends(format!("[ada] hello\n{last}\n").as_bytes())?;
        shows(bench, "[ada] hello")?;
        match resets {
            true => server.resets()?,
            false => server.closes(),
        }
        let until = Instant::now() + REPLY;
        let (mut empty, mut said) = (0, false);
        loop {
            match bench.program()?.line(until) {
                Line::Text(line) if line.is_empty() => empty += 1,
                Line::Text(_) if Instant::now() >= until => break,
                Line::Text(line) => said |= line != last.as_bytes(),
                Line::End(rest) => {
                    said |= !rest.is_empty();
                    break;
                }
                Line::Silence(_) => break,
            }
            if empty > EMPTY {
                let expected = "it says that the server is gone, and ends";
                let got = "empty lines, more and more of them";
                return Fault::new(expected, got).because(&causes::EMPTY).stop();
            }
        }
        let status = bench.program()?.wait(until);
        let said = said || !bench.program()?.last_words().is_empty();
        let expected = "it says that the server is gone, and ends with a status that is not 0";
        let got = match &status {
            None => "it runs on".into(),
            Some(status) if status.success() => words(status),
            Some(_) if !said => "it ends, and says nothing".into(),
            Some(_) => continue,
        };
        return Fault::new(expected, got)
            .because_if(status.is_none(), &causes::TYPES_SOON)
            .stop();
    }
    Ok(())
}
