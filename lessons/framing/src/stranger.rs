//! A length from a stranger is a claim, and no more.
//!
//! A stranger announces four billion bytes and sends none of them.
//!
//!     cargo run -p lesson-framing -- stranger

use crate::PATIENCE;
use crate::memory::promised_and_used_kb;
use kit::{Choice, Experiment, Narrator, Outcome};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

/// Settled by the reservation and by the read after it.
pub const EXPERIMENT: Experiment = Experiment {
    name: "stranger",
    about: "A length that is a lie.",
    file: file!(),
    question: "A stranger sends the four bytes ff ff ff ff and stays silent. \
        The program takes them as the length of a message, reserves memory \
        for so many bytes, and reads. What happens?",
    choices: &[
        Choice::new(
            "waits",
            "It gets the memory and waits: the bytes may still come",
        ),
        Choice::new("refused", "It cannot reserve 4 GB, and notices the lie"),
        Choice::new("short", "It gets the memory; read says that none came"),
    ],
    run,
};

/// The longest message of our protocol.
const LIMIT: usize = 64 * 1024;

// ANCHOR: stranger
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let mut stranger = TcpStream::connect_timeout(&address, PATIENCE)?;
    let (mut program, from) = listener.accept()?;
    program.set_read_timeout(Some(PATIENCE))?;
    me.sends("stranger", &[0xff; 4], address);
    stranger.write_all(&[0xff; 4])?;

    let mut header = [0; 4];
    program.read_exact(&mut header)?;
    me.receives("program", &header, from);
    let length = u32::from_be_bytes(header) as usize;

    // vec![0; length] would end the whole program if there were not enough;
    // try_reserve_exact returns an error instead.
    let before = promised_and_used_kb();
    let mut body: Vec<u8> = Vec::new();
    let reserved = body.try_reserve_exact(length).map_err(io::Error::other);
    let room = reserved.map(|()| body.capacity());
    me.returns("program", "try_reserve_exact", &room);
    if let Some((before, after)) = before.zip(promised_and_used_kb()) {
        let promised = after.0.saturating_sub(before.0);
        me.state("program", format!("{promised} kB promised"), "VmSize");
        let used = after.1.saturating_sub(before.1);
        me.state("program", format!("{used} kB more in use"), "VmRSS");
    }

    program.set_read_timeout(Some(Duration::from_millis(200)))?;
    let read = program.read(&mut [0; 100]);
    me.returns("program", "read, limited to 200 ms,", &read);

    // All that it takes to be safe, before a single byte is reserved.
    let allowed = length <= LIMIT;
    me.says(format!("within our limit of {LIMIT} bytes: {allowed}"));

    let waits = [ErrorKind::WouldBlock, ErrorKind::TimedOut];
    Ok(match (room, read) {
        (Err(error), _) => Outcome::chose("refused", error.to_string()),
        (Ok(room), Err(error)) if waits.contains(&error.kind()) => {
            let evidence = format!("room for {room} bytes, 4 bytes sent");
            Outcome::chose("waits", evidence)
        }
        (Ok(_), Ok(0)) => Outcome::chose("short", "read returned 0"),
        (Ok(_), Err(error)) => Outcome::chose("short", error.to_string()),
        (Ok(_), Ok(more)) => Outcome::unlisted(format!("{more} bytes came")),
    })
}
// ANCHOR_END: stranger
