//! A solution of `stream-lines`.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

/// The longest line that is answered, without its newline.
const LIMIT: usize = 65_536;

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

fn serve(mut client: TcpStream) -> io::Result<()> {
    // One reader for the whole connection: it holds what came early.
    let mut reader = BufReader::new(client.try_clone()?);
    let mut line = Vec::new();
    loop {
        line.clear();
        let most = (LIMIT + 1) as u64;
        let read = reader.by_ref().take(most).read_until(b'\n', &mut line)?;
        if read == 0 {
            return Ok(());
        }
        if line.last() == Some(&b'\n') {
            line.pop();
        } else if line.len() > LIMIT {
            // There is no way to find the next line but to read on.
            return Ok(());
        }
        client.write_all(format!("{}\n", line.len()).as_bytes())?;
    }
}
