//! A peer that speaks UDP.

use std::cell::Cell;
use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use super::bench::{Bench, Log, Patience, REPLY, TICK, is_timeout};
use super::bytes::shown;
use super::fault::{Fault, Stop};

/// The largest datagram that IPv4 can carry, and one byte more, to see more.
const LARGEST: usize = 65_508;

/// A socket that exchanges datagrams with the program.
#[derive(Debug)]
pub struct Udp {
    /// Its name in the log: `client 1`.
    pub name: String,
    /// The socket itself, for what is not offered here.
    pub socket: UdpSocket,
    log: Log,
    /// When nothing had come.
    empty: Cell<Instant>,
}

/// What a wait for a datagram brought.
#[derive(Clone, Debug, PartialEq)]
pub enum Datagram {
    /// One came: its bytes and its sender.
    Came(Vec<u8>, SocketAddr),
    /// None came in time.
    Silence,
    /// The kernel reported this error instead.
    Error(String),
    /// None came, and the program has ended.
    ProgramEnded,
}

impl Udp {
    /// A socket on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// As bind(2).
    pub fn new(bench: &Bench, name: &str) -> Result<Udp, Stop> {
        let socket = UdpSocket::bind("127.0.0.1:0")?;
        Ok(Udp {
            name: name.into(),
            socket,
            log: bench.log(),
            empty: Cell::new(Instant::now()),
        })
    }

    /// Its address.
    ///
    /// # Errors
    /// As getsockname(2).
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// A time at which nothing had come that has not been heard: what was heard
    /// last came later, however late it was heard.
    pub fn nothing_at(&self) -> Instant {
        self.empty.get()
    }

    /// The next datagram that has come already, if one has.
    ///
    /// # Errors
    /// As fcntl(2).
    pub fn at_once(&self) -> io::Result<Option<(Vec<u8>, SocketAddr)>> {
        let mut buffer = vec![0; LARGEST];
        self.socket.set_nonblocking(true)?;
        let came = self.socket.recv_from(&mut buffer);
        self.socket.set_nonblocking(false)?;
        Ok(came
            .ok()
            .map(|(length, from)| (buffer[..length].to_vec(), from)))
    }

    /// Notes something that this peer does.
    pub fn did(&self, what: impl AsRef<str>) {
        self.log.did(format!("{} {}", self.name, what.as_ref()));
    }

    /// Sends one datagram.
    ///
    /// # Errors
    /// `Trouble` if the kernel does not take it.
    pub fn sends(&self, bytes: &[u8], to: SocketAddr) -> Result<(), Stop> {
        self.did(format!("sends {}", shown(bytes)));
        match self.socket.send_to(bytes, to) {
            Ok(_) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Waits for one datagram, for the usual time, or until the program ends.
    ///
    /// # Errors
    /// `Trouble` if the socket takes no timeout.
    pub fn hears(&self, bench: &mut Bench) -> Result<Datagram, Stop> {
        self.hears_within(bench, REPLY)
    }

    /// Waits for one datagram, this long, or until the program ends.
    ///
    /// # Errors
    /// As [`Udp::hears`].
    pub fn hears_within(&self, bench: &mut Bench, time: Duration) -> Result<Datagram, Stop> {
        let patience = Patience::new(time, bench.threads());
        let mut buffer = vec![0; LARGEST];
        loop {
            let (ended, over) = (bench.has_ended(), patience.is_over());
            let now = Instant::now();
            self.socket.set_read_timeout(Some(TICK))?;
            match self.socket.recv_from(&mut buffer) {
                Ok((length, from)) => {
                    return Ok(Datagram::Came(buffer[..length].to_vec(), from));
                }
                // What it sent before it ended has come by now.
                Err(error) if is_timeout(&error) && ended => return Ok(Datagram::ProgramEnded),
                Err(error) if is_timeout(&error) && over => return Ok(Datagram::Silence),
                Err(error) if is_timeout(&error) => self.empty.set(now),
                Err(error) => return Ok(Datagram::Error(kit::describe_error(&error))),
            }
        }
    }
}

impl Datagram {
    /// What came, in words.
    pub fn words(&self) -> String {
        match self {
            Datagram::Came(bytes, _) if bytes.is_empty() => "a datagram of 0 bytes".into(),
            Datagram::Came(bytes, _) => shown(bytes),
            Datagram::Silence => "nothing".into(),
            Datagram::Error(why) => why.clone(),
            Datagram::ProgramEnded => "nothing: the program has ended".into(),
        }
    }

    /// The rule is kept if exactly these bytes came, from wherever.
    ///
    /// # Errors
    /// The fault, whose belief the caller may name.
    pub fn carries(&self, who: &str, expected: &[u8]) -> Result<(), Fault> {
        match self {
            Datagram::Came(_, from) => self.is(who, expected, *from),
            _ => self.is(who, expected, SocketAddr::from(([0; 4], 0))),
        }
    }

    /// The rule is kept if exactly these bytes came from there.
    ///
    /// # Errors
    /// The fault, whose belief the caller may name.
    pub fn is(&self, who: &str, expected: &[u8], from: SocketAddr) -> Result<(), Fault> {
        let wish = match expected.len() {
            0 => format!("{who} gets a datagram of 0 bytes"),
            _ => format!("{who} gets {}", shown(expected)),
        };
        match self {
            Datagram::Came(bytes, sender) if bytes == expected && *sender == from => Ok(()),
            Datagram::Came(bytes, sender) if bytes == expected => Err(Fault::new(
                format!("{wish} from {from}, where it was sent to"),
                format!("them from another socket, {sender}"),
            )),
            other => Err(Fault::new(wish, other.words())),
        }
    }
}
