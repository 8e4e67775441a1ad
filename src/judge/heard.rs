//! What comes over a connection, and why no more of it was read.

use std::io::{self, Read};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::bench::is_timeout;
use super::bytes::shown;
use super::fault::Fault;

/// How long all of an answer may take, from a program that goes on sending.
pub const WHOLE: Duration = Duration::from_secs(20);
/// The most that is kept of an answer that has no end.
const MOST: usize = 64 << 20;

/// What a read brought, and why it stopped.
#[derive(Clone, Debug, PartialEq)]
pub struct Heard {
    /// The bytes, in order.
    pub bytes: Vec<u8>,
    /// Why no more were read.
    pub then: Then,
}

/// Why a read stopped.
#[derive(Clone, Debug, PartialEq)]
pub enum Then {
    /// As much has come as was asked for.
    Enough,
    /// The program ended its side.
    End,
    /// Nothing more came in time.
    Silence,
    /// The connection broke, for this reason.
    Broken(String),
}

impl Heard {
    /// Whether the connection is over, by an end or by an error.
    pub fn is_over(&self) -> bool {
        matches!(self.then, Then::End | Then::Broken(_))
    }

    /// What came, for a rule in which a reset and an end are one: which of the
    /// two comes from a program that stops early is a matter of timing.
    pub fn plainly(self) -> Heard {
        let then = match self.then {
            Then::Broken(_) => Then::End,
            other => other,
        };
        Heard { then, ..self }
    }

    /// What came, in words.
    pub fn words(&self) -> String {
        let came = match self.bytes.len() {
            0 => "nothing".into(),
            _ => shown(&self.bytes),
        };
        match (&self.then, self.bytes.len()) {
            (Then::Enough, _) => came,
            (_, 0) => self.ending().into(),
            _ => format!("{came}, then {}", self.ending()),
        }
    }

    /// Why no more was read, in words.
    pub fn ending(&self) -> &str {
        match &self.then {
            Then::Enough => "more of it",
            Then::End => "the end of the connection",
            Then::Silence => "silence",
            Then::Broken(why) => why,
        }
    }

    /// The rule is kept if exactly these bytes came; else a fault that says so.
    ///
    /// # Errors
    /// The fault, whose belief the caller may name.
    pub fn is(&self, who: &str, expected: &[u8]) -> Result<(), Fault> {
        match self.bytes == expected {
            true => Ok(()),
            false => Err(Fault::new(
                format!("{who} gets {}", shown(expected)),
                self.words(),
            )),
        }
    }
}

/// Reads until `enough`, at most `length` bytes, waiting `patience` for each read.
///
/// A program that sends without end is left after some time, or megabytes.
pub fn reads(
    stream: &mut TcpStream,
    length: usize,
    patience: Duration,
    mut enough: impl FnMut(&[u8]) -> bool,
) -> Heard {
    let mut bytes = Vec::new();
    let length = length.min(MOST);
    let until = Instant::now() + WHOLE;
    let mut buffer = vec![0; length.min(64 * 1024)];
    let mut then = Then::Enough;
    // A timeout of zero would mean none: setsockopt(2), SO_RCVTIMEO.
    let patience = patience.max(Duration::from_millis(1));
    if let Err(error) = stream.set_read_timeout(Some(patience)) {
        then = Then::Broken(kit::describe_error(&error));
    }
    while then == Then::Enough && bytes.len() < length {
        let room = buffer.len().min(length - bytes.len());
        match stream.read(&mut buffer[..room]) {
            Ok(0) => then = Then::End,
            Ok(got) => bytes.extend_from_slice(&buffer[..got]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if is_timeout(&error) => then = Then::Silence,
            Err(error) => then = Then::Broken(kit::describe_error(&error)),
        }
        if then == Then::Enough && (enough(&bytes) || Instant::now() >= until) {
            break;
        }
    }
    Heard { bytes, then }
}
