//! Step 2: many, with a thread for each and a list behind a lock.
//!
//! What one client sends is written to all others, one after the other.
//!
//!     cargo run -p lesson-chat -- step2 server

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// Everybody who is connected.
pub type People = Arc<Mutex<Vec<(SocketAddr, TcpStream)>>>;

/// Why a lock must not fail: in this step it can, and then all is over.
const WHOLE: &str = "no thread has panicked while it held the list";

// ANCHOR: step2
/// Accepts for ever; each client gets a thread that reads.
pub fn serve(listener: TcpListener) -> io::Result<()> {
    serve_all(&listener, &People::default())
}

/// The same with a list that the caller can see.
pub fn serve_all(listener: &TcpListener, people: &People) -> io::Result<()> {
    loop {
        // An error here, such as too many open files, ends the server.
        let (client, from) = listener.accept()?;
        let writer = client.try_clone()?;
        people.lock().expect(WHOLE).push((from, writer));
        let people = people.clone();
        thread::spawn(move || {
            let _ = relay(client, from, &people);
            people.lock().expect(WHOLE).retain(|(who, _)| *who != from);
        });
    }
}

/// Writes each piece that comes to all others.
fn relay(
    mut client: TcpStream,
    from: SocketAddr,
    people: &People,
) -> io::Result<()> {
    let mut buffer = [0; 1024];
    while let length @ 1.. = client.read(&mut buffer)? {
        // The lock is held until the last write returns. If one client does
        // not read, that write waits for it, and all wait for the lock.
        for (who, other) in people.lock().expect(WHOLE).iter_mut() {
            if *who != from {
                let _ = other.write_all(&buffer[..length]);
            }
        }
    }
    Ok(())
}
// ANCHOR_END: step2
