//! A thread is cheap; two for each client are not.
//!
//! Forty people come to step 4, and then to the full chat.
//!
//!     cargo run -p lesson-chat -- threads

use crate::guest::{enter, start, start_full};
use crate::step4;
use kit::{Choice, Experiment, Narrator, Outcome};
use std::io;
use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

/// Settled by the kernel's list of our threads.
pub const EXPERIMENT: Experiment = Experiment {
    name: "threads",
    about: "How many threads forty clients cost.",
    file: file!(),
    question: "Forty people enter step 4, which writes to each from a thread \
        of its own, and then the full chat. All are silent. How many threads \
        does each server have for them?",
    choices: &[
        Choice::new("none", "None: silent clients need no thread"),
        Choice::new("same", "40 in both: a thread each"),
        Choice::new("twice", "80 in step 4, 40 in the full chat"),
        Choice::new("few", "80 in step 4; in the full chat a few for all"),
    ],
    run,
};

const PEOPLE: usize = 40;

// ANCHOR: threads
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let four = threads_for(start(step4::serve)?)?;
    let (address, _stop) = start_full()?;
    let five = threads_for(address)?;
    let (Some(four), Some(five)) = (four, five) else {
        return Ok(Outcome::inconclusive("this system does not list threads"));
    };
    me.state("step 4", format!("{four} threads"), "/proc");
    me.state("step 5", format!("{five} threads"), "/proc");

    let evidence = format!("{four} in step 4, {five} in step 5");
    let each = |threads| (threads + PEOPLE / 2) / PEOPLE;
    Ok(match (each(four), each(five)) {
        (0, 0) => Outcome::chose("none", evidence),
        (1, 1) => Outcome::chose("same", evidence),
        (2, 1) => Outcome::chose("twice", evidence),
        (2, 0) => Outcome::chose("few", evidence),
        _ => Outcome::unlisted(evidence),
    })
}

/// By how many threads this program grows while forty people enter.
fn threads_for(address: SocketAddr) -> io::Result<Option<usize>> {
    let before = settled();
    let mut people = Vec::new();
    for number in 0..PEOPLE {
        people.push(enter(address, &format!("guest{number}"))?);
    }
    let after = settled();
    Ok(before.zip(after).map(|(b, a)| a.saturating_sub(b)))
}

/// How many threads we have, when that number has not changed for a while:
/// those of clients who have left take a moment to end.
fn settled() -> Option<usize> {
    let count = || Some(std::fs::read_dir("/proc/self/task").ok()?.count());
    let start = Instant::now();
    let (mut last, mut since) = (count()?, start);
    while since.elapsed().as_millis() < 100 && start.elapsed().as_secs() < 5 {
        thread::sleep(Duration::from_millis(5));
        let now = count()?;
        if now != last {
            (last, since) = (now, Instant::now());
        }
    }
    Some(last)
}
// ANCHOR_END: threads
