//! A header and a body in two writes are not one message sooner.
//!
//! The same questions, first in two writes each and then in one.
//!
//!     cargo run -p lesson-framing -- two-writes

use crate::PATIENCE;
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

/// Settled by how long the answers take.
pub const EXPERIMENT: Experiment = Experiment {
    name: "two-writes",
    about: "The header in one write, the body in another.",
    file: file!(),
    question: "A client asks 11 times: it writes a header and then a body, \
        and waits for the answer. Then it asks 11 times with one write for \
        both together. How long does an answer take?",
    choices: &[
        Choice::believing(
            "same",
            "The same: each write leaves at once, as a packet of its own",
            &belief::M06,
        ),
        Choice::new("longer", "With two at least 20 ms longer: one is held"),
        Choice::new("shorter", "With two writes at least 20 ms shorter"),
    ],
    run,
};

// ANCHOR: two_writes
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let two = answer_time(|connection, header, body| {
        connection.write_all(header)?;
        connection.write_all(body)
    })?;
    me.does("client", format!("two writes: {} µs", two.as_micros()));

    // Build the frame first and write it once. A BufWriter does the same, if
    // you flush it after each message; forget that and nothing is sent.
    let one = answer_time(|connection, header, body| {
        connection.write_all(&[header, body].concat())
    })?;
    me.does("client", format!("one write: {} µs", one.as_micros()));

    let clearly = Duration::from_millis(20);
    let evidence = format!("{two:.1?} with two writes, {one:.1?} with one");
    Ok(match (two, one) {
        _ if two > one + clearly => Outcome::chose("longer", evidence),
        _ if one > two + clearly => Outcome::chose("shorter", evidence),
        _ => Outcome::chose("same", evidence),
    })
}

/// A way to write a header and a body.
type Writing = fn(&mut TcpStream, &[u8], &[u8]) -> io::Result<()>;

/// How long an answer takes: the middle one of eleven times, in order.
fn answer_time(write: Writing) -> io::Result<Duration> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let mut client = TcpStream::connect_timeout(&address, PATIENCE)?;
    client.set_read_timeout(Some(PATIENCE))?;
    let (server, _) = listener.accept()?;
    thread::spawn(move || answer(server));

    let mut times = Vec::new();
    for _ in 0..11 {
        let asked = Instant::now();
        write(&mut client, &[0, 0, 0, 5], b"hello")?;
        client.read_exact(&mut [0])?;
        times.push(asked.elapsed());
    }
    times.sort();
    Ok(times[5])
}

/// Answers each frame with one byte, until the client has left.
fn answer(mut server: TcpStream) -> io::Result<()> {
    server.set_read_timeout(Some(PATIENCE))?;
    loop {
        server.read_exact(&mut [0; 4])?;
        server.read_exact(&mut [0; 5])?;
        server.write_all(b"!")?;
    }
}
// ANCHOR_END: two_writes
