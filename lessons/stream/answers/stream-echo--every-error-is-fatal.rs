//! Wrong on purpose: it believes that a call which fails on a connection is
//! something wrong with the server.

use std::io::{self, Read, Write};
use std::net::TcpListener;

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:0".into());
    let listener = TcpListener::bind(address)?;
    println!("listening on {}", listener.local_addr()?);
    let mut buffer = [0; 64 * 1024];
    loop {
        let (mut client, _) = listener.accept()?;
        loop {
            let length = client.read(&mut buffer)?;
            if length == 0 {
                break;
            }
            client.write_all(&buffer[..length])?;
        }
    }
}
