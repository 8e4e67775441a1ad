//! Servers and clients for the experiments, all on this machine.
//!
//! A guest is a plain connection that has said its name.
//!
//!     cargo run -p lesson-chat -- escape

pub mod crowd;
mod program;

use crate::full::{self, Limits};
pub use program::{at_a_terminal, run};
use std::io::{self, BufRead, BufReader, ErrorKind, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::Duration;

/// How long a call waits before it gives up.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// A connection, and what was read from it beyond the last line.
pub type Guest = BufReader<TcpStream>;

/// Starts the server of a step; it serves until the program ends.
pub fn start(
    serve: fn(TcpListener) -> io::Result<()>,
) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    thread::spawn(move || serve(listener));
    Ok(address)
}

/// Starts the full server; it serves until the sender is dropped.
pub fn start_full() -> io::Result<(SocketAddr, Sender<()>)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let limits = Limits {
        max_clients: 1000,
        name_within: 30,
        read_within: 10,
        quiet: true,
    };
    let (stop, stopped) = mpsc::channel();
    thread::spawn(move || full::serve(listener, limits, stopped));
    Ok((address, stop))
}

/// Connects, as a client of step 1 or 2 does.
pub fn connect(address: SocketAddr) -> io::Result<Guest> {
    let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    Ok(BufReader::new(stream))
}

/// Connects and says a name, from step 3 on.
pub fn enter(address: SocketAddr, name: &str) -> io::Result<Guest> {
    let mut guest = connect(address)?;
    greet(&mut guest, name)?;
    Ok(guest)
}

/// Says a name, and waits for the greeting: from here on it hears all.
pub fn greet(guest: &mut Guest, name: &str) -> io::Result<()> {
    say(guest, name)?;
    loop {
        let line = hear(guest)?;
        if line.starts_with(b"* Welcome") || line.starts_with(b"* The room") {
            return Ok(());
        }
    }
}

/// Sends a line.
pub fn say(guest: &Guest, line: &str) -> io::Result<()> {
    guest.get_ref().write_all(format!("{line}\n").as_bytes())
}

/// Waits for the next line, and returns it with its newline.
pub fn hear(guest: &mut Guest) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    match guest.read_until(b'\n', &mut line)? {
        0 => Err(ErrorKind::UnexpectedEof.into()),
        _ => Ok(line),
    }
}
