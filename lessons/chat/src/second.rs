//! One accept is one client.
//!
//! The server of step 1 talks with ada; now bob comes.
//!
//!     cargo run -p lesson-chat -- second

use crate::PATIENCE;
use crate::guest::connect;
use crate::step1;
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use std::io::{self, Read, Write};
use std::net::TcpListener;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// Settled by what the server hears, and by what bob reads at last.
pub const EXPERIMENT: Experiment = Experiment {
    name: "second",
    about: "Step 1, and a second client.",
    file: file!(),
    question: "The server of step 1 has accepted ada. bob connects and sends \
        a text. A moment later ada leaves. What becomes of bob's text?",
    choices: &[
        Choice::believing(
            "at-once",
            "The server shows it at once, like ada's",
            &belief::M61,
        ),
        Choice::believing(
            "refused",
            "bob cannot even connect: the server is taken",
            &belief::M15,
        ),
        Choice::new(
            "turn",
            "It is shown when ada has left: now it is his turn",
        ),
        Choice::new("never", "Nobody ever sees it; his connection just ends"),
    ],
    run,
};

// ANCHOR: second
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let (show, shown) = mpsc::channel();
    // As step 1 does it: one accept, and then it listens to this client.
    thread::spawn(move || {
        let (client, _) = listener.accept()?;
        step1::receive(client, |text| drop(show.send(text.to_string())))
    });
    let ada = connect(address)?;
    me.sends("ada", b"I am ada", address);
    ada.get_ref().write_all(b"I am ada")?;
    let text = shown.recv_timeout(PATIENCE).map_err(io::Error::other)?;
    me.does("server", format!("shows {}", kit::quoted(text.as_bytes())));

    let bob = match connect(address) {
        Ok(bob) => bob,
        Err(error) => {
            return Ok(Outcome::chose("refused", kit::describe_error(&error)));
        }
    };
    me.sends("bob", b"I am bob", address);
    bob.get_ref().write_all(b"I am bob")?;
    if let Ok(text) = shown.recv_timeout(Duration::from_millis(200)) {
        return Ok(Outcome::chose("at-once", text));
    }
    me.does("server", "shows nothing for 200 ms");

    me.does("ada", "leaves");
    drop(ada);
    // The server's thread ends with ada, and its listener is closed with it.
    if let Ok(text) = shown.recv_timeout(PATIENCE) {
        return Ok(Outcome::chose("turn", text));
    }
    me.does("server", "shows nothing more");
    let read = bob.get_ref().read(&mut [0; 100]);
    me.returns("bob", "read", &read);
    Ok(match &read {
        Ok(0) => Outcome::chose("never", "bob reads the end"),
        Err(error) => Outcome::chose("never", kit::describe_error(error)),
        Ok(length) => Outcome::unlisted(format!("bob reads {length} bytes")),
    })
}
// ANCHOR_END: second
