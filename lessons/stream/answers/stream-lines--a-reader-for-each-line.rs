//! Wrong on purpose: it believes that what it has not asked for is
//! still in the socket.

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
    loop {
        let line = read_line(&client)?;
        if line.is_empty() {
            return Ok(());
        }
        let line = line.strip_suffix(b"\n").unwrap_or(&line);
        client.write_all(format!("{}\n", line.len()).as_bytes())?;
    }
}

fn read_line(client: &TcpStream) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    BufReader::new(client).read_until(b'\n', &mut line)?;
    Ok(line)
}
