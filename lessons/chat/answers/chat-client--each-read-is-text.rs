//! Wrong on purpose: it believes that what a read returns can be turned into
//! text at once.

use std::io::{self, BufRead, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::exit;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// The longest line that is taken from a server, in bytes.
const LONGEST: usize = 64 * 1024;

/// Whether we have said all.
static LEAVING: AtomicBool = AtomicBool::new(false);

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:12345".into());
    let mut server = TcpStream::connect(address)?;
    server.set_nodelay(true)?;
    let theirs = server.try_clone()?;
    let showing = thread::spawn(move || {
        let end = show(theirs);
        // The other thread may wait for the keyboard, so this one ends all.
        if !LEAVING.load(Ordering::SeqCst) {
            println!("* The server is gone");
            exit(1);
        }
        end
    });
    for line in io::stdin().lock().split(b'\n') {
        let mut line = line?;
        line.push(b'\n');
        // The other thread sees the same end, and says so.
        let _ = server.write_all(&line);
    }
    LEAVING.store(true, Ordering::SeqCst);
    server.shutdown(Shutdown::Write)?;
    let _ = showing.join();
    Ok(())
}

/// Shows what the server says until it ends.
fn show(mut server: TcpStream) -> io::Result<()> {
    let mut buffer = vec![0; 4096];
    let mut text = String::new();
    loop {
        let length = server.read(&mut buffer)?;
        text += &String::from_utf8_lossy(&buffer[..length]);
        if length == 0 && !text.is_empty() {
            text.push('\n');
        } else if length == 0 {
            return Ok(());
        }
        if text.len() > LONGEST {
            return Err(ErrorKind::InvalidData.into());
        }
        while let Some((line, rest)) = text.split_once('\n') {
            writeln!(io::stdout(), "{}", kit::visible(line))?;
            text = rest.to_string();
        }
    }
}
