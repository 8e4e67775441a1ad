//! Wrong on purpose: it believes that the server has made the text harmless.

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::exit;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// The longest line that is taken from a server, in bytes.
const LONGEST: u64 = 64 * 1024;

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
fn show(server: TcpStream) -> io::Result<()> {
    let mut lines = BufReader::new(server);
    loop {
        let mut line = Vec::new();
        lines.by_ref().take(LONGEST).read_until(b'\n', &mut line)?;
        if line.is_empty() {
            return Ok(());
        }
        if line.len() as u64 == LONGEST {
            return Err(ErrorKind::InvalidData.into());
        }
        let text = line.strip_suffix(b"\n").unwrap_or(&line);
        let text = String::from_utf8_lossy(text);
        writeln!(io::stdout(), "{text}")?;
    }
}
