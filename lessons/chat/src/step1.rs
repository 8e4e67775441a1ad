//! Step 1: one to one, one thread to send and one to receive.
//!
//! Raw bytes, no lines: what one side sends is what the other prints.
//!
//!     cargo run -p lesson-chat -- step1 server

use colored::{Color, Colorize};
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;

/// One of the two programs of a step.
#[derive(Clone, Copy, PartialEq, clap::ValueEnum)]
pub enum Side {
    Server,
    Client,
}

// ANCHOR: step1
/// Talks with the first client that comes, and with no other.
pub fn serve(listener: TcpListener) -> io::Result<()> {
    let (client, from) = listener.accept()?;
    let _ = writeln!(io::stdout(), "connected with {from}");
    talk(client, "client", Color::Green)
}

/// Talks with a server; also with those of the next three steps.
pub fn client(address: &str) -> io::Result<()> {
    talk(TcpStream::connect(address)?, "server", Color::Blue)
}

/// Two threads, because each waits: one for the peer, one for the keyboard.
fn talk(peer: TcpStream, name: &'static str, color: Color) -> io::Result<()> {
    let from_peer = peer.try_clone()?;
    let receiver = thread::spawn(move || {
        let end = receive(from_peer, |text| {
            // The end of a message is wherever this read ended.
            let text = kit::visible(text.trim_end());
            let line = format!("{name}: {text}").color(color);
            let _ = writeln!(io::stdout(), "{line}");
        });
        let _ = writeln!(io::stdout(), "the {name} is gone; Enter to leave");
        end
    });
    for line in io::stdin().lines() {
        if receiver.is_finished() {
            break;
        }
        // No newline is sent: the peer takes each read for a message.
        (&peer).write_all(line?.as_bytes())?;
    }
    let _ = peer.shutdown(Shutdown::Write);
    receiver.join().unwrap_or(Ok(()))
}

/// Takes each read for a message, which it is not.
///
/// At the end of the stream a read returns 0 bytes, at once and each time.
/// A loop that does not look for that spins: see the experiment `end`.
pub fn receive(
    mut peer: TcpStream,
    mut show: impl FnMut(&str),
) -> io::Result<()> {
    let mut buffer = [0; 1024];
    while let length @ 1.. = peer.read(&mut buffer)? {
        show(&String::from_utf8_lossy(&buffer[..length]));
    }
    Ok(())
}
// ANCHOR_END: step1
