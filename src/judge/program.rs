//! The learner's program while it is judged: what it writes, how it ends.

use std::io::{self, Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use super::subject::Subject;

/// How much of what a program writes is kept; the rest is read and forgotten,
/// so that a flood neither stops the program nor fills our memory.
const KEPT_BYTES: usize = 16 << 20;

/// How many of its last lines are shown when it failed.
const LAST_LINES: usize = 8;

/// A program that is running, or has ended.
pub struct Program {
    child: Child,
    stdin: Option<Sender<Vec<u8>>>,
    untaken: Arc<AtomicUsize>,
    wrote: Receiver<Wrote>,
    /// What came on standard output and was not taken yet.
    out: Vec<u8>,
    out_closed: bool,
    err: Vec<u8>,
    err_closed: bool,
    status: Option<ExitStatus>,
}

enum Wrote {
    Out(Vec<u8>),
    Err(Vec<u8>),
    OutClosed,
    ErrClosed,
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
    pub fn start(subject: &Subject, arguments: &[&str]) -> io::Result<Program> {
        let mut words = subject.command.iter();
        let program = words.next().ok_or(io::ErrorKind::NotFound)?;
        let mut child = Command::new(program)
            .args(words)
            .args(arguments)
            .current_dir(&subject.folder)
            // Python holds back what it prints into a pipe, unless told not to.
            .env("PYTHONUNBUFFERED", "1")
            // The panic itself is what helps; what called it fills the screen.
            .env("RUST_BACKTRACE", "0")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()?;
        let (tell, wrote) = mpsc::channel();
        if let Some(stdout) = child.stdout.take() {
            read(stdout, tell.clone(), Wrote::Out, Wrote::OutClosed);
        }
        if let Some(stderr) = child.stderr.take() {
            read(stderr, tell, Wrote::Err, Wrote::ErrClosed);
        }
        let untaken = Arc::<AtomicUsize>::default();
        let feeding = untaken.clone();
        let stdin = child.stdin.take().map(|stdin| feed(stdin, feeding));
        Ok(Program {
            child,
            stdin,
            untaken,
            wrote,
            out: Vec::new(),
            out_closed: false,
            err: Vec::new(),
            err_closed: false,
            status: None,
        })
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The next line of standard output, waiting for it at most until then.
    pub fn line(&mut self, until: Instant) -> Line {
        loop {
            if let Some(end) = self.out.iter().position(|byte| *byte == b'\n') {
                let mut line: Vec<u8> = self.out.drain(..=end).collect();
                line.pop();
                return Line::Text(line);
            }
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

    /// Writes to its standard input, in a thread: it may never read.
    pub fn types(&mut self, bytes: &[u8]) {
        if let Some(stdin) = &self.stdin {
            self.untaken.fetch_add(bytes.len(), Ordering::SeqCst);
            // A program that has ended does not want it any more.
            let _ = stdin.send(bytes.to_vec());
        }
    }

    /// How much of what was typed has not gone into the pipe yet.
    pub fn untaken(&self) -> usize {
        self.untaken.load(Ordering::SeqCst)
    }

    /// Ends its standard input.
    pub fn ends_input(&mut self) {
        self.stdin = None;
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        if self.status.is_none() {
            // An error here means that it cannot be waited for: as if it ran.
            self.status = self.child.try_wait().unwrap_or(None);
        }
        self.status
    }

    /// Waits for its end, at most until then.
    pub fn wait(&mut self, until: Instant) -> Option<ExitStatus> {
        loop {
            if let Some(status) = self.ended() {
                return Some(status);
            }
            if Instant::now() >= until {
                return None;
            }
            // Its streams usually end with it; otherwise look again soon.
            let soon = Instant::now() + Duration::from_millis(5);
            if !self.out_closed || !self.err_closed {
                self.hear(soon.min(until));
            } else {
                thread::sleep(Duration::from_millis(1));
            }
        }
    }

    /// Tells it to end: SIGTERM.
    ///
    /// # Errors
    /// If the signal cannot be sent.
    pub fn terminate(&self) -> io::Result<()> {
        self.signal("TERM")
    }

    /// Interrupts it, as Ctrl-C does: SIGINT.
    ///
    /// # Errors
    /// If the signal cannot be sent.
    pub fn interrupt(&self) -> io::Result<()> {
        self.signal("INT")
    }

    fn signal(&self, name: &str) -> io::Result<()> {
        // Its process group: a shell in front of it gets the signal as well.
        let script = format!("kill -s {name} -- -{}", self.child.id());
        let mut shell = Command::new("sh");
        shell.args(["-c", &script]).stderr(Stdio::null());
        match shell.status()?.success() {
            true => Ok(()),
            false => Err(io::ErrorKind::NotFound.into()),
        }
    }

    /// How much memory it and its descendants use, in kB, where the system tells.
    pub fn resident_kb(&self) -> Option<u64> {
        super::memory::resident_kb(self.child.id())
    }

    /// The last lines of standard error, or of standard output if there are none.
    pub fn last_words(&mut self) -> Vec<String> {
        let soon = Instant::now() + Duration::from_millis(100);
        while self.status.is_some() && !self.err_closed && self.hear(soon) {}
        let text = String::from_utf8_lossy(&self.err);
        let lines: Vec<_> = text
            .lines()
            .filter(|line| !line.trim().is_empty())
            .collect();
        let last = lines.len().saturating_sub(LAST_LINES);
        lines[last..].iter().map(|line| cut(line)).collect()
    }

    /// Takes in what it wrote next; false if nothing came until then.
    fn hear(&mut self, until: Instant) -> bool {
        let left = until.saturating_duration_since(Instant::now());
        match self.wrote.recv_timeout(left) {
            Ok(Wrote::Out(bytes)) => keep(&mut self.out, &bytes),
            Ok(Wrote::Err(bytes)) => keep(&mut self.err, &bytes),
            Ok(Wrote::OutClosed) => self.out_closed = true,
            Ok(Wrote::ErrClosed) => self.err_closed = true,
            Err(RecvTimeoutError::Timeout) => return false,
            Err(RecvTimeoutError::Disconnected) => {
                self.out_closed = true;
                self.err_closed = true;
                return false;
            }
        }
        true
    }
}

/// How a program ended, in the words of a shell.
pub fn words(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit status {code}"),
        (_, Some(signal)) => format!("signal {signal}"),
        _ => "an unknown status".into(),
    }
}

fn keep(kept: &mut Vec<u8>, bytes: &[u8]) {
    let room = KEPT_BYTES.saturating_sub(kept.len());
    kept.extend_from_slice(&bytes[..bytes.len().min(room)]);
}

/// A line, made harmless, and not longer than a screen is wide.
fn cut(line: &str) -> String {
    let line = kit::visible(line);
    match line.char_indices().nth(200) {
        Some((at, _)) => format!("{}...", &line[..at]),
        None => line,
    }
}

fn read(
    mut from: impl Read + Send + 'static,
    tell: Sender<Wrote>,
    wrote: fn(Vec<u8>) -> Wrote,
    closed: Wrote,
) {
    thread::spawn(move || {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(length @ 1..) = from.read(&mut buffer) {
            if tell.send(wrote(buffer[..length].to_vec())).is_err() {
                return;
            }
        }
        let _ = tell.send(closed);
    });
}

fn feed(mut stdin: impl Write + Send + 'static, untaken: Arc<AtomicUsize>) -> Sender<Vec<u8>> {
    let (sender, texts) = mpsc::channel::<Vec<u8>>();
    thread::spawn(move || {
        for text in texts {
            for piece in text.chunks(4096) {
                if stdin.write_all(piece).is_err() {
                    return;
                }
                untaken.fetch_sub(piece.len(), Ordering::SeqCst);
            }
        }
    });
    sender
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already; there is nothing else to try.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
