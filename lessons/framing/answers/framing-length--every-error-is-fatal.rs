//! Wrong on purpose: it believes that a call which fails on a
//! connection is something wrong with the server.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};

/// The longest message that is answered.
const LIMIT: usize = 1_048_576;

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:0".into());
    let listener = TcpListener::bind(address)?;
    println!("listening on {}", listener.local_addr()?);
    for client in listener.incoming() {
        serve(client?)?;
    }
    Ok(())
}

fn serve(mut client: TcpStream) -> io::Result<()> {
    loop {
        let mut header = [0; 4];
        if let Err(error) = client.read_exact(&mut header) {
            let ended = error.kind() == ErrorKind::UnexpectedEof;
            return if ended { Ok(()) } else { Err(error) };
        }
        let length = u32::from_be_bytes(header) as usize;
        if length > LIMIT {
            return Ok(());
        }
        let mut body = vec![0; length];
        client.read_exact(&mut body)?;
        body.reverse();
        client.write_all(&[&header[..], &body].concat())?;
    }
}
