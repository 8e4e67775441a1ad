//! Wrong on purpose: it believes that what cuts lines for it takes off the
//! newline and nothing else.

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
    let reader = BufReader::new(client.try_clone()?);
    for line in reader.lines() {
        let line = line?;
        client.write_all(format!("{}\n", line.len()).as_bytes())?;
    }
    Ok(())
}
