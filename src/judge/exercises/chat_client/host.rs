//! The server that the judge plays.

use std::time::Instant;

use crate::judge::bench::{Bench, REPLY};
use crate::judge::fault::{Fault, Stop};
use crate::judge::listener::Listener;
use crate::judge::program::Line;
use crate::judge::tcp::Tcp;

/// Starts the program with the address of a server and waits for it there.
///
/// # Errors
/// `Broken` if it does not connect.
pub fn meets(bench: &mut Bench) -> Result<Tcp, Stop> {
    let listener = Listener::new()?;
    bench.start(&[&listener.address.to_string()])?;
    listener.accept(bench, "the server")
}

/// Waits until this line is shown on standard output.
///
/// Empty lines may come before it, and notices of the client itself, which
/// begin with `* `.
pub fn shows(bench: &mut Bench, wanted: &str) -> Result<(), Fault> {
    let (line, got) = match next(bench) {
        Line::Text(line) if line == wanted.as_bytes() => return Ok(()),
        Line::Text(line) => {
            let got = format!("the line {}", kit::quoted(&line));
            (line, got)
        }
        Line::End(rest) => {
            let got = format!("{}the end of its output", before(&rest));
            (rest, got)
        }
        Line::Silence(rest) => {
            let got = format!("{}nothing more", before(&rest));
            (rest, got)
        }
    };
    drop(line);
    let expected = format!("it shows the line {}", kit::quoted(wanted.as_bytes()));
    Err(Fault::new(expected, got))
}

fn before(rest: &[u8]) -> String {
    match rest {
        [] => String::new(),
        rest => format!("{} without a newline, then ", kit::quoted(rest)),
    }
}

/// The next line that it shows, but for empty ones and its own notices.
pub fn next(bench: &mut Bench) -> Line {
    let until = Instant::now() + REPLY;
    loop {
        let Ok(program) = bench.program() else {
            return Line::End(Vec::new());
        };
        match program.line(until) {
            Line::Text(line) if line.is_empty() || line.starts_with(b"* ") => {}
            other => return other,
        }
        if Instant::now() > until {
            return Line::Silence(Vec::new());
        }
    }
}

/// Types a line, as a person would.
///
/// # Errors
/// `Trouble` if the program was not started.
pub fn types(bench: &mut Bench, line: &str) -> Result<(), Stop> {
    bench.did(format!("type {}", kit::quoted(line.as_bytes())));
    bench.program()?.types(format!("{line}\n").as_bytes());
    Ok(())
}
