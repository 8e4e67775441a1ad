//! A slow reader loses nothing: the sender has to wait.
//!
//! One side writes more than there is room for, and the other does not read.
//!
//!     cargo run -p lesson-stream -- full

use crate::PATIENCE;
use crate::kernel_queue::queues;
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::time::Duration;

/// Settled by how much write takes, and what read gets afterwards.
pub const EXPERIMENT: Experiment = Experiment {
    name: "full",
    about: "A sender that is faster than its reader.",
    file: file!(),
    question: "The receiver does not read. The sender calls write once with \
        50,000,000 bytes, on a socket that waits at most 300 ms. Then the \
        receiver begins to read. What happens?",
    choices: &[
        Choice::believing(
            "none",
            "write takes nothing: it has to wait until somebody reads",
            &belief::M10,
        ),
        Choice::believing(
            "all",
            "write takes all 50,000,000 bytes, as it was told",
            &belief::M03,
        ),
        Choice::believing(
            "lost",
            "write takes a part, and of that the slow receiver loses some",
            &belief::M09,
        ),
        Choice::new("kept", "write takes a part, and the receiver gets it all"),
    ],
    run,
};

// ANCHOR: full
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let mut sender = TcpStream::connect_timeout(&address, PATIENCE)?;
    let here = sender.local_addr()?;
    let (mut receiver, _) = listener.accept()?;
    receiver.set_read_timeout(Some(PATIENCE))?;

    // 0, 1, ... 249, and again from 0: a gap or a change would be seen.
    let offered = (0..250).collect::<Vec<u8>>().repeat(200_000);
    // Without a limit this write would wait until somebody reads, for ever
    // if need be. That is how a slow reader slows down a sender.
    sender.set_write_timeout(Some(Duration::from_millis(300)))?;
    let written = sender.write(&offered);
    me.returns("sender", "write of 50000000 bytes", &written);
    let taken = match written {
        Ok(length) => length,
        Err(error) => match error.kind() {
            ErrorKind::WouldBlock | ErrorKind::TimedOut => 0,
            _ => return Err(error),
        },
    };
    let (out, back) = (queues(here, address), queues(address, here));
    if let (Some(out), Some(back)) = (out, back) {
        let (out, back) = (out.unacknowledged, back.unread);
        me.state("sender", format!("{out} unacknowledged"), "/proc/net/tcp");
        me.state("receiver", format!("{back} unread"), "/proc/net/tcp");
    }

    // shutdown ends the stream behind the bytes that were taken, so that the
    // receiver knows where to stop.
    sender.shutdown(Shutdown::Write)?;
    let mut arrived = Vec::new();
    receiver.read_to_end(&mut arrived)?;
    let count = arrived.len();
    me.does("receiver", format!("reads {count} bytes, and then the end"));

    let whole = arrived == offered[..taken];
    let evidence = format!("taken {taken}, arrived {count}, equal: {whole}");
    Ok(match (taken, whole) {
        (0, _) => Outcome::chose("none", evidence),
        (50_000_000, true) => Outcome::chose("all", evidence),
        (_, true) => Outcome::chose("kept", evidence),
        (_, false) => Outcome::chose("lost", evidence),
    })
}
// ANCHOR_END: full
