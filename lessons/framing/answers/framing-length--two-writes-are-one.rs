//! Wrong on purpose: it believes that header and body are written one
//! right after the other, so they stay together.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

/// The longest message that is answered.
const LIMIT: usize = 1_048_576;

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:0".into());
    let listener = TcpListener::bind(address)?;
    println!("listening on {}", listener.local_addr()?);
    for client in listener.incoming() {
        let _ = client.and_then(serve);
    }
    Ok(())
}

fn serve(client: TcpStream) -> io::Result<()> {
    let client = Arc::new(client);
    // All answers have left when the scope ends.
    thread::scope(|scope| {
        loop {
            let mut header = [0; 4];
            (&*client).read_exact(&mut header)?;
            let length = u32::from_be_bytes(header) as usize;
            if length > LIMIT {
                return Err(ErrorKind::InvalidData.into());
            }
            let mut body = vec![0; length];
            (&*client).read_exact(&mut body)?;
            let client = client.clone();
            let mut answer = move || {
                // The length is known; the body has yet to be turned round.
                (&*client).write_all(&header)?;
                body.reverse();
                (&*client).write_all(&body)
            };
            // A long answer takes its time, so it gets a thread of its own.
            match length {
                0..10_000 => answer()?,
                _ => drop(scope.spawn(answer)),
            }
        }
    })
}
