//! Wrong on purpose: it believes that a panic ends its own thread and harms no
//! other.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Mutex;
use std::thread;

/// The last line of anybody.
static LAST: Mutex<String> = Mutex::new(String::new());

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:0".into());
    let listener = TcpListener::bind(address)?;
    println!("listening on {}", listener.local_addr()?);
    for stream in listener.incoming().flatten() {
        thread::spawn(move || serve(&stream));
    }
    Ok(())
}

fn serve(stream: &TcpStream) -> io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 {
        line.make_ascii_uppercase();
        {
            let mut last = LAST.lock().expect("nobody panics with the lock");
            *last = String::from_utf8(line.clone()).expect("a line is text");
        }
        (&*stream).write_all(&line)?;
        line.clear();
    }
    Ok(())
}
