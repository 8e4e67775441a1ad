//! Wrong on purpose: it believes that what arrives is text.

use std::io::{self, BufRead, BufReader, Write};
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
    let mut reader = BufReader::new(client.try_clone()?);
    let mut line = String::new();
    // read_line fails on what is no UTF-8.
    while reader.read_line(&mut line)? > 0 {
        let text = line.strip_suffix('\n').unwrap_or(&line);
        client.write_all(format!("{}\n", text.len()).as_bytes())?;
        line.clear();
    }
    Ok(())
}
