//! A client of the chat whom the judge plays.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::judge::bench::{Bench, REPLY};
use crate::judge::bytes;
use crate::judge::fault::{Fault, Stop};
use crate::judge::heard::{Heard, Then};
use crate::judge::tcp::Tcp;

/// A client of the chat.
pub struct Guest {
    /// The name by which the room knows it.
    pub name: String,
    pub tcp: Tcp,
    /// What has come after the last line that was taken.
    kept: Vec<u8>,
    /// The time that was over when it read last.
    late: Option<Instant>,
}

/// A line that has not come.
pub struct Missed {
    pub fault: Fault,
    pub line: String,
    /// Whether none can come any more, for the connection is over.
    pub over: bool,
}

/// A name that begins like this one and cannot be known beforehand.
pub fn name(bench: &mut Bench, begin: &str) -> String {
    format!("{begin}{}", bytes::text(&mut bench.random, 2))
}

impl Guest {
    /// A connection, on which nothing was said yet.
    pub fn connect(bench: &Bench, name: &str, server: SocketAddr) -> Result<Guest, Stop> {
        Ok(Guest {
            name: name.into(),
            tcp: Tcp::connect(bench, name, server)?,
            kept: Vec::new(),
            late: None,
        })
    }

    /// A guest with a name like this one who has been let in.
    pub fn enter(bench: &mut Bench, begin: &str, server: SocketAddr) -> Result<Guest, Stop> {
        let name = name(bench, begin);
        let mut guest = Guest::connect(bench, &name, server)?;
        guest.says(&name)?;
        guest.is_let_in()?;
        Ok(guest)
    }

    /// Waits for the line with which a client is let in, and returns it.
    pub fn is_let_in(&mut self) -> Result<String, Fault> {
        self.hears_one("\"* The room contains: ...\"", |line| {
            line.starts_with("* The room contains:")
        })
    }

    /// Says a line.
    ///
    /// # Errors
    /// As [`Tcp::sends`].
    pub fn says(&mut self, line: &str) -> Result<(), Stop> {
        self.tcp.sends(format!("{line}\n").as_bytes())
    }

    /// The next line without its end; or what came instead of it until then.
    pub fn line(&mut self, until: Instant) -> Heard {
        loop {
            if let Some(end) = self.kept.iter().position(|byte| *byte == b'\n') {
                let mut bytes: Vec<u8> = self.kept.drain(..=end).collect();
                bytes.pop();
                let then = Then::Enough;
                return Heard { bytes, then };
            }
            let left = until.saturating_duration_since(Instant::now());
            // When the time is over, what has come is read once and no more: it
            // may have no end.
            let over = left.is_zero() && self.late.replace(until) == Some(until);
            let then = match over {
                true => Then::Silence,
                false => {
                    let heard = self.tcp.reads(64 * 1024, left, |_| true);
                    self.kept.extend(heard.bytes);
                    heard.then
                }
            };
            if then != Then::Enough {
                let bytes = std::mem::take(&mut self.kept);
                return Heard { bytes, then };
            }
        }
    }

    /// Like [`Guest::line`], for whom a broken connection is an end like any other.
    fn line_or_end(&mut self, until: Instant) -> Heard {
        let mut heard = self.line(until);
        if let Then::Broken(_) = heard.then {
            heard.then = Then::End;
        }
        heard
    }

    /// Waits for this line; lines of the server itself may come before it.
    pub fn hears(&mut self, wanted: &str) -> Result<(), Fault> {
        let shown = kit::quoted(wanted.as_bytes());
        self.hears_one(&shown, |line| line == wanted).map(drop)
    }

    /// Waits for the line that is wanted; it is `shown` if another comes.
    ///
    /// Lines of the server, which begin with `* `, may come before it: a
    /// server may say more of itself than the contract asks for.
    pub fn hears_one(
        &mut self,
        shown: &str,
        mut wanted: impl FnMut(&str) -> bool,
    ) -> Result<String, Fault> {
        let until = Instant::now() + REPLY;
        let mut notice = None;
        loop {
            let heard = self.line_or_end(until);
            if heard.then == Then::Enough {
                match String::from_utf8(heard.bytes.clone()) {
                    Ok(line) if wanted(&line) => return Ok(line),
                    Ok(line) if line.starts_with("* ") => {
                        notice = Some(line);
                        continue;
                    }
                    _ => {}
                }
            }
            let expected = format!("{} gets the line {shown}", self.name);
            let got = match (&notice, &heard.then) {
                (_, Then::Enough) => format!("the line {}", kit::quoted(&heard.bytes)),
                (Some(notice), _) if heard.bytes.is_empty() => {
                    let notice = kit::quoted(notice.as_bytes());
                    format!("the line {notice}, then {}", heard.words())
                }
                _ => heard.words(),
            };
            return Err(Fault::new(expected, got));
        }
    }

    /// Reads on, whatever comes, until the line that is wanted.
    pub fn hears_at_last(&mut self, wanted: &str) -> Result<(), Missed> {
        self.hears_both(wanted, wanted)
    }

    /// Reads on, whatever comes, until both lines have come.
    pub fn hears_both(&mut self, one: &str, two: &str) -> Result<(), Missed> {
        let until = Instant::now() + REPLY;
        let mut missing = vec![one, two];
        let mut others = "";
        while let Some(first) = missing.first() {
            let heard = self.line_or_end(until);
            if heard.then != Then::Enough {
                let shown = kit::quoted(first.as_bytes());
                let expected = format!("{} gets the line {shown}", self.name);
                let got = format!("{others}{}", heard.words());
                return Err(Missed {
                    fault: Fault::new(expected, got),
                    line: (*first).into(),
                    over: heard.is_over(),
                });
            }
            others = "other lines, then ";
            missing.retain(|line| heard.bytes != line.as_bytes());
        }
        Ok(())
    }

    /// All lines up to the end, and why there are no more.
    pub fn rest(&mut self, patience: Duration) -> (Vec<Vec<u8>>, Then) {
        let until = Instant::now() + patience;
        let mut lines = Vec::new();
        loop {
            let heard = self.line(until);
            if heard.then == Then::Enough {
                lines.push(heard.bytes);
                continue;
            }
            if !heard.bytes.is_empty() {
                lines.push(heard.bytes);
            }
            return (lines, heard.then);
        }
    }
}
