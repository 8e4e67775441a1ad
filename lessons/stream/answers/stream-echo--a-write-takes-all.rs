//! Wrong on purpose: it believes that a write takes everything that it is
//! given.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:0".into());
    let listener = TcpListener::bind(address)?;
    println!("listening on {}", listener.local_addr()?);
    for client in listener.incoming() {
        let _ = client.and_then(echo);
    }
    Ok(())
}

fn echo(mut client: TcpStream) -> io::Result<()> {
    client.set_nonblocking(true)?;
    let mut buffer = vec![0; 1024 * 1024];
    loop {
        match again(|| client.read(&mut buffer))? {
            0 => return Ok(()),
            length => again(|| client.write(&buffer[..length]))?,
        };
    }
}

/// Tries until there is something to read, or room to write.
fn again(mut call: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
    loop {
        match call() {
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            done => return done,
        }
        thread::sleep(Duration::from_millis(1));
    }
}
