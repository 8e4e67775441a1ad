//! A program that a test talks with, line by line.

use crate::workspace::{DEADLINE, keep_no_diary};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};
use wait_timeout::ChildExt;

/// A running program; it ends with the test.
pub struct Running {
    child: Child,
    /// Dropping it ends the program's input.
    pub stdin: Option<ChildStdin>,
    lines: Receiver<String>,
}

impl Running {
    /// Starts it; both of its outputs are read as one.
    pub fn start(mut command: Command) -> Running {
        keep_no_diary(&mut command);
        let (reader, writer) = std::io::pipe().unwrap();
        command.stdin(Stdio::piped());
        command.stdout(writer.try_clone().unwrap()).stderr(writer);
        let mut child = command.spawn().unwrap();
        // Or the pipe would never end.
        drop(command);
        // A program whose lines nobody takes has to wait.
        let (sender, lines) = mpsc::sync_channel(10);
        thread::spawn(move || {
            for line in BufReader::new(reader).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        let stdin = child.stdin.take();
        Running {
            child,
            stdin,
            lines,
        }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn types(&mut self, line: &str) {
        let stdin = self.stdin.as_mut().unwrap();
        writeln!(stdin, "{line}").unwrap();
    }

    /// The next line, or nothing if there will be none.
    #[track_caller]
    pub fn line(&mut self) -> Option<String> {
        match self.lines.recv_timeout(DEADLINE) {
            Err(RecvTimeoutError::Timeout) => panic!("neither a line nor the end"),
            line => line.ok(),
        }
    }

    /// The next line with these words.
    #[track_caller]
    pub fn until(&mut self, words: &str) -> String {
        let deadline = Instant::now() + DEADLINE;
        let mut seen = String::new();
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) if line.contains(words) => return line,
                Ok(line) => seen += &format!("{line}\n"),
                Err(error) => panic!("{error}: never saw {words:?} after\n{seen}"),
            }
        }
    }

    pub fn signal(&self, name: &str) {
        let pid = self.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &pid]).status();
        assert!(sent.unwrap().success());
    }

    /// How it ends, within this time.
    #[track_caller]
    pub fn ends_within(&mut self, time: Duration) -> ExitStatus {
        let status = self.child.wait_timeout(time).unwrap();
        status.expect("it ends")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
