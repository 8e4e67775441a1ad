//! Exercise: a client that asks over UDP until it is answered, or gives up.
//!
//!     cargo run -- check udp-ask
//!
//! It takes the address of the server as its only argument, and questions as
//! lines on standard input. A datagram is a number, a space, and a text.

use std::io;
use std::net::UdpSocket;

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:4000".into());
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    // TODO: let nobody but the server be heard.
    for question in io::stdin().lines() {
        let question = question?;
        let own = socket.local_addr()?;
        eprintln!("{own} does not ask {address} yet: {question}");
        // TODO: send the question with a number, and wait 100 ms for the
        // answer with that number; whatever else comes is ignored.
        // TODO: ask again if none comes; after five tries in all, fail.
        // TODO: print the answer.
    }
    Ok(())
}
