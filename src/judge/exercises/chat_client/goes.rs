//! From the keyboard to the server.

use std::time::{Duration, Instant};

use super::causes;
use super::host::{meets, shows, types};
use crate::judge::Ruling;
use crate::judge::bench::{Bench, REPLY};
use crate::judge::bytes;
use crate::judge::fault::Fault;
use crate::judge::heard::Then;

pub fn connects(bench: &mut Bench) -> Ruling {
    meets(bench).map(drop)
}

pub fn typed(bench: &mut Bench) -> Ruling {
    let mut server = meets(bench)?;
    // The server says nothing meanwhile, so nobody may wait for an answer.
    for (length, cause) in [(3, &causes::INPUT_FIRST), (40, &causes::TURNS)] {
        let line = format!("{} ö", bench.text(length));
        types(bench, &line)?;
        let wanted = format!("{line}\n");
        let heard = server.hears_line();
        let silent = heard.bytes.is_empty() && heard.then == Then::Silence;
        heard
            .is("the server", wanted.as_bytes())
            .map_err(|fault| fault.because_if(silent, cause))?;
    }
    Ok(())
}

/// How many lines of how many bytes are typed while nobody reads.
const LINES: usize = 8 * 1024;
const LENGTH: usize = 1000;

pub fn stalled(bench: &mut Bench) -> Ruling {
    let mut server = meets(bench)?;
    let words = bench.text(LENGTH);
    bench.did(format!(
        "the server reads nothing; type {} lines of {} bytes",
        kit::grouped(LINES),
        kit::grouped(LENGTH)
    ));
    let text = format!("{words}\n").repeat(LINES).into_bytes();
    bench.program()?.types(&text);
    waits_until_stuck(bench)?;
    bench.did("the server says a line, and another");
    let lines: Vec<String> = (0..4).map(|_| bench.text(9)).collect();
    for line in &lines {
        // Again, because on a busy machine it may only have looked like it.
        waits_until_stuck(bench)?;
        server.pushes(format!("{line}\n").as_bytes())?;
        shows(bench, line).map_err(|fault| Fault {
            expected: format!("it shows all lines of the server: {}", lines.join(", ")),
            got: "only a part of them, or none".into(),
            ..fault.because(&causes::NEVER_WAITS)
        })?;
    }
    bench.did("the server reads again");
    let heard = server.reads(text.len(), REPLY, |_| false);
    if heard.bytes != text {
        let expected = format!("the server gets all {}", bytes::counted(text.len()));
        let got = bytes::difference(&text, &heard.bytes);
        return Fault::new(expected, got).stop();
    }
    Ok(())
}

/// Waits until the program takes nothing more of what is typed.
fn waits_until_stuck(bench: &mut Bench) -> Ruling {
    let until = Instant::now() + REPLY;
    let (mut before, mut still) = (0, 0);
    while still < 10 && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(10));
        let untaken = bench.program()?.untaken();
        if untaken == 0 || bench.has_ended() {
            // It keeps what it cannot send in memory, or it is gone.
            return Ok(());
        }
        still = if untaken == before { still + 1 } else { 0 };
        before = untaken;
    }
    Ok(())
}
