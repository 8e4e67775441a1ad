//! Wrong on purpose: it believes that what one read returns is one line.

use std::io::{self, BufRead, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::exit;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

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
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let length = server.read(&mut buffer)?;
        if length == 0 {
            return Ok(());
        }
        let text = String::from_utf8_lossy(&buffer[..length]);
        for line in text.lines() {
            writeln!(io::stdout(), "{}", kit::visible(line))?;
        }
    }
}
