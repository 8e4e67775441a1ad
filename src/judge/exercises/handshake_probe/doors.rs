//! Addresses to knock at: one that is silent, and one that answers when it is
//! asked again.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use socket2::Socket;

use crate::judge::Ruling;
use crate::judge::fault::{Fault, Stop};
use crate::judge::listener::bound;

/// How often to look whether a SYN was dropped.
const LOOK: Duration = Duration::from_millis(1);
/// How long after a SYN there has to be room for the next, which comes after a
/// second: RFC 6298, section 2.
const SOON: Duration = Duration::from_millis(500);

/// An address that drops every SYN: its backlog is full, listen(2).
pub struct Silent {
    pub address: SocketAddr,
    socket: Socket,
    fillers: Vec<TcpStream>,
}

/// What has come to an address.
enum Asked {
    /// No SYN.
    Never,
    /// One was dropped, and after at most so long there was room.
    Once(Duration),
}

/// An address that begins to answer once it was asked: a thread waits for the
/// first SYN to be dropped, and makes room for the second.
pub struct Opens {
    pub address: SocketAddr,
    over: Arc<AtomicBool>,
    asked: Option<JoinHandle<io::Result<Asked>>>,
}

impl Silent {
    /// Listens on a free port, and fills the backlog.
    pub fn new() -> io::Result<Silent> {
        let (socket, address) = bound()?;
        socket.listen(0)?;
        let mut fillers = Vec::new();
        // On loopback a handshake is over before connect returns, so the first
        // connection that finds no room has seen a full backlog.
        for _ in 0..20 {
            match TcpStream::connect_timeout(&address, Duration::from_millis(30)) {
                Ok(filler) => fillers.push(filler),
                // Only a dropped SYN says that it is full; this machine may be busy.
                Err(_) if wire::diag::drops(&socket).is_ok_and(|dropped| dropped == 0) => {}
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
            let mut none_before = Instant::now();
            loop {
                // Before the look at the count: it is final then.
                let (last, now) = (stop.load(Ordering::Acquire), Instant::now());
                if wire::diag::drops(&self.socket)? != before {
                    break;
                }
                if last {
                    return Ok(Asked::Never);
                }
                none_before = now;
                thread::sleep(LOOK);
            }
            for _ in &self.fillers {
                self.socket.accept()?;
            }
            let after = none_before.elapsed();
            // It listens until nobody asks it any more.
            while !stop.load(Ordering::Acquire) {
                thread::sleep(LOOK);
            }
            Ok(Asked::Once(after))
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
    ///
    /// # Errors
    /// `Busy` if there was no room in time for the next one.
    pub fn was_asked(mut self) -> Result<bool, Stop> {
        self.over.store(true, Ordering::Release);
        let gone = || Stop::Trouble("the thread that listens has ended".into());
        let asked = self.asked.take().ok_or_else(gone)?;
        match asked.join().map_err(|_| gone())?? {
            Asked::Never => Ok(false),
            Asked::Once(after) if after < SOON => Ok(true),
            Asked::Once(_) => {
                let words = "this machine is too busy to answer the second SYN";
                Err(Stop::Busy(words.into()))
            }
        }
    }
}

/// The rule is kept if the address was asked.
pub fn is_kept(asked: bool, address: SocketAddr) -> Ruling {
    match asked {
        true => Ok(()),
        false => Fault::new(format!("a SYN comes to {address}"), "none came").stop(),
    }
}

impl Drop for Opens {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Release);
    }
}
