//! Exercise: a client for the chat.
//!
//!     cargo run -- check chat-client
//!
//! It takes the address of the server as its only argument. What is typed
//! goes to the server, what the server says is shown, until one of them ends.

use std::io;
use std::net::TcpStream;

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:12345".into());
    let server = TcpStream::connect(address)?;
    // TODO: show each line of the server at once, also while nobody types;
    // make it harmless before, and count its bytes.
    // TODO: send each line of standard input, while lines come in.
    // TODO: at the end of the input end our side, show what still comes, and
    // end with status 0.
    // TODO: when the server ends first say so, and end with status 1.
    drop(server);
    Ok(())
}
