//! What the servers of this lesson do for one client.

use crate::PATIENCE;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

// ANCHOR: capitals
/// Sends everything back in capitals, until the client has left.
///
/// The read has no timeout: a silent client keeps its thread for ever.
pub fn serve(mut client: TcpStream) {
    let mut buffer = [0; 100];
    while let Ok(length @ 1..) = client.read(&mut buffer) {
        buffer.make_ascii_uppercase();
        if client.write_all(&buffer[..length]).is_err() {
            return;
        }
    }
}

/// A connection whose other end is served so by a thread of its own.
pub fn repeating_peer() -> io::Result<TcpStream> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let (peer, _) = listener.accept()?;
    thread::spawn(|| serve(peer));
    Ok(stream)
}
// ANCHOR_END: capitals
