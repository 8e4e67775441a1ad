//! The server that the judge plays.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use crate::judge::bench::{Bench, REPLY, START, is_timeout};
use crate::judge::fault::{Fault, Stop};
use crate::judge::program::Line;
use crate::judge::tcp::Tcp;

/// Starts the program with the address of a server and waits for it there.
///
/// # Errors
/// `Broken` if it does not connect.
pub fn meets(bench: &mut Bench) -> Result<Tcp, Stop> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    bench.start(&[&address.to_string()])?;
    let until = Instant::now() + START;
    loop {
        match listener.accept() {
            Ok((stream, _)) => {
                stream.set_nonblocking(false)?;
                // A client that loses it ends, and would look as if it had by itself.
                bench.keep(stream.try_clone()?);
                return Ok(Tcp::new(bench, "the server", stream)?);
            }
            Err(error) if is_timeout(&error) => {}
            Err(error) => return Err(error.into()),
        }
        let ended = bench.has_ended();
        if ended || Instant::now() > until {
            let got = match ended {
                true => "it has ended without",
                false => "no connection",
            };
            return Fault::new(format!("it connects to {address}"), got).stop();
        }
        std::thread::sleep(Duration::from_millis(1));
    }
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
