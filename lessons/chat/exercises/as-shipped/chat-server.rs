//! Exercise: a chat for many, some of whom are slow, silent, rude or gone.
//!
//!     cargo run -- check chat-server
//!
//! It takes the address to bind as its only argument, such as 127.0.0.1:0,
//! prints `listening on ADDR` with the address it really got, and serves
//! until SIGTERM or SIGINT tells it to end.

use std::io::{self, Write};
use std::net::{TcpListener, TcpStream};

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:0".into());
    let listener = TcpListener::bind(address)?;
    println!("listening on {}", listener.local_addr()?);
    for client in listener.incoming() {
        // TODO: many at once, and an error of accept is not the end.
        let _ = chat(client?);
    }
    // TODO: when it is told to end, tell everybody, send what is queued, end.
    Ok(())
}

/// Serves one client until it leaves.
fn chat(mut client: TcpStream) -> io::Result<()> {
    client.write_all(b"* Your name? 1 to 16 letters and digits\n")?;
    // TODO: read the name, which may be bad or taken, or may never come.
    // TODO: let the client in: it is told who is there, the others of it.
    // TODO: read its lines, make each harmless, and send it to all others,
    // without waiting for any of them.
    // TODO: tell the others when it has left, in whatever way it did.
    Ok(())
}
