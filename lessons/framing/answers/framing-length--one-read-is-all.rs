//! Wrong on purpose: it believes that one read gets all that the client
//! has to say.

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
    let mut buffer = vec![0; LIMIT + 4];
    let got = client.read(&mut buffer)?;
    let (header, body) = buffer[..got].split_at_mut(4.min(got));
    body.reverse();
    client.write_all(&[header, body].concat())
}
