//! A write that succeeds does not mean that anybody has read it.
//!
//! A server listens and then does nothing at all.
//!
//!     cargo run -p lesson-stream -- unread

use crate::PATIENCE;
use crate::kernel_queue::queues;
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

/// Settled by the results of connect, write_all and read.
pub const EXPERIMENT: Experiment = Experiment {
    name: "unread",
    about: "A server that hangs before it accepts anybody.",
    file: file!(),
    question: "A server calls listen and then hangs: it never calls accept \
        and never reads. A client connects, sends 20,000 bytes with write_all \
        and waits for an answer. Which call gives the first hint?",
    choices: &[
        Choice::believing(
            "connect",
            "connect fails or waits: no program is there to connect to",
            &belief::M15,
        ),
        Choice::believing(
            "write",
            "write_all fails or waits: nobody takes the bytes",
            &belief::M04,
        ),
        Choice::new("read", "Only read: no answer ever comes"),
    ],
    run,
};

// ANCHOR: unread
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    me.does("server", format!("listens at {address} and hangs"));

    let mut client = match TcpStream::connect_timeout(&address, PATIENCE) {
        Ok(client) => client,
        Err(e) => {
            return Ok(Outcome::chose("connect", kit::describe_error(&e)));
        }
    };
    client.set_write_timeout(Some(PATIENCE))?;
    me.does("client", "connect returns Ok");
    let written = client.write_all(&[b'x'; 20_000]).map(|()| "no error");
    me.returns("client", "write_all of 20000 bytes", &written);
    if let Err(error) = written {
        return Ok(Outcome::chose("write", kit::describe_error(&error)));
    }

    // Only an answer tells that a message was read, so a protocol that must
    // know needs answers, and a limit for how long to wait for them.
    client.set_read_timeout(Some(Duration::from_millis(200)))?;
    let answer = client.read(&mut [0; 100]);
    me.returns("client", "read, limited to 200 ms,", &answer);

    // Two queues of the kernel: what we sent and the other side has not yet
    // acknowledged, and what it has received and no program has read.
    let here = client.local_addr()?;
    let (sent, received) = (queues(here, address), queues(address, here));
    if let (Some(sent), Some(received)) = (sent, received) {
        let (out, back) = (sent.unacknowledged, received.unread);
        me.state("client", format!("{out} unacknowledged"), "/proc/net/tcp");
        me.state("server", format!("{back} unread"), "/proc/net/tcp");
    }
    let waited = [ErrorKind::WouldBlock, ErrorKind::TimedOut];
    Ok(match answer {
        Err(error) if waited.contains(&error.kind()) => {
            Outcome::chose("read", "no error, and no answer within 200 ms")
        }
        Err(error) => Outcome::unlisted(kit::describe_error(&error)),
        Ok(length) => Outcome::unlisted(format!("read got {length} bytes")),
    })
}
// ANCHOR_END: unread
