//! The client: what is typed goes out, what comes in is shown.
//!
//! One thread waits for the keyboard, one for the server.
//!
//!     cargo run -p lesson-chat -- client --name ada

mod dial;
mod link;
mod screen;

use crate::PATIENCE;
pub use dial::Options;
use link::{Link, held};
use std::io::{self, ErrorKind, Write};
use std::net::Shutdown;
use std::process::ExitCode;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::mpsc;
use std::thread;

// ANCHOR: client
/// Chats until the person leaves; a failure if the server left instead.
pub fn chat(options: &Options) -> io::Result<ExitCode> {
    // Who cannot be reached at the first try is not tried again.
    let link = Link::to(options.clone())?;
    let (mut keyboard, screen) = screen::open();
    let piped = keyboard.is_pipe();
    let (done, ended) = mpsc::channel();
    let (theirs, shown) = (link.clone(), screen.clone());
    thread::spawn(move || {
        // Who has closed our output has seen enough, and that is no failure.
        let told = theirs.show_all(&shown);
        let closed = told.is_err_and(|e| e.kind() == ErrorKind::BrokenPipe);
        let lost = !theirs.leaving.load(SeqCst);
        // A terminal must be put back as it was, which the other thread does;
        // a pipe can be left at once.
        if lost && piped {
            std::process::exit(if closed { 0 } else { 1 });
        }
        let _ = done.send(());
    });
    while let Some(line) = keyboard.next_line()? {
        if ended.try_recv().is_ok() {
            return Ok(ExitCode::FAILURE);
        }
        let quits = line.trim() == "/quit";
        link.leaving.store(quits, SeqCst);
        let sent = match &*held(&link.stream) {
            Some(stream) => (&*stream).write_all((line + "\n").as_bytes()),
            None => Err(ErrorKind::NotConnected.into()),
        };
        if sent.is_err() {
            screen.show("* This was not sent: there is no connection")?;
        }
        if quits {
            break;
        }
    }
    link.leaving.store(true, SeqCst);
    // We have said all; the server says what is left, and ends its side too.
    if let Some(stream) = &*held(&link.stream) {
        let _ = stream.shutdown(Shutdown::Write);
    } else {
        return Ok(ExitCode::SUCCESS);
    }
    let _ = ended.recv_timeout(PATIENCE);
    Ok(ExitCode::SUCCESS)
}
// ANCHOR_END: client
