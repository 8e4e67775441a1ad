//! Who may come in, and what happens when no more can.
//!
//! A new client costs a descriptor, a thread and a place in the room.
//!
//!     cargo run -p lesson-chat -- server --max-clients 10

use super::hub::Event;
use super::limits::Limits;
use super::reader::read_lines;
use socket2::{SockRef, TcpKeepalive};
use std::io::{self, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Weak};
use std::thread;
use std::time::Duration;

/// What somebody hears for whom there is no place.
const FULL: &[u8] = b"* The room is full, please come later\n";

// ANCHOR: door
/// Lets clients in, at most so many at a time, until it has to stop.
pub fn accept(
    listener: &TcpListener,
    limits: &Limits,
    events: &SyncSender<Event>,
    stopping: &AtomicBool,
) {
    // Each reading thread holds a copy of this; the count tells how many.
    let present = Arc::new(());
    for id in 0.. {
        let client = listener.accept();
        if stopping.load(SeqCst) {
            return;
        }
        let full = Arc::weak_count(&present) >= limits.max_clients;
        let done = client.and_then(|(mut client, _)| match full {
            true => client.write_all(FULL),
            false => admit(id, client, Arc::downgrade(&present), events),
        });
        if let Err(error) = done {
            let error = kit::describe_error(&error);
            limits.log(format_args!("a client: {error}"));
            // Out of descriptors, most likely. The client waits in the
            // kernel's queue; without a pause this loop would spin.
            thread::sleep(Duration::from_millis(50));
        }
    }
}

fn admit(
    id: u64,
    client: TcpStream,
    present: Weak<()>,
    events: &SyncSender<Event>,
) -> io::Result<()> {
    client.set_nodelay(true)?;
    // Ask after a minute of silence whether the other machine still lives.
    let keepalive = TcpKeepalive::new().with_time(Duration::from_secs(60));
    SockRef::from(&client).set_tcp_keepalive(&keepalive)?;
    let client = Arc::new(client);
    let _ = events.send(Event::Joined(id, client.clone()));
    let sender = events.clone();
    // A thread's stack of 2 MiB is more than a loop around read needs.
    let thread = thread::Builder::new().stack_size(64 * 1024);
    let reader = thread.spawn(move || {
        read_lines(id, &client, &sender);
        drop(present);
    });
    if reader.is_err() {
        let _ = events.send(Event::Left(id, "No thread is left"));
    }
    reader.map(drop)
}
// ANCHOR_END: door
