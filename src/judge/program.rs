//! The learner's program while it is judged: what it writes, how it ends.

use std::io;
use std::time::{Duration, Instant};

use super::subject::Subject;
use crate::keep::{self, Ended, Limits, Stream, Threads, Wrote};

/// What a program may use while it is judged.
const LIMITS: Limits = Limits {
    time: Duration::from_secs(120),
    processes: 64,
    memory_mb: 1024,
    output_bytes: 64 << 20,
    line_bytes: 64 << 10,
    lines: 50_000,
    in_lines: false,
};

/// A program that is running, or has ended; dropping it kills it and all it
/// has started.
pub struct Program {
    kept: keep::Program,
    /// What came on standard output and was not taken yet.
    out: Vec<u8>,
    out_closed: bool,
}

/// What a wait for the program's output brought.
#[derive(Debug, PartialEq)]
pub enum Line {
    /// A line, without its end.
    Text(Vec<u8>),
    /// Standard output has ended; what came after the last newline, if anything.
    End(Vec<u8>),
    /// Nothing more within the time given; what came of a line so far.
    Silence(Vec<u8>),
}

impl Program {
    /// Starts the subject with these arguments after its own.
    ///
    /// # Errors
    /// If no process can be started here.
    pub fn start(subject: &Subject, arguments: &[&str]) -> io::Result<Program> {
        let more = arguments.iter().map(Into::into);
        let command: Vec<_> = subject.command.iter().cloned().chain(more).collect();
        Ok(Program {
            kept: keep::Program::start(&command, &subject.folder, &LIMITS)?,
            out: Vec::new(),
            out_closed: false,
        })
    }

    /// The next line of standard output, waiting for it at most until then.
    pub fn line(&mut self, until: Instant) -> Line {
        let mut looked_at = 0;
        loop {
            let new = &self.out[looked_at..];
            if let Some(end) = new.iter().position(|byte| *byte == b'\n') {
                let end = looked_at + end;
                let mut line: Vec<u8> = self.out.drain(..=end).collect();
                line.pop();
                return Line::Text(line);
            }
            looked_at = self.out.len();
            if self.out_closed {
                return Line::End(std::mem::take(&mut self.out));
            }
            if !self.hear(until) {
                return Line::Silence(self.out.clone());
            }
        }
    }

    /// All that comes on standard output up to its end, or until then; and
    /// whether the end was seen.
    pub fn output(&mut self, until: Instant) -> (Vec<u8>, bool) {
        while !self.out_closed && self.hear(until) {}
        (std::mem::take(&mut self.out), self.out_closed)
    }

    /// Waits until its standard output is `enough`, has ended, or until then;
    /// what it holds stays there to be taken.
    pub fn shows(&mut self, until: Instant, enough: impl Fn(&[u8]) -> bool) -> &[u8] {
        while !enough(&self.out) && !self.out_closed && self.hear(until) {}
        &self.out
    }

    /// Writes to its standard input, without waiting: it may never read.
    pub fn types(&mut self, bytes: &[u8]) {
        // A program that has ended does not want it any more.
        self.kept.write(bytes);
    }

    /// How much of what was typed has not gone into the pipe yet.
    pub fn untaken(&self) -> usize {
        self.kept.untaken()
    }

    /// Ends its standard input.
    pub fn ends_input(&mut self) {
        self.kept.close_stdin();
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Option<Ended> {
        self.kept.ended()
    }

    /// Waits for its end, at most until then.
    pub fn wait(&mut self, until: Instant) -> Option<Ended> {
        self.kept.wait(until)
    }

    /// Whether the end of its standard output was seen.
    pub fn is_closed(&self) -> bool {
        self.out_closed
    }

    /// Tells it to end: SIGTERM.
    pub fn terminate(&self) {
        self.kept.terminate();
    }

    /// Interrupts it, as Ctrl-C does: SIGINT.
    pub fn interrupt(&self) {
        self.kept.interrupt();
    }

    /// How much memory it and its descendants use, in kB, where the system tells.
    pub fn resident_kb(&self) -> Option<u64> {
        self.kept.resident_kb()
    }

    /// How long it and its descendants have computed, where the system tells.
    pub fn computed(&self) -> Option<Duration> {
        self.kept.cpu_ms().map(Duration::from_millis)
    }

    /// What its threads are doing, such as `accept4`, where the system tells.
    pub fn waits_in(&self) -> Vec<String> {
        self.kept.waits_in()
    }

    /// Its threads, to be looked at while something else is borrowed from it.
    pub fn threads(&self) -> Threads {
        self.kept.threads()
    }

    /// The last lines of standard error.
    pub fn last_words(&mut self) -> Vec<String> {
        let words = self.kept.last_words();
        let said = |line: &String| !line.trim().is_empty();
        words.into_iter().filter(said).collect()
    }

    /// Takes in what it wrote next; false if nothing came until then.
    fn hear(&mut self, until: Instant) -> bool {
        match self.kept.wrote(until) {
            Some(Wrote::Out(bytes)) => self.out.extend_from_slice(&bytes),
            Some(Wrote::Closed(Stream::Out) | Wrote::Ended(_)) => self.out_closed = true,
            Some(_) => {}
            None => return false,
        }
        true
    }
}

/// How a program ended, in the words of a shell.
pub fn words(ended: &Ended) -> String {
    ended.to_string()
}
