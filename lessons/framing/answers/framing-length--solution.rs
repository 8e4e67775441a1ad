//! A solution of `framing-length`.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};

/// The longest message that is answered.
const LIMIT: usize = 1_048_576;

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

/// Answers messages until the client ends its side. An end in the middle of
/// a message is the error UnexpectedEof.
fn serve(mut client: TcpStream) -> io::Result<()> {
    loop {
        let mut header = [0; 4];
        client.read_exact(&mut header)?;
        let length = u32::from_be_bytes(header) as usize;
        // Before a single byte is reserved.
        if length > LIMIT {
            return Err(ErrorKind::InvalidData.into());
        }
        let mut body = vec![0; length];
        client.read_exact(&mut body)?;
        body.reverse();
        // One message, one write.
        client.write_all(&[&header[..], &body].concat())?;
    }
}
