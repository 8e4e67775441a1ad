//! A panic with the lock held takes everybody down.
//!
//! One thread of step 2 panics at the wrong moment; the others are sound.
//!
//!     cargo run -p lesson-chat -- poison

use crate::PATIENCE;
use crate::guest::{connect, say};
use crate::step2::{People, serve_all};
use kit::{Choice, Experiment, Narrator, Outcome};
use std::io::{self, Read};
use std::net::TcpListener;
use std::panic;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

/// Settled by whether bob hears ada, and by whether the server still accepts.
pub const EXPERIMENT: Experiment = Experiment {
    name: "poison",
    about: "Step 2, and one thread that panics.",
    file: file!(),
    question: "In step 2 a thread panics while it holds the lock of the \
        list. ada and bob have threads of their own. ada says something, and \
        then cyd connects. What is left of the chat?",
    choices: &[
        Choice::new("none", "Nothing: bob hears no more, and the server ends"),
        Choice::new("fine", "bob hears ada: one thread died, the others live"),
        Choice::new("new", "bob and ada are cut off, but cyd is let in"),
    ],
    run,
};

// ANCHOR: poison
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    // A panic writes to standard error, which would mix with our lines.
    panic::set_hook(Box::new(|_| {}));
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let people = People::default();
    let (ended, server) = mpsc::channel();
    let list = people.clone();
    thread::spawn(move || {
        let _ended: mpsc::Sender<()> = ended; // dropped with this thread
        serve_all(&listener, &list)
    });
    let mut bob = connect(address)?;
    let ada = connect(address)?;
    say(&ada, "hello")?;
    let length = bob.read(&mut [0; 100])?;
    me.does("bob", format!("hears ada: {length} bytes"));

    let list = people.clone();
    let panicked = thread::spawn(move || {
        let _held = list.lock();
        panic!("a fault of no importance");
    });
    let panicked = panicked.join().is_err();
    me.does("one", format!("panics, lock held: {panicked}"));

    say(&ada, "are you there?")?;
    bob.get_ref()
        .set_read_timeout(Some(Duration::from_millis(300)))?;
    let heard = bob.read(&mut [0; 100]);
    me.returns("bob", "read, limited to 300 ms,", &heard);
    let _cyd = connect(address)?;
    let waited = server.recv_timeout(PATIENCE);
    let ended = waited == Err(mpsc::RecvTimeoutError::Disconnected);
    me.does("cyd", format!("connects; the server has ended: {ended}"));

    // The last threads find the lock poisoned as they leave, and panic too.
    drop((ada, bob));
    let leaving = Instant::now();
    while Arc::strong_count(&people) > 1 && leaving.elapsed() < PATIENCE {
        thread::yield_now();
    }
    drop(panic::take_hook());
    let told = kit::yes_or_no(&[heard.is_err(), ended]);
    let evidence = format!("bob's read failed, the server ended: {told}");
    Ok(match (heard, ended) {
        (Ok(1..), _) => Outcome::chose("fine", evidence),
        (_, false) => Outcome::chose("new", evidence),
        (_, true) => Outcome::chose("none", evidence),
    })
}
// ANCHOR_END: poison
