//! Addresses to knock at: one that refuses, one that is silent, and one that
//! answers when it is asked again.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use socket2::{Domain, Socket, Type};

use crate::judge::Ruling;
use crate::judge::fault::{Fault, Stop};

/// How often to look whether a SYN was dropped.
const LOOK: Duration = Duration::from_millis(1);

/// A port that is taken, where nobody listens: connections are refused.
pub struct Closed {
    pub address: SocketAddr,
    _socket: Socket,
}

impl Closed {
    /// Binds to a free port.
    pub fn new() -> io::Result<Closed> {
        let (socket, address) = bound()?;
        Ok(Closed {
            address,
            _socket: socket,
        })
    }
}

/// An address that drops every SYN: its backlog is full, listen(2).
pub struct Silent {
    pub address: SocketAddr,
    socket: Socket,
    fillers: Vec<TcpStream>,
}

/// An address that begins to answer once it was asked: a thread waits for the
/// first SYN to be dropped, and makes room for the second.
pub struct Opens {
    pub address: SocketAddr,
    over: Arc<AtomicBool>,
    asked: Option<JoinHandle<io::Result<bool>>>,
}

impl Silent {
    /// Listens on a free port, and fills the backlog.
    pub fn new() -> io::Result<Silent> {
        let (socket, address) = bound()?;
        socket.listen(0)?;
        let mut fillers = Vec::new();
        // On loopback a handshake is over before connect returns, so the first
        // connection that finds no room has seen a full backlog.
        while fillers.len() < 8 {
            match TcpStream::connect_timeout(&address, Duration::from_millis(30)) {
                Ok(filler) => fillers.push(filler),
                Err(_) => break,
            }
        }
        Ok(Silent {
            address,
            socket,
            fillers,
        })
    }

    /// Makes room in the backlog when a SYN has been dropped, however long
    /// the program takes to send it. The next one comes a second later.
    pub fn opens_when_asked(self) -> Result<Opens, Stop> {
        let before = wire::diag::drops(&self.socket).map_err(|error| {
            let why = kit::describe_error(&error);
            Stop::Trouble(format!("this system does not count dropped SYNs: {why}"))
        })?;
        let address = self.address;
        let over = Arc::new(AtomicBool::new(false));
        let stop = over.clone();
        let asked = thread::Builder::new().spawn(move || {
            loop {
                // Before the look at the count: it is final then.
                let last = stop.load(Ordering::Acquire);
                if wire::diag::drops(&self.socket)? != before {
                    break;
                }
                if last {
                    return Ok(false);
                }
                thread::sleep(LOOK);
            }
            for _ in &self.fillers {
                self.socket.accept()?;
            }
            // It listens until nobody asks it any more.
            while !stop.load(Ordering::Acquire) {
                thread::sleep(LOOK);
            }
            Ok(true)
        })?;
        Ok(Opens {
            address,
            over,
            asked: Some(asked),
        })
    }
}

impl Opens {
    /// Whether a SYN has been dropped: else nothing was tried, whatever the
    /// program has printed.
    pub fn was_asked(mut self) -> Ruling {
        self.over.store(true, Ordering::Release);
        let gone = || Stop::Trouble("the thread that listens has ended".into());
        let asked = self.asked.take().ok_or_else(gone)?;
        match asked.join().map_err(|_| gone())?? {
            true => Ok(()),
            false => {
                let expected = format!("a SYN comes to {}", self.address);
                Fault::new(expected, "none came").stop()
            }
        }
    }
}

impl Drop for Opens {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Release);
    }
}

fn bound() -> io::Result<(Socket, SocketAddr)> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into())?;
    let address = socket.local_addr()?.as_socket();
    let address = address.ok_or(io::ErrorKind::AddrNotAvailable)?;
    Ok((socket, address))
}
