//! A lesson's program while a page reads it: its lines, its input, its end.

use std::io;
use std::path::Path;
#[cfg(unix)]
use std::process::id;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use axum::body::Bytes;
#[cfg(unix)]
use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;

#[cfg(unix)]
use crate::keep;

/// How long a line of a lesson may be, in bytes.
const LINE_BYTES: u64 = 8 * 1024;
/// How much a run may tell, in bytes.
const RUN_BYTES: usize = 1 << 20;
/// How much of what it wrote as errors is kept: its last words.
const WORDS_BYTES: usize = 2 * 1024;
/// What only the line contains that tells how an experiment ended.
const END: &str = r#""event":"end""#;
/// Typed lines that wait to be read by the lesson.
const TYPED: usize = 16;
/// How long a lesson may go on after it has closed its output.
const ENDING: Duration = Duration::from_secs(5);
/// How long what else is left is waited for when the rest has ended.
const GRACE: Duration = Duration::from_secs(1);

/// A line with its end, or a limit that it broke.
pub type Told = Result<Bytes, &'static str>;

/// A running lesson. It and all it started end when this is dropped.
pub struct Lesson {
    child: Child,
    lines: mpsc::Receiver<Told>,
    input: mpsc::Sender<String>,
    words: JoinHandle<String>,
    status: Option<ExitStatus>,
    /// Whether it has told how its experiment ended.
    concluded: bool,
}

/// What to start.
pub struct Start<'a> {
    /// The experiment.
    pub experiment: &'a str,
    /// Whether each packet waits for the reader's decision.
    pub hold: bool,
    /// Where its packets are to be kept.
    pub capture: Option<&'a Path>,
    /// How long it may take.
    pub limit: Duration,
}

/// How a run ended.
pub struct Ended {
    /// `ok`, `failed`, `limit` or `killed`.
    pub status: &'static str,
    /// Why, if not ok; else what it remarked.
    pub words: String,
}

impl Ended {
    /// It was ended because it went over a limit.
    pub fn limit(why: &str) -> Ended {
        let (status, words) = ("limit", why.to_owned());
        Ended { status, words }
    }
}

impl Lesson {
    /// Starts one experiment, speaking JSON Lines.
    pub fn start(program: &Path, what: &Start) -> io::Result<Lesson> {
        let mut command = kept(program, what.limit);
        command.args(["--format", "json"]);
        command.args(what.hold.then_some("--hold"));
        if let Some(file) = what.capture {
            command.arg("--capture").arg(file);
        }
        command.arg(what.experiment);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let missing = || io::Error::other("it has no pipes");
        let stdin = child.stdin.take().ok_or_else(missing)?;
        let stdout = child.stdout.take().ok_or_else(missing)?;
        let stderr = child.stderr.take().ok_or_else(missing)?;
        let (tell, lines) = mpsc::channel(1);
        tokio::spawn(read(stdout, tell));
        let (input, typed) = mpsc::channel(TYPED);
        tokio::spawn(feed(stdin, typed));
        Ok(Lesson {
            child,
            lines,
            input,
            words: tokio::spawn(last_words(stderr)),
            status: None,
            concluded: false,
        })
    }

    /// Where lines can be typed; its input lasts as long as the lesson.
    pub fn input(&self) -> mpsc::Sender<String> {
        self.input.clone()
    }

    /// Its next line with its end, a limit that it broke, or nothing if it has
    /// written its last.
    pub async fn line(&mut self) -> Option<Told> {
        loop {
            let after_end = async {
                match self.status {
                    // What it started may hold its output open without it.
                    Some(_) => tokio::time::sleep(GRACE).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                line = self.lines.recv() => {
                    let ends = |line: &Bytes| String::from_utf8_lossy(line).contains(END);
                    self.concluded |= matches!(&line, Some(Ok(line)) if ends(line));
                    return line;
                }
                status = self.child.wait(), if self.status.is_none() => match status {
                    Ok(status) => self.status = Some(status),
                    Err(_) => return None,
                },
                () = after_end => return None,
            }
        }
    }

    /// How it ended, once it has written its last line.
    pub async fn ended(&mut self) -> Ended {
        let status = match timeout(ENDING, self.child.wait()).await {
            Ok(Ok(status)) => status,
            Ok(Err(error)) => return failed(format!("Its end was not seen: {error}.")),
            Err(_) => return failed("It closed its output and went on; it was ended.".to_owned()),
        };
        let words = timeout(GRACE, &mut self.words).await;
        let words = words.ok().and_then(Result::ok).unwrap_or_default();
        match status.code() {
            // What it wrote as errors is then no more than a remark.
            Some(0) => Ended {
                status: "ok",
                words,
            },
            // It has told why it could not settle its question.
            Some(2) if self.concluded => Ended {
                status: "ok",
                words,
            },
            Some(code) => failed(format!("It ended with exit status {code}. {words}")),
            None => Ended {
                status: "killed",
                words: format!("It was killed: {status}. {words}"),
            },
        }
    }

    /// Ends it and all it started, if they have not ended.
    pub async fn kill(&mut self) {
        self.hang_up();
        if timeout(GRACE, self.child.wait()).await.is_err() {
            // An error means that it has ended.
            let _ = self.child.kill().await;
        }
    }

    /// Tells the keeper to end all that is below it, and then itself.
    fn hang_up(&mut self) {
        #[cfg(unix)]
        if let Some(pid) = self
            .child
            .id()
            .map(u32::cast_signed)
            .and_then(Pid::from_raw)
        {
            // An error means that it has ended.
            let _ = kill_process(pid, Signal::HUP);
        }
        #[cfg(not(unix))]
        let _ = self.child.start_kill();
    }
}

impl Drop for Lesson {
    fn drop(&mut self) {
        self.hang_up();
    }
}

/// The program below a keeper: neither it nor what it starts outlives us.
#[cfg(unix)]
fn kept(program: &Path, limit: Duration) -> Command {
    let mut command = Command::new(keep::ourselves());
    // We end it in time; the keeper does if we have no time ourselves.
    let seconds = (limit + GRACE).as_secs().to_string();
    command.args(["keep", "--seconds", &seconds]);
    // One keeper without the guard above it: a reader waits for its start, and
    // a lesson of this workbook is no hostile program.
    command.args(["--role", "keeper", "--parent", &id().to_string(), "--"]);
    command.arg(program);
    command
}

/// The program; without a keeper it ends when its input does.
#[cfg(not(unix))]
fn kept(program: &Path, _: Duration) -> Command {
    Command::new(program)
}

fn failed(words: String) -> Ended {
    let status = "failed";
    Ended { status, words }
}

/// Passes on the lines of a lesson; the first that is none ends it.
async fn read(from: impl AsyncRead + Unpin, tell: mpsc::Sender<Told>) {
    let mut from = BufReader::new(from);
    let mut left = RUN_BYTES;
    loop {
        let mut line = Vec::new();
        let mut piece = (&mut from).take(LINE_BYTES + 1);
        let Ok(1..) = piece.read_until(b'\n', &mut line).await else {
            return;
        };
        let told = match left.checked_sub(line.len()) {
            None => Err("It told more than a page can show, and was ended."),
            Some(_) if line.last() != Some(&b'\n') => {
                Err("It wrote a line without an end, and was ended.")
            }
            Some(_) if !is_object(&line) => Err("It wrote a line that is no event, and was ended."),
            Some(rest) => {
                left = rest;
                Ok(Bytes::from(line))
            }
        };
        let over = told.is_err();
        if tell.send(told).await.is_err() || over {
            return;
        }
    }
}

fn is_object(line: &[u8]) -> bool {
    serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(line).is_ok()
}

/// Types lines into a lesson; closes its input when nobody can type any more.
async fn feed(mut stdin: ChildStdin, mut typed: mpsc::Receiver<String>) {
    while let Some(line) = typed.recv().await {
        let line = format!("{line}\n");
        if stdin.write_all(line.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// The end of what a lesson wrote as errors, harmless and on one line.
async fn last_words(mut from: impl AsyncRead + Unpin) -> String {
    let mut last = Vec::new();
    let mut piece = [0; 1024];
    while let Ok(length @ 1..) = from.read(&mut piece).await {
        last.extend_from_slice(&piece[..length]);
        let over = last.len().saturating_sub(WORDS_BYTES);
        last.drain(..over);
    }
    kit::visible(String::from_utf8_lossy(&last).trim())
}
