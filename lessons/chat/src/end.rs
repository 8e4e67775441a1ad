//! At the end of a stream, read does not wait any more.
//!
//! A receiving loop that never looks for the end, for 50 ms.
//!
//!     cargo run -p lesson-chat -- end

use crate::PATIENCE;
use kit::{Choice, Experiment, Narrator, Outcome};
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

/// Settled by how often read returns after the peer has left.
pub const EXPERIMENT: Experiment = Experiment {
    name: "end",
    about: "A receiving loop whose peer has left.",
    file: file!(),
    question: "Many first chats receive in a loop: read, show, and again. \
        The peer says \"bye\" and closes its connection. What does the loop \
        do from then on?",
    choices: &[
        Choice::new("spins", "It runs as fast as it can, and shows nothing"),
        Choice::new("waits", "It waits in read, because nothing more comes"),
        Choice::new("error", "Its read returns an error, which ends it"),
    ],
    run,
};

// ANCHOR: end
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let mut peer = TcpStream::connect(listener.local_addr()?)?;
    let (mut us, from) = listener.accept()?;
    us.set_read_timeout(Some(PATIENCE))?;
    me.sends("peer", b"bye", us.local_addr()?);
    peer.write_all(b"bye")?;
    me.does("peer", "closes its connection");
    drop(peer);

    let mut buffer = [0; 1024];
    let length = us.read(&mut buffer)?;
    me.receives("loop", &buffer[..length], from);
    // From here on there is nothing to wait for.
    us.set_read_timeout(Some(Duration::from_millis(50)))?;
    let start = Instant::now();
    let mut empty = 0;
    while start.elapsed() < Duration::from_millis(50) {
        match us.read(&mut buffer) {
            // The one line that a loop needs: `Ok(0) => break`.
            Ok(0) => empty += 1,
            Ok(length) => {
                let text = kit::quoted(&buffer[..length]);
                return Ok(Outcome::unlisted(format!("more came: {text}")));
            }
            Err(e) if e.kind() == io::ErrorKind::WouldBlock => {
                return Ok(Outcome::chose("waits", "read waited for 50 ms"));
            }
            Err(error) => {
                let evidence = kit::describe_error(&error);
                return Ok(Outcome::chose("error", evidence));
            }
        }
    }
    me.does("loop", format!("read returns 0 bytes, {empty} times"));
    let evidence = format!("{empty} reads of nothing within 50 ms");
    Ok(match empty {
        2.. => Outcome::chose("spins", evidence),
        _ => Outcome::unlisted(evidence),
    })
}
// ANCHOR_END: end
