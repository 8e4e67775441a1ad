//! TCP cuts the stream into segments where it suits TCP.
//!
//! One long write on one side, and short reads on the other.
//!
//!     cargo run -p lesson-stream -- packets

use crate::PATIENCE;
use crate::kernel_counter::{data_segments, longest_segment};
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

/// Settled by a counter of the kernel.
pub const EXPERIMENT: Experiment = Experiment {
    name: "packets",
    about: "How TCP cuts a long write.",
    file: file!(),
    question: "The sender sends 200,000 bytes with one write_all. The \
        receiver reads with a buffer of 1,000 bytes. How many segments carry \
        the bytes?",
    choices: &[
        Choice::believing("one", "1: it was one write", &belief::M06),
        Choice::believing(
            "buffers",
            "200: the receiver's buffer holds 1,000 bytes",
            &belief::M07,
        ),
        Choice::new("own", "Another number: neither program decides it"),
    ],
    run,
};

const SENT: usize = 200_000;

// ANCHOR: packets
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    // Other programs can only add to the counter, so the least of ten rounds
    // is nearest to the truth.
    let mut rounds = Vec::new();
    for _ in 0..10 {
        rounds.extend(one_write()?);
    }
    let Some((segments, reads, longest)) = rounds.into_iter().min() else {
        return Ok(Outcome::inconclusive("no counter of segments here"));
    };
    let longest = longest.map_or("unknown".into(), |most| most.to_string());
    me.state("sender", format!("at most {longest} each"), "TCP_MAXSEG");
    me.does("receiver", format!("needs {reads} reads for {SENT} bytes"));
    me.state("sender", format!("{segments} segments"), "TCPOrigDataSent");

    let evidence = format!("1 write, {segments} segments, {reads} reads");
    Ok(match segments {
        1 => Outcome::chose("one", evidence),
        200 => Outcome::chose("buffers", evidence),
        _ => Outcome::chose("own", evidence),
    })
}

/// How many segments, how many reads, and the longest segment allowed.
fn one_write() -> io::Result<Option<(u64, usize, Option<u32>)>> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let mut sender = TcpStream::connect_timeout(&address, PATIENCE)?;
    sender.set_write_timeout(Some(PATIENCE))?;
    let (mut receiver, _) = listener.accept()?;
    receiver.set_read_timeout(Some(PATIENCE))?;

    let before = data_segments();
    let sending =
        thread::spawn(move || sender.write_all(&[b'x'; SENT]).map(|()| sender));
    let (mut reads, mut total) = (0, 0);
    while total < SENT {
        // A read of 0 bytes would be an end that came too early.
        match receiver.read(&mut [0; 1000])? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            length => total += length,
        }
        reads += 1;
    }
    let after = data_segments();
    // The limit may grow while a connection lives: this is the last one.
    let sender = sending.join().map_err(|_| io::Error::other("panic"))??;
    let longest = longest_segment(&sender);
    let sent = |(old, new): (u64, u64)| new.saturating_sub(old);
    Ok(before.zip(after).map(|both| (sent(both), reads, longest)))
}
// ANCHOR_END: packets
