//! Wrong on purpose: it believes that it and the server take turns.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{Shutdown, TcpStream};

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:12345".into());
    let mut server = TcpStream::connect(address)?;
    let mut lines = BufReader::new(server.try_clone()?).lines();
    for line in io::stdin().lock().lines() {
        server.write_all((line? + "\n").as_bytes())?;
        if let Some(answer) = lines.next() {
            println!("{}", kit::visible(&answer?));
        }
    }
    server.shutdown(Shutdown::Write)?;
    for line in lines {
        println!("{}", kit::visible(&line?));
    }
    Ok(())
}
