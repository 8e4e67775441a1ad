//! A peer that speaks TCP, and not always nicely.

mod queues;

use std::io::{self, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use socket2::SockRef;

use super::bench::{Bench, Log, Open, Patience, REPLY, TICK, is_timeout};
use super::bytes::shown;
use super::fault::{Fault, Stop};
use super::heard::{self, Heard, Then, WHOLE};
use crate::keep::Threads;

/// How long it may take if the kernel waits before it sends again.
const LATE: Duration = Duration::from_secs(60);

/// One end of a connection with the program.
///
/// It stays open until the verdict is told, unless the peer [`closes`] it.
///
/// [`closes`]: Tcp::closes
#[derive(Debug)]
pub struct Tcp {
    /// Its name in the log: `client 1`.
    pub name: String,
    /// The connection itself, for what is not offered here.
    pub stream: TcpStream,
    log: Log,
    /// The program's threads: silence says little while they have work to do.
    threads: Option<Threads>,
    /// Where it stays open; nothing once it was closed.
    open: Option<Open>,
}

impl Tcp {
    /// Connects to the program as `name`.
    ///
    /// # Errors
    /// `Broken` if it does not accept.
    pub fn connect(bench: &Bench, name: &str, to: SocketAddr) -> Result<Tcp, Stop> {
        bench.did(format!("{name} connects"));
        Tcp::joins(bench, name, to)
    }

    /// The same without a line in the log, for one of many.
    ///
    /// # Errors
    /// As [`Tcp::connect`].
    pub fn joins(bench: &Bench, name: &str, to: SocketAddr) -> Result<Tcp, Stop> {
        match TcpStream::connect_timeout(&to, REPLY) {
            Ok(stream) => Ok(Tcp::new(bench, name, stream)?),
            Err(error) if own_limit(&error) => Err(error.into()),
            Err(error) => {
                let got = kit::describe_error(&error);
                Fault::new(format!("{name} can connect to {to}"), got).stop()
            }
        }
    }

    /// A connection that exists already, such as one that was accepted.
    ///
    /// # Errors
    /// As setsockopt(2).
    pub fn new(bench: &Bench, name: &str, stream: TcpStream) -> io::Result<Tcp> {
        // What is sent in pieces should travel in pieces.
        stream.set_nodelay(true)?;
        stream.set_write_timeout(Some(REPLY))?;
        Ok(Tcp {
            name: name.into(),
            stream,
            log: bench.log(),
            threads: bench.threads(),
            open: Some(bench.open()),
        })
    }

    /// Its name in a sentence: `client 1`, but `the client` if it is the only one.
    pub fn who(&self) -> String {
        who(&self.name)
    }

    /// Notes something that this peer does.
    pub fn did(&self, what: impl AsRef<str>) {
        self.log.did(format!("{} {}", self.name, what.as_ref()));
    }

    /// Sends all the bytes.
    ///
    /// # Errors
    /// `Broken` if the program does not take them in time, or broke off.
    pub fn sends(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        self.did(format!("sends {}", shown(bytes)));
        self.pushes(bytes)
    }

    /// Sends the bytes in pieces of this length, each a segment of its own.
    ///
    /// # Errors
    /// As [`Tcp::sends`].
    pub fn sends_in_pieces(&mut self, bytes: &[u8], length: usize) -> Result<(), Stop> {
        self.did(format!("sends {}, {length} at a time", shown(bytes)));
        for piece in bytes.chunks(length) {
            self.pushes(piece)?;
            pause();
        }
        Ok(())
    }

    /// Sends the bytes, whatever becomes of them: where the program may have
    /// gone already, what is heard afterwards tells more than an error here.
    pub fn offers(&mut self, bytes: &[u8]) {
        self.did(format!("sends {}", shown(bytes)));
        let _ = self.stream.write_all(bytes);
    }

    /// As [`Tcp::sends_in_pieces`], whatever becomes of them.
    pub fn offers_in_pieces(&mut self, bytes: &[u8], length: usize) {
        self.did(format!("sends {}, {length} at a time", shown(bytes)));
        for piece in bytes.chunks(length) {
            let _ = self.stream.write_all(piece);
            pause();
        }
    }

    /// Sends the bytes without a line in the log.
    ///
    /// # Errors
    /// As [`Tcp::sends`].
    pub fn pushes(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        self.stream.write_all(bytes).map_err(|error| {
            let got = match is_timeout(&error) {
                true => "it stopped reading, and the queues are full".into(),
                false => kit::describe_error(&error),
            };
            Fault::new(format!("{} can send to it", self.name), got).into()
        })
    }

    /// Reads exactly this many bytes, if they come within the usual time each.
    pub fn hears(&mut self, length: usize) -> Heard {
        let mut heard = self.reads(length, REPLY, |_| false);
        if heard.then == Then::Silence && !self.is_at_rest() {
            let more = self.reads(length - heard.bytes.len(), REPLY, |_| false);
            heard.bytes.extend(more.bytes);
            heard.then = more.then;
        }
        heard
    }

    /// Whether each thread of the program waits for something.
    fn is_at_rest(&self) -> bool {
        self.threads.is_none_or(|threads| threads.are_at_rest())
    }

    /// Reads exactly this many bytes late, when the kernel may have begun to
    /// send again what found no room here. Its pauses double each time (RFC
    /// 6298, section 5.5), so silence counts only if it has nothing left to
    /// send.
    pub fn hears_late(&mut self, length: usize) -> Heard {
        let until = Instant::now() + LATE;
        let mut bytes = Vec::new();
        loop {
            let heard = self.hears(length - bytes.len());
            bytes.extend(heard.bytes);
            let then = heard.then;
            let waits = matches!(then, Then::Silence | Then::Enough) && bytes.len() < length;
            if !waits || Instant::now() >= until || !self.is_owed_bytes() {
                return Heard { bytes, then };
            }
        }
    }

    /// Reads up to and with the next newline.
    pub fn hears_line(&mut self) -> Heard {
        let mut whole = Vec::new();
        let until = Instant::now() + WHOLE;
        loop {
            // One byte at a time leaves what follows the line in the kernel.
            let heard = self.hears(1);
            whole.extend_from_slice(&heard.bytes);
            let done = heard.bytes == b"\n" || heard.then != Then::Enough;
            if done || whole.len() > 1 << 20 || Instant::now() >= until {
                let then = heard.then;
                return Heard { bytes: whole, then };
            }
        }
    }

    /// Reads until the program ends its side.
    pub fn hears_to_end(&mut self) -> Heard {
        self.hears(usize::MAX)
    }

    /// Whether anything comes within this time, the end included; and what.
    pub fn hears_early(&mut self, time: Duration) -> Heard {
        self.hears_if_any(usize::MAX, time, |_| true)
    }

    /// Reads up to this many bytes, which may not come at all.
    pub fn hears_perhaps(&mut self, length: usize, time: Duration) -> Heard {
        self.hears_if_any(length, time, |_| false)
    }

    fn hears_if_any(&mut self, length: usize, time: Duration, enough: fn(&[u8]) -> bool) -> Heard {
        let patience = Patience::new(time, self.threads);
        let mut bytes = Vec::new();
        loop {
            // What comes before the time is over is heard by the look after it.
            let over = patience.is_over();
            let heard = self.reads(length - bytes.len(), TICK, enough);
            bytes.extend(heard.bytes);
            if over || heard.then != Then::Silence {
                let then = heard.then;
                return Heard { bytes, then };
            }
        }
    }

    /// Reads until `enough`, at most `length` bytes, waiting `patience` for each read.
    pub fn reads(
        &mut self,
        length: usize,
        patience: Duration,
        enough: impl FnMut(&[u8]) -> bool,
    ) -> Heard {
        heard::reads(&mut self.stream, length, patience, enough)
    }

    /// Ends its own side: the program reads the end, and may still answer.
    ///
    /// # Errors
    /// `Broken` if the connection is gone.
    pub fn ends_its_side(&mut self) -> Result<(), Stop> {
        self.did("ends its side");
        self.stream.shutdown(Shutdown::Write).map_err(|error| {
            let got = kit::describe_error(&error);
            Fault::new(format!("{} still has a connection", self.name), got).into()
        })
    }

    /// Closes the connection.
    pub fn closes(self) {
        self.did("closes the connection");
        self.leaves();
    }

    /// The same without a line in the log, for one of many.
    pub fn leaves(mut self) {
        self.open = None;
    }

    /// Breaks off with a reset.
    ///
    /// # Errors
    /// As setsockopt(2).
    pub fn resets(mut self) -> io::Result<()> {
        self.did("resets the connection");
        self.open = None;
        // With a linger time of zero, close sends RST: socket(7), SO_LINGER.
        SockRef::from(&self.stream).set_linger(Some(Duration::ZERO))
    }
}

impl Drop for Tcp {
    fn drop(&mut self) {
        if let (Some(open), Ok(stream)) = (&self.open, self.stream.try_clone()) {
            open.keep(stream);
        }
    }
}

/// Whether it is the judge itself that has no descriptor left.
pub fn own_limit(error: &io::Error) -> bool {
    // EMFILE and ENFILE have these numbers on every Unix.
    matches!(error.raw_os_error(), Some(23 | 24))
}

/// A peer's name in a sentence: `client 1`, but `the client` if it is the only one.
pub fn who(name: &str) -> String {
    match name.contains(' ') {
        true => name.into(),
        false => format!("the {name}"),
    }
}

/// The next piece should not catch up with the last one: a read in the program
/// gets the processor in between.
fn pause() {
    std::thread::sleep(Duration::from_millis(1));
}
