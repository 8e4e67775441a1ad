//! Wrong on purpose: it believes that one read returns one message.

use std::io::{self, Read, Write};
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
    let mut buffer = vec![0; 2 * LIMIT];
    loop {
        let got = client.read(&mut buffer)?;
        let Some((header, rest)) = buffer[..got].split_first_chunk() else {
            return Ok(());
        };
        let length = u32::from_be_bytes(*header) as usize;
        if length > LIMIT {
            return Ok(());
        }
        let mut body = rest[..length.min(rest.len())].to_vec();
        body.reverse();
        client.write_all(&[&header[..], &body].concat())?;
    }
}
