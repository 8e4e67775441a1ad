//! A solution of `stream-echo`.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:0".into());
    let listener = TcpListener::bind(address)?;
    println!("listening on {}", listener.local_addr()?);
    for client in listener.incoming() {
        // A client that broke off is no reason to stop serving the others.
        let _ = client.and_then(echo);
    }
    Ok(())
}

/// Sends back every byte until the client ends its side. The connection is
/// closed when `client` goes out of scope.
fn echo(mut client: TcpStream) -> io::Result<()> {
    let mut buffer = [0; 64 * 1024];
    loop {
        let length = client.read(&mut buffer)?;
        if length == 0 {
            return Ok(());
        }
        client.write_all(&buffer[..length])?;
    }
}
