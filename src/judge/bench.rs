//! What a check works with: the program, random bytes, and a log of what was
//! done to it.

use std::any::Any;
use std::borrow::Cow;
use std::io;
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use fastrand::Rng;

use super::Rule;
use super::announce::{self, Announced};
use super::bytes;
use super::cause::PRINTS_ITS_ARGUMENT;
use super::fault::{Fault, Stop};
use super::program::{Program, words};
use super::python;
use super::subject::Subject;
use crate::keep::Threads;

/// How long a program may take to start: some languages take their time.
pub const START: Duration = Duration::from_secs(10);
/// How long a reply may take. Nobody waits for it but after a mistake.
pub const REPLY: Duration = Duration::from_secs(3);
/// How long to listen for what must not come.
pub const QUIET: Duration = Duration::from_millis(150);

/// How often to look whether the program waits.
pub const TICK: Duration = Duration::from_millis(5);

/// What a check works with.
pub struct Bench<'a> {
    /// Random numbers that follow from the seed and the rule.
    pub random: Rng,
    subject: Cow<'a, Subject>,
    log: Log,
    program: Option<Program>,
    kept: Vec<Box<dyn Any>>,
    open: Open,
}

/// How long to wait for what must not come, or may not.
///
/// Where others want the processor too, a program that would have done
/// something may not have had its turn when the time is over. So the time goes
/// on until each of its threads waits; for one that never does, not for ever.
#[derive(Debug)]
pub struct Patience {
    until: Instant,
    at_most: Instant,
    threads: Option<Threads>,
}

/// What was done, in order; shown when a rule was broken.
#[derive(Clone, Debug, Default)]
pub struct Log(Arc<Mutex<Vec<String>>>);

/// The connections of peers that a check is done with. They stay open until
/// the verdict is told: what becomes of the program is then its own doing, and
/// not that of a judge who went away.
#[derive(Clone, Debug, Default)]
pub struct Open(Arc<Mutex<Vec<TcpStream>>>);

/// The first rule for every server.
pub const SAYS_WHERE: Rule = Rule {
    says: "it says where it listens",
    check: |bench| bench.serve().map(|_| ()),
};

impl Bench<'_> {
    /// A bench for one check.
    pub fn new(subject: &Subject, seed: u64) -> Bench<'_> {
        Bench {
            random: Rng::with_seed(seed),
            subject: Cow::Borrowed(subject),
            log: Log::default(),
            program: None,
            kept: Vec::new(),
            open: Open::default(),
        }
    }

    /// Notes something that the judge did, or saw.
    pub fn did(&self, what: impl Into<String>) {
        self.log.did(what);
    }

    /// The log, for a peer.
    pub fn log(&self) -> Log {
        self.log.clone()
    }

    /// Where a peer leaves its connection.
    pub fn open(&self) -> Open {
        self.open.clone()
    }

    /// Grants the program so many descriptors when it is started.
    pub fn grants_descriptors(&mut self, number: u64) {
        self.did(format!(
            "grant it {number} descriptors (ulimit -n {number})"
        ));
        self.subject = Cow::Owned(self.subject.with_descriptors(number));
    }

    /// Starts the program with these arguments.
    ///
    /// # Errors
    /// `Trouble` if it cannot be started at all.
    pub fn start(&mut self, arguments: &[&str]) -> Result<(), Stop> {
        self.did(format!("start it with {}", arguments.join(" ")));
        self.launch(arguments)
    }

    /// Starts the program as [`Bench::start`] does, without a line in the log.
    ///
    /// # Errors
    /// As [`Bench::start`].
    pub fn launch(&mut self, arguments: &[&str]) -> Result<(), Stop> {
        let program = Program::start(&self.subject, arguments).map_err(|error| {
            let words = kit::visible(&self.subject.words);
            Stop::Trouble(format!(
                "cannot start `{words}`: {}",
                kit::describe_error(&error)
            ))
        })?;
        self.program = Some(program);
        Ok(())
    }

    /// Starts the program as a server and waits until it says where it listens.
    ///
    /// # Errors
    /// `Broken` if it does not print `listening on ADDR` with an address of
    /// its own on 127.0.0.1.
    pub fn serve(&mut self) -> Result<SocketAddr, Stop> {
        self.serve_at("127.0.0.1:0")
    }

    /// The same at an address of the caller's choice on 127.0.0.1.
    ///
    /// # Errors
    /// As [`Bench::serve`].
    pub fn serve_at(&mut self, address: &str) -> Result<SocketAddr, Stop> {
        self.start(&[address])?;
        let expected = "a line `listening on 127.0.0.1:PORT`, PORT being the port it got";
        match announce::wait(self.program()?, Instant::now() + START) {
            Announced::At(address) => usable(address, expected),
            Announced::Not(got) => Fault::new(expected, got).stop(),
        }
    }

    /// The program.
    ///
    /// # Errors
    /// `Trouble` if the check has not started it.
    pub fn program(&mut self) -> Result<&mut Program, Stop> {
        let missing = || Stop::Trouble("the program was not started".into());
        self.program.as_mut().ok_or_else(missing)
    }

    /// Whether the program is in Python, as far as its command tells.
    pub fn is_python(&self) -> bool {
        python::is_python(&self.subject.words)
    }

    /// Hands over the program, so that another can be started beside it.
    ///
    /// # Errors
    /// As [`Bench::program`].
    pub fn take_program(&mut self) -> Result<Program, Stop> {
        let missing = || Stop::Trouble("the program was not started".into());
        self.program.take().ok_or_else(missing)
    }

    /// Works with another program from now on; returns the one before.
    pub fn exchange_program(&mut self, other: Program) -> Option<Program> {
        self.program.replace(other)
    }

    /// The program's threads, if it was started.
    pub fn threads(&self) -> Option<Threads> {
        self.program.as_ref().map(Program::threads)
    }

    /// Waits this long, and then until the program has had its turn on a
    /// processor; or until it has ended.
    ///
    /// # Errors
    /// As [`Bench::program`].
    pub fn lets_it_work(&mut self, time: Duration) -> Result<(), Stop> {
        let patience = Patience::new(time, self.threads());
        let program = self.program()?;
        while !patience.is_over() && program.wait(Instant::now() + TICK).is_none() {}
        Ok(())
    }

    /// Whether the program has ended.
    pub fn has_ended(&mut self) -> bool {
        let ended = |program: &mut Program| program.ended().is_some();
        self.program.as_mut().is_some_and(ended)
    }

    /// Keeps something alive until the verdict is told, such as the sockets
    /// that the program is waiting for.
    pub fn keep(&mut self, thing: impl Any) {
        self.kept.push(Box::new(thing));
    }

    /// A word of random letters and digits.
    pub fn word(&mut self, length: usize) -> Vec<u8> {
        bytes::word(&mut self.random, length)
    }

    /// A line of so many random letters and digits, and its newline.
    pub fn line(&mut self, length: usize) -> Vec<u8> {
        let mut line = self.word(length);
        line.push(b'\n');
        line
    }

    /// A word as text.
    pub fn text(&mut self, length: usize) -> String {
        bytes::text(&mut self.random, length)
    }

    /// What was done so far.
    pub fn done(&self) -> Vec<String> {
        self.log
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// What has become of the program, in words, and its last words.
    pub fn fate(&mut self) -> (String, Vec<String>) {
        let Some(program) = &mut self.program else {
            return ("it was not started".into(), Vec::new());
        };
        // One that is about to end, ends now. One that has closed its output
        // most likely is, and so may one be that waits in no call: Python
        // takes its time.
        let now = Instant::now();
        let later = now + Duration::from_millis(400);
        let soon = match program.is_closed() {
            true => later,
            false => now + Duration::from_millis(50),
        };
        let mut status = program.wait(soon);
        if status.is_none() && !waits(&program.waits_in()) {
            status = program.wait(later);
        }
        let fate = match status {
            Some(status) => {
                let why = of_the_shell(status.code(), &self.subject.folder);
                format!("it has ended with {}{why}", words(&status))
            }
            None => match program.waits_in() {
                calls if calls.is_empty() => "it is alive".into(),
                calls => format!("it is alive; {}", doing(&calls)),
            },
        };
        (fate, program.last_words())
    }
}

impl Patience {
    /// From now on; without threads it is no more than this time.
    pub fn new(time: Duration, threads: Option<Threads>) -> Patience {
        let until = Instant::now() + time;
        let at_most = until + REPLY;
        Patience {
            until,
            at_most,
            threads,
        }
    }

    /// Whether enough time has gone by.
    pub fn is_over(&self) -> bool {
        let now = Instant::now();
        let at_rest = || self.threads.is_none_or(|threads| threads.are_at_rest());
        now >= self.until && (now >= self.at_most || at_rest())
    }
}

impl Open {
    /// Keeps this connection open, too.
    pub fn keep(&self, stream: TcpStream) {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.push(stream);
    }

    /// Closes all of them.
    pub fn lets_go(&self) {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.clear();
    }
}

impl Log {
    /// Notes something that the judge did, or saw.
    pub fn did(&self, what: impl Into<String>) {
        let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        log.push(what.into());
    }
}

/// What a shell says with its exit status, and what can be done about it.
fn of_the_shell(code: Option<i32>, folder: &Path) -> String {
    let of = ", as the shell does for a program that it";
    match code {
        Some(126) => format!("{of} may not start: try `chmod +x FILE`, or `python3 FILE`"),
        Some(127) => {
            let folder = kit::visible(&folder.to_string_lossy());
            format!("{of} does not find: paths are seen from {folder}")
        }
        _ => String::new(),
    }
}

/// Whether every thread waits in a system call.
fn waits(calls: &[String]) -> bool {
    !calls.is_empty() && calls.iter().all(|call| is_call(call))
}

/// Whether this is a system call, and not another way to spend the time.
fn is_call(call: &str) -> bool {
    call != "runs" && !call.starts_with("waits outside")
}

/// A call with what a program calls it, where that is not the same word.
fn in_words(call: &str) -> String {
    let words = match call {
        "accept4" => "an accept",
        "recvfrom" | "recvmsg" | "recvmmsg" => "a read from a socket",
        "sendto" | "sendmsg" | "sendmmsg" => "a write to a socket",
        "futex" | "futex_waitv" => "a lock or another thread",
        "nanosleep" | "clock_nanosleep" => "a sleep",
        _ => return call.into(),
    };
    format!("{call} ({words})")
}

/// What threads are doing, in words: `it waits in accept4 (an accept)`.
fn doing(calls: &[String]) -> String {
    let mut calls: Vec<_> = calls.iter().map(String::as_str).collect();
    calls.sort_unstable();
    calls.dedup();
    let waits = calls.iter().filter(|call| is_call(call));
    let waits: Vec<_> = waits.map(|call| in_words(call)).collect();
    match (waits.is_empty(), waits.len() < calls.len()) {
        (true, _) => "it computes".into(),
        (false, true) => format!("it computes, and waits in {}", waits.join(", ")),
        (false, false) => format!("it waits in {}", waits.join(", ")),
    }
}

fn usable(address: SocketAddr, expected: &str) -> Result<SocketAddr, Stop> {
    let got = format!("`listening on {address}`");
    let loopback = IpAddr::from([127, 0, 0, 1]);
    match address {
        _ if address.port() == 0 => Fault::new(expected, got)
            .because(&PRINTS_ITS_ARGUMENT)
            .stop(),
        _ if address.ip() != loopback => {
            let got = format!("{got}: not the address it was given");
            Fault::new(expected, got).stop()
        }
        _ => Ok(address),
    }
}

/// Whether an error of a call only says that the time is over.
pub fn is_timeout(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
    )
}
