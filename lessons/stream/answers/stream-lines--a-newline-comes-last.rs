//! Wrong on purpose: it believes that when a newline is the last
//! thing it has read, it has read one line.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};

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
    let mut line = Vec::new();
    let mut buffer = [0; 64 * 1024];
    loop {
        let length = client.read(&mut buffer)?;
        line.extend_from_slice(&buffer[..length]);
        if line.ends_with(b"\n") {
            let answer = format!("{}\n", line.len() - 1);
            client.write_all(answer.as_bytes())?;
            line.clear();
        }
        if length == 0 {
            return Ok(());
        }
    }
}
