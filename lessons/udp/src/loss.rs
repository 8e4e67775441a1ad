//! UDP loses datagrams on a single machine, and keeps the rest in order.
//!
//! 2,000 datagrams go to a socket whose program is busy with something else.
//!
//!     cargo run -p lesson-udp -- loss

use crate::kernel_counter::drops;
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use socket2::SockRef;
use std::io::{self, ErrorKind};
use std::net::UdpSocket;

/// Settled by the numbers that the datagrams carry.
pub const EXPERIMENT: Experiment = Experiment {
    name: "loss",
    about: "A receiver that is too busy to read.",
    file: file!(),
    question: "A sender sends 2,000 numbered datagrams of 1,000 bytes to a \
        socket on the same machine. Only then does the receiver begin to \
        read. What does it find?",
    choices: &[
        Choice::believing(
            "all",
            "All 2,000: nothing is lost inside one machine",
            &belief::M45,
        ),
        Choice::new(
            "first",
            "Only the first ones, in order: its queue was full for the rest",
        ),
        Choice::new("last", "Only the last ones: new ones push old ones out"),
        Choice::believing(
            "mixed",
            "Some of them, and not in the order in which they were sent",
            &belief::M46,
        ),
    ],
    run,
};

const SENT: u32 = 2000;

// ANCHOR: loss
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let receiver = UdpSocket::bind("127.0.0.1:0")?;
    let address = receiver.local_addr()?;
    let sender = UdpSocket::bind("127.0.0.1:0")?;
    let room = SockRef::from(&receiver).recv_buffer_size()?;
    let queue = format!("has a queue of {room} bytes");
    me.state("receiver", queue, "getsockopt SO_RCVBUF");

    // Each datagram begins with its own number. Every send returns Ok(1000):
    // a send tells that the kernel took the bytes, not that they arrived.
    me.does("sender", format!("sends {SENT} datagrams to {address}"));
    let mut datagram = [0; 1000];
    for number in 0..SENT {
        datagram[..4].copy_from_slice(&number.to_be_bytes());
        sender.send_to(&datagram, address)?;
    }
    let dropped = drops(address.port());

    receiver.set_nonblocking(true)?; // all that was kept is queued by now
    let mut arrived = Vec::new();
    loop {
        match receiver.recv(&mut datagram) {
            Ok(_) => arrived
                .push(u32::from_be_bytes([0, 1, 2, 3].map(|i| datagram[i]))),
            Err(error) if error.kind() == ErrorKind::WouldBlock => break,
            Err(error) => return Err(error),
        }
    }
    let count = arrived.len();
    me.does("receiver", format!("finds {count} datagrams in its queue"));
    let counter = dropped.map_or("unknown".into(), |drops| drops.to_string());
    me.state("receiver", format!("drops: {counter}"), "/proc/net/udp");

    let evidence = format!("{count} arrived, drops by the kernel: {counter}");
    Ok(if !arrived.is_sorted() {
        Outcome::chose("mixed", evidence)
    } else if count == SENT as usize {
        Outcome::chose("all", evidence)
    } else if arrived.iter().copied().eq(0..count as u32) {
        Outcome::chose("first", evidence)
    } else if arrived.last() == Some(&(SENT - 1)) {
        Outcome::chose("last", evidence)
    } else {
        Outcome::unlisted(evidence)
    })
}
// ANCHOR_END: loss
