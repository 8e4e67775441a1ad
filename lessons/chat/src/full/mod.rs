//! The server of the full chat, and how it stops.
//!
//! One thread accepts, one reads each client, and one, the hub, does the rest.
//!
//!     cargo run -p lesson-chat -- server

mod door;
mod flush;
mod hub;
mod limits;
mod member;
mod people;
mod reader;
mod room;
mod round;
mod say;

use hub::{Event, Hub};
pub use limits::Limits;
use socket2::SockRef;
use std::io;
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

// ANCHOR: serve
/// Serves until `stop` gets a message, and returns when all have been told.
pub fn serve(
    listener: TcpListener,
    limits: Limits,
    stop: Receiver<()>,
) -> io::Result<()> {
    let address = listener.local_addr()?;
    // The standard library lets 128 wait to be accepted, and of a crowd the
    // others would try again after a second; listen(2) may be called again.
    SockRef::from(&listener).listen(1024)?;
    // Bounded: who floods the room makes their own reading thread wait.
    let (events, inbox) = mpsc::sync_channel(1024);
    let stopping = Arc::new(AtomicBool::new(false));
    let (sender, stopped) = (events.clone(), stopping.clone());
    let door = thread::spawn(move || {
        door::accept(&listener, &limits, &sender, &stopped)
    });
    thread::spawn(move || {
        let _ = stop.recv();
        stopping.store(true, SeqCst);
        // accept waits for a client, so we are the last one that it gets.
        // Without a descriptor for that it waits on, but accepts nobody.
        let wait = Duration::from_secs(1);
        if TcpStream::connect_timeout(&address, wait).is_ok() {
            let _ = door.join(); // The listener is closed, its port is free.
        }
        let _ = events.send(Event::Stop);
    });
    Hub::new(limits).run(&inbox);
    Ok(())
}
// ANCHOR_END: serve
