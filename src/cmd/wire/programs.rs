//! The two programs: started by a shell, labelled, ended with all they started.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use wire::{Host, Program, Side};

use super::Happening;

/// The longest line of a program that is shown in one piece, in bytes.
const LINE: u64 = 8 * 1024;

/// Lines waiting to be shown before a program that writes more has to wait.
const WAITING: usize = 256;

/// The programs on both hosts.
pub struct Programs {
    tell: Sender<Happening>,
    running: Vec<Running>,
}

struct Running {
    side: Side,
    program: Program,
    stdin: Option<Sender<Vec<u8>>>,
    status: Option<ExitStatus>,
    asked_to_end: bool,
    /// Disconnected once all it wrote has been read.
    all_read: Receiver<()>,
}

impl Programs {
    pub fn new(tell: Sender<Happening>) -> Programs {
        let running = Vec::new();
        Programs { tell, running }
    }

    /// Starts a command line on a host, by `sh -c`.
    pub fn start(&mut self, host: &Host, line: &str) -> Result<()> {
        let mut command = Command::new("sh");
        command.args(["-c", line]);
        // Python holds back what it prints into a pipe, unless told not to.
        command.env("PYTHONUNBUFFERED", "1");
        command.stdin(Stdio::piped());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let side = host.side();
        let mut program = host
            .spawn(command)
            .with_context(|| format!("cannot start the program on host {side}"))?;
        let (reading, all_read) = mpsc::channel();
        if let Some(stdout) = program.stdout.take() {
            self.read(side, false, stdout, reading.clone());
        }
        if let Some(stderr) = program.stderr.take() {
            self.read(side, true, stderr, reading);
        }
        let stdin = program.stdin.take().map(feed);
        self.running.push(Running {
            side,
            program,
            stdin,
            status: None,
            asked_to_end: false,
            all_read,
        });
        Ok(())
    }

    /// Whether a program runs on this side.
    pub fn runs(&self, side: Side) -> bool {
        let mut running = self.running.iter();
        running.any(|one| one.side == side && one.status.is_none())
    }

    /// Which programs have ended since the last call, and how.
    pub fn ended(&mut self) -> Result<Vec<(Side, String)>> {
        let mut ended = Vec::new();
        for one in &mut self.running {
            if one.status.is_some() {
                continue;
            }
            if let Some(status) = one.program.wait(Duration::ZERO)? {
                one.status = Some(status);
                let how = match one.asked_to_end {
                    true => format!("asked to, {}", words(status)),
                    false => words(status),
                };
                ended.push((one.side, how));
            }
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
        for one in &mut self.running {
            one.stdin = None;
        }
    }

    /// Asks those that still run to end.
    pub fn terminate(&mut self) -> Result<()> {
        for one in self.running.iter_mut().filter(|one| one.status.is_none()) {
            one.asked_to_end = true;
            one.program.terminate()?;
        }
        Ok(())
    }

    /// Ends those that still run.
    pub fn kill(&mut self) -> Result<()> {
        for one in self.running.iter_mut().filter(|one| one.status.is_none()) {
            one.program.kill()?;
        }
        Ok(())
    }

    /// Waits until all that the programs wrote has been read, or `within`.
    pub fn join(&mut self, within: Duration) {
        let deadline = Instant::now() + within;
        for one in &self.running {
            let left = deadline.saturating_duration_since(Instant::now());
            // Nothing is ever sent: the wait ends when both readers are gone.
            let _ = one.all_read.recv_timeout(left);
        }
    }

    /// Whether both ended with success, or only because they were asked to.
    pub fn went_well(&self) -> bool {
        let well =
            |one: &Running| one.asked_to_end || one.status.is_some_and(|status| status.success());
        self.running.len() == 2 && self.running.iter().all(well)
    }

    /// Reads lines until the end, from a thread of its own.
    fn read(&self, side: Side, error: bool, from: impl Read + Send + 'static, done: Sender<()>) {
        let tell = self.tell.clone();
        let (slot, shown) = mpsc::sync_channel(WAITING);
        thread::spawn(move || {
            let mut from = BufReader::new(from);
            let mut line = Vec::new();
            while let Ok(1..) = (&mut from).take(LINE).read_until(b'\n', &mut line) {
                let text = String::from_utf8_lossy(&line);
                let text = text.trim_end_matches(['\n', '\r']).to_string();
                line.clear();
                if slot.send(text).is_err() {
                    return;
                }
            }
        });
        thread::spawn(move || {
            let _done = done;
            for text in shown {
                if tell.send(Happening::Wrote(side, error, text)).is_err() {
                    return;
                }
            }
        });
    }
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
