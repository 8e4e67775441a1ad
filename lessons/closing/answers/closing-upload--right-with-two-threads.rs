//! Right, if odd: one thread sends, a little late, while another already
//! waits for the answer on a second handle of the socket.

use std::io::{self, BufRead, BufReader, ErrorKind, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;
use std::{fs, thread};

fn main() -> io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(address), Some(file)) = (arguments.next(), arguments.next())
    else {
        return Err(io::Error::other("it takes an address and a file"));
    };
    let server = TcpStream::connect(address)?;
    let handle = server.try_clone()?;
    let sending = thread::spawn(move || send(handle, &fs::read(file)?));
    let mut line = String::new();
    let mut reader = BufReader::new(server);
    reader.read_line(&mut line)?;
    sending.join().unwrap_or(Ok(()))?;
    if !line.ends_with('\n') {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    println!("{}", line.trim_end());
    Ok(())
}

fn send(mut server: TcpStream, file: &[u8]) -> io::Result<()> {
    thread::sleep(Duration::from_millis(20));
    for piece in file.chunks(3000) {
        server.write_all(piece)?;
    }
    thread::sleep(Duration::from_millis(20));
    server.shutdown(Shutdown::Write)
}
