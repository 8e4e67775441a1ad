//! TCP collects small writes; TCP_NODELAY stops that on the way out only.
//!
//! Eight writes of one byte, without and with the option.
//!
//!     cargo run -p lesson-stream -- nodelay

use crate::PATIENCE;
use crate::kernel_counter::data_segments;
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Instant;

/// Settled by a counter of the kernel and by the length of one read.
pub const EXPERIMENT: Experiment = Experiment {
    name: "nodelay",
    about: "Eight writes of one byte.",
    file: file!(),
    question: "A program writes 8 single bytes, first as usual, then with \
        TCP_NODELAY; the receiver reads when all have arrived. How many \
        segments carry them, and how much does the first read get?",
    choices: &[
        Choice::believing(
            "packets",
            "8 segments both times: each write makes a packet",
            &belief::M06,
        ),
        Choice::believing(
            "kept",
            "Fewer, then 8; and with TCP_NODELAY the read gets 1 byte",
            &belief::M05,
        ),
        Choice::new("joined", "Fewer, then 8; and the read gets all 8 anyway"),
        Choice::new("fewer", "Fewer than 8 both times"),
    ],
    run,
};

// ANCHOR: nodelay
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let mut seen = Vec::new();
    for nodelay in [false, true] {
        // The counter counts all programs, so the least of many is nearest.
        let mut rounds = Vec::new();
        for _ in 0..20 {
            rounds.extend(eight_writes(nodelay)?);
        }
        let Some((segments, first)) = rounds.into_iter().min() else {
            return Ok(Outcome::inconclusive("no counter of segments here"));
        };
        me.does("sender", format!("8 writes, TCP_NODELAY: {nodelay}"));
        me.state("sender", format!("{segments} segments"), "TCPOrigDataSent");
        me.does("receiver", format!("its first read gets {first} bytes"));
        seen.push((segments, first));
    }
    let told = seen.iter().map(|(n, read)| format!("{n} for {read}"));
    let evidence = kit::list(told) + " bytes of the first read";
    Ok(match seen[..] {
        [(8.., _), (8.., _)] => Outcome::chose("packets", evidence),
        [(..8, _), (8.., 1)] => Outcome::chose("kept", evidence),
        [(..8, 8), (8.., 8)] => Outcome::chose("joined", evidence),
        [(..8, _), (..8, _)] => Outcome::chose("fewer", evidence),
        _ => Outcome::unlisted(evidence),
    })
}

/// The sender's segments, and the length of the receiver's first read.
fn eight_writes(nodelay: bool) -> io::Result<Option<(u64, usize)>> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let mut sender = TcpStream::connect_timeout(&address, PATIENCE)?;
    let (mut receiver, _) = listener.accept()?;
    receiver.set_read_timeout(Some(PATIENCE))?;
    // In a conversation acknowledgments wait for an answer to carry them.
    for _ in 0..4 {
        sender.write_all(b"?")?;
        receiver.read_exact(&mut [0])?;
        receiver.write_all(b"!")?;
    }
    sender.set_nodelay(nodelay)?;
    let before = data_segments();
    (0..8).try_for_each(|_| sender.write_all(b"x"))?;
    receiver.write_all(b"!")?; // one more segment, with the acknowledgment
    let looking = Instant::now();
    while receiver.peek(&mut [0; 9])? < 8 && looking.elapsed() < PATIENCE {}
    let counts = before.zip(data_segments());
    let first = receiver.read(&mut [0; 9])?;
    Ok(counts.map(|(old, new)| (new.saturating_sub(old + 1), first)))
}
// ANCHOR_END: nodelay
