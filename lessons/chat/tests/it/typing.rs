//! A person at a terminal: a half-typed line and a line that comes in.

use crate::server::{DEADLINE, Guest, PROGRAM, Server};
use std::io::{Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Instant;

#[test]
fn a_half_typed_line_survives_a_line_that_comes_in_and_is_sent_whole() {
    let server = Server::start(&[]);
    let mut ada = Guest::enter(server.address, "ada");
    let line = format!("client {} --name bob", server.address);
    let Some(mut bob) = Terminal::start(&line) else {
        eprintln!("NOT CHECKED: there is no script(1) here");
        return;
    };
    ada.hears("* bob has entered the room");
    bob.shows("the last line", |lines| lines.last() == Some(&"> "));
    bob.types("hello wor");
    bob.shows("the half", |lines| lines.last() == Some(&"> hello wor"));
    for number in 0..50 {
        ada.say(&format!("line {number}"));
    }
    // Each line stands by itself, and the half below all of them.
    let wanted: Vec<String> = (0..50)
        .map(|number| format!("[ada] line {number}"))
        .collect();
    bob.shows("all lines above the half", |lines| {
        let (last, above) = lines.split_last().unwrap();
        let said = above.iter().filter(|line| line.contains("ada] line"));
        *last == "> hello wor" && said.eq(wanted.iter())
    });
    bob.types("ld\r");
    ada.hears("[bob] hello world");
    ada.say("well typed");
    bob.shows("the next line", |lines| {
        lines.contains(&"> hello world") && lines.contains(&"[ada] well typed")
    });
    bob.types("\u{4}"); // Ctrl-D
    ada.hears("* bob has left the room");
}

/// A program at a pseudo-terminal, which script(1) opens.
struct Terminal {
    child: Child,
    keys: ChildStdin,
    bytes: Receiver<Vec<u8>>,
    seen: Vec<u8>,
}

impl Terminal {
    fn start(line: &str) -> Option<Terminal> {
        let line = format!("env TERM=xterm NO_COLOR=1 '{PROGRAM}' {line}");
        let mut script = Command::new("script");
        script.args(["--quiet", "--command", &line, "/dev/null"]);
        script.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = script.spawn().ok()?;
        let keys = child.stdin.take().unwrap();
        let mut out = child.stdout.take().unwrap();
        let (sender, bytes) = mpsc::channel();
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(length @ 1..) = out.read(&mut buffer) {
                let _ = sender.send(buffer[..length].to_vec());
            }
        });
        let seen = Vec::new();
        Some(Terminal {
            child,
            keys,
            bytes,
            seen,
        })
    }

    fn types(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
    }

    fn shows(&mut self, what: &str, is_so: impl Fn(&[&str]) -> bool) {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let screen = screen(&String::from_utf8_lossy(&self.seen));
            let lines: Vec<&str> = screen.iter().map(|line| &**line).collect();
            if is_so(&lines) {
                return;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            match self.bytes.recv_timeout(left) {
                Ok(bytes) => self.seen.extend(bytes),
                Err(_) => panic!("never saw {what}: {lines:#?}"),
            }
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a terminal without a bottom shows after these bytes, line by line.
///
/// It knows what this client uses of ECMA-48 and fails on all else.
fn screen(bytes: &str) -> Vec<String> {
    let mut lines: Vec<Vec<char>> = vec![vec![]];
    let (mut row, mut column) = (0, 0);
    let mut chars = bytes.chars();
    while let Some(c) = chars.next() {
        match c {
            '\r' => column = 0,
            '\n' => row += 1,
            '\x08' => column -= 1,
            '\x07' => {}
            '\x1b' => {
                if chars.next() != Some('[') {
                    break; // the rest is still on its way
                }
                let mut sequence = String::new();
                for c in chars.by_ref() {
                    sequence.push(c);
                    if c.is_ascii_alphabetic() {
                        break;
                    }
                }
                let number = |text: &str| text.parse().unwrap_or(1);
                match sequence.pop() {
                    Some('A') => row -= number(&sequence),
                    Some('B') => row += number(&sequence),
                    Some('C') => column += number(&sequence),
                    Some('D') => column -= number(&sequence),
                    Some('K') => lines[row].truncate(column),
                    Some('J') => {
                        lines[row].truncate(column);
                        lines.truncate(row + 1);
                    }
                    Some('h' | 'l') if sequence.starts_with('?') => {}
                    Some(digit) if !digit.is_ascii_alphabetic() => break,
                    None => break,
                    Some(other) => panic!("ESC [ {sequence} {other}"),
                }
            }
            c => {
                let line = &mut lines[row];
                line.resize(line.len().max(column + 1), ' ');
                line[column] = c;
                column += 1;
            }
        }
        lines.resize(lines.len().max(row + 1), vec![]);
    }
    lines
        .into_iter()
        .map(|line| line.into_iter().collect())
        .collect()
}
