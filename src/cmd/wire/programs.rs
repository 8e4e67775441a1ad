//! The two programs: started by a shell, labelled, ended with all they started.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, Sender, SyncSender, TryRecvError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use wire::{Host, Program, Side};

use super::Happening;

/// The longest line of a program that is shown in one piece, in bytes.
const LINE: u64 = 8 * 1024;

/// How long the last words of a program that has ended may take.
const LAST_WORDS: Duration = Duration::from_secs(3);

/// The programs on both hosts.
pub struct Programs {
    tell: SyncSender<Happening>,
    running: Vec<Running>,
    /// Nothing more will be typed: also for one that is not started yet.
    input_ended: bool,
}

struct Running {
    side: Side,
    program: Program,
    stdin: Option<Sender<Vec<u8>>>,
    /// How it ended, and when that was seen.
    status: Option<(ExitStatus, Instant)>,
    /// Whether its end was told, which is after all that it wrote.
    told: bool,
    asked_to_end: bool,
    /// Disconnected once all it wrote has been read and handed on.
    all_read: Receiver<()>,
}

impl Programs {
    pub fn new(tell: SyncSender<Happening>) -> Programs {
        Programs {
            tell,
            running: Vec::new(),
            input_ended: false,
        }
    }

    /// Starts a command line on a host, by `sh -c`.
    pub fn start(&mut self, host: &Host, line: &str) -> Result<()> {
        let mut command = Command::new("sh");
        command.args(["-c", line]);
        // Python holds back what it prints into a pipe, unless told not to.
        command.env("PYTHONUNBUFFERED", "1");
        // No way leads from these hosts to a proxy.
        for name in ["http_proxy", "https_proxy", "all_proxy"] {
            command.env_remove(name).env_remove(name.to_uppercase());
        }
        command.stdin(Stdio::piped());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let side = host.side();
        let mut program = host.spawn(command).with_context(|| cannot("start", side))?;
        let (reading, all_read) = mpsc::channel();
        if let Some(stdout) = program.stdout.take() {
            self.read(side, false, stdout, reading.clone());
        }
        if let Some(stderr) = program.stderr.take() {
            self.read(side, true, stderr, reading);
        }
        let stdin = program.stdin.take().filter(|_| !self.input_ended);
        let stdin = stdin.map(feed);
        self.running.push(Running {
            side,
            program,
            stdin,
            status: None,
            told: false,
            asked_to_end: false,
            all_read,
        });
        Ok(())
    }

    /// Whether the program on this side has been started.
    pub fn started(&self, side: Side) -> bool {
        self.running.iter().any(|one| one.side == side)
    }

    /// Whether there is still something to tell of a program on this side.
    pub fn runs(&self, side: Side) -> bool {
        let mut running = self.running.iter();
        running.any(|one| one.side == side && !one.told)
    }

    /// Whether the program on this side has ended badly.
    pub fn failed(&self, side: Side) -> bool {
        let bad = |one: &Running| one.status.is_some_and(|(status, _)| !status.success());
        self.running.iter().any(|one| one.side == side && bad(one))
    }

    /// Which programs have ended since the last call, and how. All that they
    /// wrote has been handed on before.
    pub fn ended(&mut self) -> Result<Vec<(Side, String)>> {
        let mut ended = Vec::new();
        for one in self.running.iter_mut().filter(|one| !one.told) {
            if one.status.is_none() {
                let status = one.program.wait(Duration::ZERO);
                let status = status.with_context(|| cannot("see the end of", one.side))?;
                one.status = status.map(|status| (status, Instant::now()));
            }
            let Some((status, seen)) = one.status else {
                continue;
            };
            // Nothing is ever sent: it only shows when both readers are gone.
            let all_read = one.all_read.try_recv() == Err(TryRecvError::Disconnected);
            if !all_read && seen.elapsed() < LAST_WORDS {
                continue;
            }
            one.told = true;
            let how = match (one.asked_to_end, words(status)) {
                (false, how) => how,
                (true, how) if how == "signal 9" => {
                    "killed, because not all of it ended when asked".into()
                }
                (true, how) => format!("{how}, as asked"),
            };
            ended.push((one.side, how));
        }
        Ok(ended)
    }

    /// Types a line into the program of this side, if it still reads.
    pub fn type_into(&mut self, side: Side, text: &str) {
        for one in self.running.iter_mut().filter(|one| one.side == side) {
            if let Some(stdin) = &one.stdin {
                // A program that has closed its input does not want the line.
                let _ = stdin.send(format!("{text}\n").into_bytes());
            }
        }
    }

    /// Ends the input of both programs.
    pub fn end_input(&mut self) {
        self.input_ended = true;
        for one in &mut self.running {
            one.stdin = None;
        }
    }

    /// Asks those that still run to end.
    pub fn terminate(&mut self) -> Result<()> {
        for one in self.running.iter_mut().filter(|one| one.status.is_none()) {
            one.asked_to_end = true;
            let asked = one.program.terminate();
            asked.with_context(|| cannot("ask for the end of", one.side))?;
        }
        Ok(())
    }

    /// Ends those that still run.
    pub fn kill(&mut self) -> Result<()> {
        for one in self.running.iter_mut().filter(|one| one.status.is_none()) {
            let killed = one.program.kill();
            killed.with_context(|| cannot("end", one.side))?;
        }
        Ok(())
    }

    /// Whether both ended with success, or only because they were asked to.
    pub fn went_well(&self) -> bool {
        let well = |one: &Running| {
            one.asked_to_end || one.status.is_some_and(|(status, _)| status.success())
        };
        self.running.len() == 2 && self.running.iter().all(well)
    }

    /// Reads lines until the end, from a thread of its own; a program that
    /// writes faster than its lines are shown has to wait.
    fn read(&self, side: Side, error: bool, from: impl Read + Send + 'static, done: Sender<()>) {
        let tell = self.tell.clone();
        thread::spawn(move || {
            let _done = done;
            let mut from = BufReader::new(from);
            let mut line = Vec::new();
            while let Ok(1..) = (&mut from).take(LINE).read_until(b'\n', &mut line) {
                // What is shorter ends with its line, or with the output.
                let long = line.len() >= LINE as usize;
                let rest = line.split_off(if long { whole(&line) } else { line.len() });
                let text = readable(&line);
                line = rest;
                if tell.send(Happening::Wrote(side, error, text)).is_err() {
                    return;
                }
            }
            // The end came within a character.
            if !line.is_empty() {
                let _ = tell.send(Happening::Wrote(side, error, readable(&line)));
            }
        });
    }
}

fn cannot(what: &str, side: Side) -> String {
    format!("cannot {what} the program on host {side}")
}

/// How much of a piece of output ends with a whole character: a long line may
/// have been cut within one.
fn whole(piece: &[u8]) -> usize {
    let cut = piece.utf8_chunks().last().map_or(0, |last| {
        let bytes = last.invalid();
        let begun = std::str::from_utf8(bytes).is_err_and(|e| e.error_len().is_none());
        if begun { bytes.len() } else { 0 }
    });
    piece.len() - cut
}

/// The bytes of a line as text without its end; what is no UTF-8 as `\xNN`.
fn readable(line: &[u8]) -> String {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let mut text = String::with_capacity(line.len());
    for chunk in line.utf8_chunks() {
        text += chunk.valid();
        text.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}")));
    }
    text
}

/// Writes to a program from a thread of its own: it may never read.
fn feed(mut stdin: ChildStdin) -> Sender<Vec<u8>> {
    let (sender, lines) = mpsc::channel::<Vec<u8>>();
    thread::spawn(move || {
        for line in lines {
            if stdin.write_all(&line).and_then(|()| stdin.flush()).is_err() {
                return;
            }
        }
    });
    sender
}

/// How a program ended, in the words of a shell.
fn words(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return format!("signal {signal}");
    }
    match status.code() {
        Some(code) => format!("exit status {code}"),
        None => "no exit status".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_without_its_end_and_with_every_byte_readable() {
        assert_eq!(readable(b"hello\r\n"), "hello");
        assert_eq!(readable(b"a\r\rb\n"), "a\r\rb");
        assert_eq!(readable(b"gr\xfc\xdf \xf0\x9f\n"), r"gr\xfc\xdf \xf0\x9f");
        assert_eq!(readable("grüß\n".as_bytes()), "grüß");
    }

    #[test]
    fn a_piece_is_cut_between_characters_only() {
        let crab = "ab🦀".as_bytes();
        assert_eq!(whole(crab), 6);
        for cut in 3..6 {
            assert_eq!(whole(&crab[..cut]), 2, "{cut}");
        }
        // No character begins like this, so nothing more of it can come.
        assert_eq!(whole(b"ab\xff"), 3);
        assert_eq!(whole(b""), 0);
    }
}
