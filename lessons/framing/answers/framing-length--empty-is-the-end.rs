//! Wrong on purpose: it believes that length 0 means that the peer has
//! closed.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};

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

fn serve(mut client: TcpStream) -> io::Result<()> {
    loop {
        let mut header = [0; 4];
        client.read_exact(&mut header)?;
        let length = u32::from_be_bytes(header) as usize;
        if length == 0 {
            return Ok(());
        }
        if length > LIMIT {
            return Err(ErrorKind::InvalidData.into());
        }
        let mut body = vec![0; length];
        client.read_exact(&mut body)?;
        body.reverse();
        client.write_all(&[&header[..], &body].concat())?;
    }
}
