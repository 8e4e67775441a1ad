//! What the keeper tells besides the exit status: one JSON object a line.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use serde_json::{Value, json};

use super::tree::Swept;

/// One line of the report.
#[derive(Clone, Debug, PartialEq)]
pub enum Line {
    /// The program has been started.
    Started { keeper: u32, program: u32 },
    /// The program could not be started: why.
    Cannot(String),
    /// A limit was broken, so that the program is killed.
    Limit(Limit),
    /// What was left of it at its end.
    Swept(Swept),
}

/// A limit that was broken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limit {
    /// It ran longer than these milliseconds.
    Time(u64),
    /// More processes than this at once.
    Processes(u32),
    /// More megabytes of memory than this.
    Memory(u64),
}

impl Limit {
    /// What the program did, after "it".
    pub fn words(self) -> String {
        match self {
            Limit::Time(ms) => format!("ran for more than {} s", ms as f64 / 1000.0),
            Limit::Processes(1) => "had more than 1 process at once".into(),
            Limit::Processes(n) => format!("had more than {n} processes at once"),
            Limit::Memory(mb) => format!("held more than {mb} MB of memory"),
        }
    }
}

/// Where the lines go.
pub struct Report(Option<File>);

impl Report {
    /// Opens the file at its end, and makes it if it is not there.
    pub fn open(path: Option<&Path>) -> io::Result<Report> {
        let open = |path| OpenOptions::new().append(true).create(true).open(path);
        Ok(Report(path.map(open).transpose()?))
    }

    /// Writes a line. If it cannot be written, nobody wants to know any more.
    pub fn tell(&mut self, line: &Line) {
        if let Some(file) = &mut self.0 {
            let _ = file.write_all(line.text().as_bytes());
        }
    }
}

impl Line {
    fn text(&self) -> String {
        let value = match self {
            Line::Started { keeper, program } => json!({"keeper": keeper, "program": program}),
            Line::Cannot(why) => json!({"cannot": why}),
            Line::Limit(limit) => {
                let (name, allowed) = match limit {
                    Limit::Time(ms) => ("milliseconds", *ms),
                    Limit::Processes(n) => ("processes", u64::from(*n)),
                    Limit::Memory(mb) => ("memory_mb", *mb),
                };
                json!({"limit": name, "allowed": allowed, "it": limit.words()})
            }
            Line::Swept(Swept { killed, left }) => json!({"killed": killed, "left": left}),
        };
        format!("{value}\n")
    }

    /// Reads a line; None for one that is none of ours.
    pub fn read(text: &str) -> Option<Line> {
        let value: Value = serde_json::from_str(text).ok()?;
        let number = |name: &str| value[name].as_u64();
        if let (Some(keeper), Some(program)) = (number("keeper"), number("program")) {
            let [keeper, program] = [keeper, program].map(|pid| u32::try_from(pid).ok());
            let (keeper, program) = (keeper?, program?);
            return Some(Line::Started { keeper, program });
        }
        if let Some(why) = value["cannot"].as_str() {
            return Some(Line::Cannot(why.into()));
        }
        if let (Some(killed), Some(left)) = (number("killed"), number("left")) {
            let [killed, left] = [killed, left].map(|number| number as usize);
            return Some(Line::Swept(Swept { killed, left }));
        }
        let allowed = number("allowed")?;
        Some(Line::Limit(match value["limit"].as_str()? {
            "milliseconds" => Limit::Time(allowed),
            "processes" => Limit::Processes(u32::try_from(allowed).ok()?),
            "memory_mb" => Limit::Memory(allowed),
            _ => return None,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::{Limit, Line, Swept};

    #[test]
    fn every_line_of_a_report_is_read_as_it_was_told() {
        for line in [
            Line::Started {
                keeper: 7,
                program: 8,
            },
            Line::Cannot("No such \"file\"\n".into()),
            Line::Limit(Limit::Time(1500)),
            Line::Limit(Limit::Processes(64)),
            Line::Limit(Limit::Memory(1024)),
            Line::Swept(Swept { killed: 3, left: 1 }),
        ] {
            let text = line.text();
            assert_eq!(text.matches('\n').count(), 1, "{text}");
            assert_eq!(Line::read(&text), Some(line));
        }
        assert_eq!(Line::read("{\"limit\":\"taste\",\"allowed\":1}"), None);
        assert_eq!(Line::read("no"), None);
    }
}
