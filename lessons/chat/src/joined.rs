//! Without framing a chat joins what two people said.
//!
//! The client of step 1 sends two messages before the server looks.
//!
//!     cargo run -p lesson-chat -- joined

use crate::PATIENCE;
use crate::step1;
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use std::io::{self, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;
use std::time::Instant;

/// Settled by the messages that step 1 shows.
pub const EXPERIMENT: Experiment = Experiment {
    name: "joined",
    about: "Step 1, and two messages in a row.",
    file: file!(),
    question: "In step 1 ada types \"no\" and, a moment later, \"problem\". \
        The server was busy and reads after both have arrived. What does \
        it show?",
    choices: &[
        Choice::believing(
            "two",
            "client: no, and below it client: problem",
            &belief::M01,
        ),
        Choice::new("one", "client: noproblem"),
        Choice::new("last", "client: problem, the newer of the two"),
    ],
    run,
};

// ANCHOR: joined
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let mut ada = TcpStream::connect_timeout(&address, PATIENCE)?;
    let (server, _) = listener.accept()?;
    server.set_read_timeout(Some(PATIENCE))?;

    for text in ["no", "problem"] {
        me.sends("ada", text.as_bytes(), address);
        ada.write_all(text.as_bytes())?;
    }
    // peek looks at what has arrived and leaves it there.
    let looking = Instant::now();
    let mut arrived = server.peek(&mut [0; 20])?;
    while arrived < 9 && looking.elapsed() < PATIENCE / 5 {
        thread::yield_now();
        arrived = server.peek(&mut [0; 20])?;
    }
    me.does("server", format!("peek sees {arrived} bytes"));
    ada.shutdown(Shutdown::Write)?;

    // The receiving half of step 1, as it is.
    let mut shown = Vec::new();
    step1::receive(server, |text| shown.push(text.to_string()))?;
    for text in &shown {
        me.does("server", format!("shows client: {}", kit::visible(text)));
    }
    let evidence =
        format!("{} shown: {}", shown.len(), kit::list_quoted(&shown));
    Ok(
        match shown.iter().map(|text| &**text).collect::<Vec<_>>()[..] {
            ["no", "problem"] => Outcome::chose("two", evidence),
            ["noproblem"] => Outcome::chose("one", evidence),
            ["problem"] => Outcome::chose("last", evidence),
            _ => Outcome::unlisted(evidence),
        },
    )
}
// ANCHOR_END: joined
