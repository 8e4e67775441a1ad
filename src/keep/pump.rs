//! One thread that reads what a program writes and writes what it is to read,
//! so that neither a flood nor a program that does not read stops anybody.

use std::collections::VecDeque;
use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::os::fd::AsFd;
use std::process::{ChildStderr, ChildStdin, ChildStdout};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::lines::Lines;
use super::{Ended, Limits};

/// How long the streams may stay open after the program's end: something that
/// was not killed may hold them.
const GRACE: Duration = Duration::from_millis(200);
/// How often they are read after that, for we may come late ourselves: enough
/// for two pipes of the largest size, pipe(7). A survivor may write for ever.
const REST: usize = 32;
/// How many lines of standard error are kept as its last words.
const LAST: usize = 8;
/// How many bytes may wait for a program that does not read.
const TYPED: usize = 16 << 20;

/// An output stream of a program.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Stream {
    Out,
    Err,
}

/// What a program did, in the order in which it was seen.
#[derive(Clone, Debug, PartialEq)]
pub enum Wrote {
    /// A line to standard output, without its end; or what came, as it came.
    Out(Vec<u8>),
    /// A line to standard error, without its end.
    Err(Vec<u8>),
    /// It wrote more to this stream than its limits allow; nothing more of
    /// it is passed on.
    Flood(Stream),
    /// It closed this stream, or ended.
    Closed(Stream),
    /// It has ended; nothing follows.
    Ended(Ended),
}

/// What the threads of a program know together.
pub struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    wake: PipeWriter,
}

#[derive(Default)]
pub struct State {
    /// Bytes for the program that it has not taken yet.
    typed: VecDeque<u8>,
    /// Whether its input ends after them.
    typed_all: bool,
    unfinished: Vec<u8>,
    last_words: VecDeque<Vec<u8>>,
    /// The guard's number may not be used any more.
    pub reaped: bool,
    /// How it ended, when its streams are not read to their end yet.
    pub ending: Option<Ended>,
    pub ended: Option<Ended>,
}

impl Shared {
    /// Also returns what wakes the pump.
    pub fn new() -> io::Result<(Arc<Shared>, PipeReader)> {
        let (woken, wake) = io::pipe()?;
        rustix::io::ioctl_fionbio(&woken, true)?;
        rustix::io::ioctl_fionbio(&wake, true)?;
        let state = Mutex::new(State::default());
        let changed = Condvar::new();
        let shared = Shared {
            state,
            changed,
            wake,
        };
        Ok((Arc::new(shared), woken))
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the pump look at the state. A full pipe will wake it as well.
    pub fn wake(&self) {
        let _ = (&self.wake).write(&[0]);
    }

    /// Waits until the program has ended and all it wrote is read.
    pub fn wait(&self, until: Instant) -> Option<Ended> {
        let within = until.saturating_duration_since(Instant::now());
        let running = |state: &mut State| state.ended.is_none();
        let waited = self
            .changed
            .wait_timeout_while(self.state(), within, running);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.ended.clone()
    }

    /// Has these bytes written; false if too many wait already, or none may
    /// follow.
    pub fn write(&self, bytes: &[u8]) -> bool {
        let mut state = self.state();
        if state.typed_all || state.typed.len() + bytes.len() > TYPED {
            return false;
        }
        state.typed.extend(bytes);
        drop(state);
        self.wake();
        true
    }

    /// How many bytes wait for a program that has not taken them.
    pub fn untaken(&self) -> usize {
        self.state().typed.len()
    }

    pub fn write_no_more(&self) {
        self.state().typed_all = true;
        self.wake();
    }

    #[allow(dead_code)]
    pub fn unfinished(&self) -> Vec<u8> {
        self.state().unfinished.clone()
    }

    pub fn last_words(&self) -> Vec<Vec<u8>> {
        self.state().last_words.iter().cloned().collect()
    }
}

/// The program's ends of the pipes are its own; these are ours.
pub struct Pump {
    pub shared: Arc<Shared>,
    pub woken: PipeReader,
    pub stdin: Option<ChildStdin>,
    pub out: Source<ChildStdout>,
    pub err: Source<ChildStderr>,
    pub tell: Sender<Wrote>,
}

impl Pump {
    /// Works until the program has ended.
    pub fn run(mut self) {
        let mut buffer = vec![0; 64 << 10];
        let mut grace: Option<Instant> = None;
        let mut rest = REST;
        loop {
            let waiting = {
                let state = self.shared.state();
                if state.ending.is_some() && grace.is_none() {
                    grace = Some(Instant::now() + GRACE);
                }
                if state.typed.is_empty() && state.typed_all {
                    self.stdin = None;
                }
                !state.typed.is_empty()
            };
            let closed = self.out.from.is_none() && self.err.from.is_none();
            // Before the look at the streams, which hold all it wrote by now.
            let late = grace.is_some_and(|end| Instant::now() >= end);
            if grace.is_some() && (closed || rest == 0) {
                return self.end();
            }
            let ready @ [woken, out, err, stdin] = self.ready(waiting, grace);
            if late {
                if ready == [false; 4] {
                    return self.end();
                }
                rest -= 1;
            }
            if woken {
                // What it says is in the state.
                let _ = self.woken.read(&mut buffer);
            }
            if out {
                self.out.read(&mut buffer, &self.shared, &self.tell);
            }
            if err {
                self.err.read(&mut buffer, &self.shared, &self.tell);
            }
            if stdin {
                self.write();
            }
        }
    }

    /// Waits until something can be done.
    fn ready(&self, waiting: bool, grace: Option<Instant>) -> [bool; 4] {
        let stdin = self.stdin.as_ref().filter(|_| waiting);
        let fds = [
            Some((self.woken.as_fd(), PollFlags::IN)),
            self.out.from.as_ref().map(|f| (f.as_fd(), PollFlags::IN)),
            self.err.from.as_ref().map(|f| (f.as_fd(), PollFlags::IN)),
            stdin.map(|f| (f.as_fd(), PollFlags::OUT)),
        ];
        let open = fds.iter().flatten();
        let mut polled: Vec<PollFd<'_>> = open
            .map(|(fd, flags)| PollFd::from_borrowed_fd(*fd, *flags))
            .collect();
        let within = grace.map(|end| end.saturating_duration_since(Instant::now()));
        let within = within.and_then(|time| Timespec::try_from(time).ok());
        while poll(&mut polled, within.as_ref()).is_err() {
            // A signal, or no memory for now.
            thread::yield_now();
        }
        let mut polled = polled.iter();
        fds.map(|fd| {
            let polled = fd.and_then(|_| polled.next());
            polled.is_some_and(|polled| !polled.revents().is_empty())
        })
    }

    /// Writes as much as the program takes now.
    fn write(&mut self) {
        let mut state = self.shared.state();
        let Some(stdin) = &mut self.stdin else {
            return;
        };
        let (bytes, _) = state.typed.as_slices();
        match stdin.write(bytes) {
            Ok(taken) => drop(state.typed.drain(..taken)),
            Err(error) if is_for_now(&error) => {}
            Err(_) => {
                // It reads no more, which is its right.
                state.typed.clear();
                state.typed_all = true;
            }
        }
    }

    fn end(self) {
        let mut state = self.shared.state();
        let ended = state.ending.clone();
        state.ended = ended.clone();
        if let Some(ended) = ended {
            // Before anybody learns of the end by waiting, it is in the line.
            let _ = self.tell.send(Wrote::Ended(ended));
        }
        drop(state);
        self.shared.changed.notify_all();
    }
}

/// One output stream.
pub struct Source<F> {
    stream: Stream,
    from: Option<F>,
    lines: Lines,
    /// Bytes read, and bytes of lines passed on; the second never exceed the
    /// limit, and nothing is passed on after the first have.
    read: usize,
    passed: usize,
    bytes: usize,
    lines_left: usize,
    in_lines: bool,
    flooded: bool,
}

impl<F: Read> Source<F> {
    pub fn new(stream: Stream, from: Option<F>, limits: &Limits) -> Source<F> {
        Source {
            stream,
            from,
            lines: Lines::new(limits.line_bytes),
            read: 0,
            passed: 0,
            bytes: limits.output_bytes,
            lines_left: limits.lines,
            in_lines: limits.in_lines || stream == Stream::Err,
            flooded: false,
        }
    }

    fn read(&mut self, buffer: &mut [u8], shared: &Shared, tell: &Sender<Wrote>) {
        let Some(from) = &mut self.from else {
            return;
        };
        let read = match from.read(buffer) {
            Ok(read) => read,
            Err(error) if is_for_now(&error) => return,
            Err(_) => 0,
        };
        if read == 0 {
            self.from = None;
            if self.lines.unfinished().is_some() {
                self.pass(b"\n", shared, tell);
            }
            let _ = tell.send(Wrote::Closed(self.stream));
        } else if !self.in_lines {
            self.read = self.read.saturating_add(read);
            if self.read <= self.bytes {
                let _ = tell.send(Wrote::Out(buffer[..read].to_vec()));
            } else if !self.flooded {
                self.flooded = true;
                let _ = tell.send(Wrote::Flood(self.stream));
            }
        } else {
            self.read = self.read.saturating_add(read);
            self.pass(&buffer[..read], shared, tell);
        }
    }

    fn pass(&mut self, mut bytes: &[u8], shared: &Shared, tell: &Sender<Wrote>) {
        if self.flooded {
            // Only last words count now, and those are short.
            let skipped = bytes.len().saturating_sub(4096);
            if skipped > 0 {
                self.lines.forget();
            }
            bytes = &bytes[skipped..];
        }
        let mut state = shared.state();
        let (stream, flooded) = (self.stream, self.flooded);
        let mut full = false;
        let Source {
            passed, lines_left, ..
        } = self;
        self.lines.take(bytes, |line| {
            if stream == Stream::Err {
                state.keep(&line);
            }
            full |= *lines_left == 0 || *passed + line.len() + 1 > self.bytes;
            if flooded || full {
                return;
            }
            *passed += line.len() + 1;
            *lines_left -= 1;
            let _ = tell.send(match stream {
                Stream::Out => Wrote::Out(line),
                Stream::Err => Wrote::Err(line),
            });
        });
        if stream == Stream::Out {
            let rest = self.lines.unfinished().unwrap_or_default();
            state.unfinished.clear();
            state.unfinished.extend(&rest[..rest.len().min(200)]);
        }
        drop(state);
        if (full || self.read > self.bytes) && !self.flooded {
            self.flooded = true;
            let _ = tell.send(Wrote::Flood(stream));
        }
    }
}

impl State {
    fn keep(&mut self, line: &[u8]) {
        if self.last_words.len() == LAST {
            self.last_words.pop_front();
        }
        // More than is shown, so that one can say that it was cut.
        self.last_words
            .push_back(line[..line.len().min(1000)].to_vec());
    }
}

fn is_for_now(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
    )
}
