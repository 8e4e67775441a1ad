//! Wrong on purpose: it believes that without a connection there is nothing
//! to print, and so nothing to do.

use std::io::{self, Write};
use std::net::TcpStream;

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:4000".into());
    if let Ok(mut stream) = TcpStream::connect(address) {
        stream.write_all(b"get\n")?;
        io::copy(&mut stream, &mut io::stdout())?;
    }
    Ok(())
}
