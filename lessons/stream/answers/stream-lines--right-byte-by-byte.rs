//! Right, if slow: it reads one byte at a time, and answers a little late.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:0".into());
    let listener = TcpListener::bind(address)?;
    println!("listening on {}", listener.local_addr()?);
    for client in listener.incoming() {
        thread::sleep(Duration::from_millis(10));
        let _ = client.and_then(serve);
    }
    Ok(())
}

fn serve(mut client: TcpStream) -> io::Result<()> {
    let mut length = 0;
    let mut byte = [0];
    while client.read(&mut byte)? == 1 {
        if byte == *b"\n" {
            // In two writes: the answer is a stream, too.
            client.write_all(length.to_string().as_bytes())?;
            client.write_all(b"\n")?;
            length = 0;
        } else {
            length += 1;
        }
        if length > 65_536 {
            return Ok(());
        }
    }
    match length {
        0 => Ok(()),
        _ => client.write_all(format!("{length}\n").as_bytes()),
    }
}
