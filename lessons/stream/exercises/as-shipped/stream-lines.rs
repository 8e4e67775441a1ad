//! Exercise: a server that answers each line with the number of its bytes.
//!
//!     cargo run -- check stream-lines
//!
//! It takes the address to bind as its only argument, such as 127.0.0.1:0,
//! prints `listening on ADDR` with the address it really got, and serves one
//! client after the other until it is killed.

use std::io;
use std::net::{TcpListener, TcpStream};

/// The longest line that is answered, without its newline.
const LIMIT: usize = 65_536;

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:0".into());
    let listener = TcpListener::bind(address)?;
    println!("listening on {}", listener.local_addr()?);
    for client in listener.incoming() {
        // A client that broke off is no reason to stop serving the others.
        let _ = client.and_then(serve);
    }
    Ok(())
}

fn serve(_client: TcpStream) -> io::Result<()> {
    // TODO: read a line, whole and alone, of at most LIMIT bytes.
    // TODO: answer it with its length and a newline: "5\n" for "hello\n".
    // TODO: go on until the client ends its side; a last line counts, too.
    let _longest = LIMIT;
    Ok(())
}
