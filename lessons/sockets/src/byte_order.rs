//! A number of two bytes has a first byte, and both sides must agree which.
//!
//! The number 8080 is sent as this machine keeps it in memory.
//!
//!     cargo run -p lesson-sockets -- byte-order

use crate::PATIENCE;
use kit::{Choice, Experiment, Narrator, Outcome};
use std::io;
use std::net::UdpSocket;

/// Settled by the number that the receiver makes of two bytes.
pub const EXPERIMENT: Experiment = Experiment {
    name: "byte-order",
    about: "A number on its way through a socket.",
    file: file!(),
    question: "A program sends the number 8080 as the two bytes that it has \
        in memory. The receiver reads them in network byte order, highest \
        byte first. Which number does it get on your machine?",
    choices: &[
        Choice::new("same", "8080: two bytes are two bytes"),
        Choice::new("swapped", "36895: the two bytes change places"),
        Choice::new("text", "56: it gets the character 8 first"),
    ],
    run,
};

// ANCHOR: byte_order
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let receiver = UdpSocket::bind("127.0.0.1:0")?;
    receiver.set_read_timeout(Some(PATIENCE))?;
    let address = receiver.local_addr()?;
    let sender = UdpSocket::bind("127.0.0.1:0")?;

    let mut received = Vec::new();
    // First as memory has it ("ne" is native endian), then highest first.
    for bytes in [8080_u16.to_ne_bytes(), 8080_u16.to_be_bytes()] {
        // A socket carries bytes and leaves them as they are. What they
        // mean is for the two programs to agree, here as everywhere.
        let shown = format!("{bytes:02x?}");
        me.does("sender", format!("sends 8080 as the bytes {shown}"));
        sender.send_to(&bytes, address)?;

        let mut buffer = [0; 2];
        receiver.recv_from(&mut buffer)?;
        let number = u16::from_be_bytes(buffer);
        me.does("receiver", format!("reads {buffer:02x?} as {number}"));
        received.push(number);
    }

    let shown = kit::list(&received);
    let evidence = format!("as in memory, and highest first: {shown}");
    Ok(match received[..] {
        [8080, 8080] => Outcome::chose("same", evidence),
        [36895, 8080] => Outcome::chose("swapped", evidence),
        [56, _] => Outcome::chose("text", evidence),
        _ => Outcome::unlisted(evidence),
    })
}
// ANCHOR_END: byte_order
