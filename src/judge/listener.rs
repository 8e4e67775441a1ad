//! Where programs that are clients connect to: a server that accepts, and a
//! port that refuses.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::time::{Duration, Instant};

use socket2::{Domain, Socket, Type};

use super::bench::{Bench, START};
use super::fault::{Fault, Stop};
use super::tcp::Tcp;

/// A socket that listens on a free port of 127.0.0.1.
#[derive(Debug)]
pub struct Listener {
    /// Where it listens.
    pub address: SocketAddr,
    listener: TcpListener,
}

/// A port that is taken, where nobody listens: connections are refused.
pub struct Closed {
    /// Its address.
    pub address: SocketAddr,
    _socket: Socket,
}

impl Closed {
    /// Binds to a free port.
    ///
    /// # Errors
    /// As bind(2).
    pub fn new() -> io::Result<Closed> {
        let (socket, address) = bound()?;
        Ok(Closed {
            address,
            _socket: socket,
        })
    }
}

impl Listener {
    /// Listens on a free port.
    ///
    /// # Errors
    /// As bind(2) and listen(2).
    pub fn new() -> io::Result<Listener> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        Ok(Listener { address, listener })
    }

    /// Waits until the program connects; `name` is our end of the connection.
    ///
    /// # Errors
    /// `Broken` if it does not connect in time, or ends before.
    pub fn accept(&self, bench: &mut Bench, name: &str) -> Result<Tcp, Stop> {
        let until = Instant::now() + START;
        loop {
            // Before the look at the queue: who ended has connected by now.
            let ended = bench.has_ended();
            match self.listener.accept() {
                Ok((stream, _)) => {
                    stream.set_nonblocking(false)?;
                    bench.did(format!("{name} accepts its connection"));
                    return Ok(Tcp::new(bench, name, stream)?);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error.into()),
            }
            if ended || Instant::now() >= until {
                let expected = format!("it connects to {}", self.address);
                let got = match ended {
                    true => "no connection: the program has ended",
                    false => "no connection",
                };
                return Fault::new(expected, got).stop();
            }
            bench
                .program()?
                .wait(Instant::now() + Duration::from_millis(2));
        }
    }
}

/// A stream socket that is bound to a free port of 127.0.0.1.
///
/// # Errors
/// As socket(2) and bind(2).
pub fn bound() -> io::Result<(Socket, SocketAddr)> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into())?;
    let address = socket.local_addr()?.as_socket();
    let address = address.ok_or(io::ErrorKind::AddrNotAvailable)?;
    Ok((socket, address))
}
