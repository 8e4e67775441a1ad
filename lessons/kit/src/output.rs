//! Standard output: numbers each event, renders it, flushes it.

use crate::{Event, Ladder, Line, Terminal, VERSION};
use std::env;
use std::io::{self, ErrorKind, Write};
use std::process;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// How events are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Lines for people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// Standard output, as a lesson and `workbook wire` write it. A copy continues
/// the same stream: its events are numbered with those of the others.
#[derive(Clone)]
pub struct Output(Arc<Mutex<Stream>>);

struct Stream {
    format: Format,
    terminal: Terminal,
    told: u64,
    started: Instant,
}

impl Output {
    /// Events go to standard output in this format.
    pub fn new(format: Format, ladder: Ladder) -> Output {
        Output(Arc::new(Mutex::new(Stream {
            format,
            terminal: Terminal::drawing(ladder),
            told: 0,
            started: Instant::now(),
        })))
    }

    /// Writes one event and flushes it, so that a reader sees it at once.
    pub fn tell(&mut self, event: Event) {
        // Held until the line is written, so that the numbers stay in order.
        let mut stream = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        print(&stream.render(event));
    }

    /// The text of one event, for who writes it without this.
    pub fn render(&mut self, event: Event) -> String {
        let mut stream = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        stream.render(event)
    }
}

impl Stream {
    fn render(&mut self, event: Event) -> String {
        let n = self.told;
        self.told += 1;
        match self.format {
            Format::Text => self.terminal.render(&event),
            Format::Json => {
                let line = Line {
                    v: VERSION,
                    n,
                    t_us: self.started.elapsed().as_micros() as u64,
                    event,
                };
                serde_json::to_string(&line)
                    .expect("a struct of strings and numbers has a JSON form")
                    + "\n"
            }
        }
    }
}

/// Prints and flushes.
///
/// # Errors
/// `BrokenPipe` if nobody reads it any more; a full disk.
pub fn try_print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Prints and flushes. Ends the program if nobody can read it any more.
pub fn print(text: &str) {
    match try_print(text) {
        Ok(()) => {}
        // The reader has seen enough, as in `lesson-udp | head`.
        Err(e) if e.kind() == ErrorKind::BrokenPipe => process::exit(0),
        Err(e) => {
            let why = crate::describe_error(&e);
            complain(&format!("cannot write the output: {why}"));
            process::exit(2);
        }
    }
}

/// A sentence on standard error, which may be closed or full: then there is
/// nobody left to tell.
pub(crate) fn complain(sentence: &str) {
    let _ = writeln!(io::stderr(), "{sentence}");
}

/// How wide text is where nobody says how wide the terminal is, and at most:
/// longer lines are hard to read.
pub const WIDTH: usize = 80;

/// How many columns the terminal has that standard output is, if it is one.
pub fn columns() -> Option<usize> {
    let (columns, _) = terminal_size::terminal_size_of(io::stdout())?;
    // Some terminals say that they have no columns.
    Some(usize::from(columns.0)).filter(|columns| *columns > 0)
}

/// How wide text on standard output may be: as its terminal, at most [`WIDTH`].
pub fn width() -> usize {
    columns().unwrap_or(WIDTH).clamp(20, WIDTH)
}

/// Whether the terminal can be trusted with more than ASCII: locale(7).
pub fn draws() -> bool {
    let set = |name: &str| env::var(name).ok().filter(|v| !v.is_empty());
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set);
    let plain = matches!(locale.as_deref(), Some("C" | "POSIX"));
    !plain && set("TERM").as_deref() != Some("dumb")
}
