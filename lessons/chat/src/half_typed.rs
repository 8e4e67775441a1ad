//! What is typed and what comes in share one screen.
//!
//! bob has typed half a line in the client of step 1 when a message comes.
//!
//!     cargo run -p lesson-chat -- half-typed

use crate::guest::{PATIENCE, at_a_terminal};
use kit::{Choice, Experiment, Narrator, Outcome};
use std::io::{self, Read, Write};
use std::net::TcpListener;

/// Settled by what bob's terminal shows, and by what he sends.
pub const EXPERIMENT: Experiment = Experiment {
    name: "half-typed",
    about: "A message that comes while somebody is typing.",
    file: file!(),
    question: "bob sits at a terminal, at the client of step 1, which prints \
        what comes in. He has typed \"hello wor\" when \"are you there?\" \
        comes. Then he types \"ld\" and Enter. What is seen and sent?",
    choices: &[
        Choice::new("kept", "The message on a line of its own; hello world"),
        Choice::new(
            "torn",
            "\"hello worserver: are you there?\" is seen; hello world is sent",
        ),
        Choice::new("broken", "The same is seen; all he sends is ld"),
        Choice::new("later", "Nothing is seen of it before he types Enter"),
    ],
    run,
};

// ANCHOR: half_typed
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let client = format!("step1 client {address}");
    let Ok((mut bob, mut keys, mut screen)) = at_a_terminal(&client) else {
        return Ok(Outcome::inconclusive("there is no script(1) here"));
    };
    socket2::SockRef::from(&listener).set_read_timeout(Some(PATIENCE))?;
    let (mut peer, _) = listener.accept()?; // on Linux that holds here, too
    peer.set_read_timeout(Some(PATIENCE))?;

    // The kernel's terminal shows the keys; the client knows nothing yet.
    me.does("bob", "types \"hello wor\"");
    keys.write_all(b"hello wor")?;
    let mut shown = String::new();
    show_until("wor", &mut screen, &mut shown)?;
    me.sends("peer", b"are you there?", peer.peer_addr()?);
    peer.write_all(b"are you there?")?;
    show_until("there?", &mut screen, &mut shown)?;
    let line = shown.lines().last().unwrap_or_default();
    me.state("screen", kit::visible(line), "the terminal");

    me.does("bob", "types \"ld\" and Enter");
    keys.write_all(b"ld\n")?;
    let mut sent = [0; 100];
    let length = peer.read(&mut sent)?;
    let sent = kit::quoted(&sent[..length]);
    me.does("bob", format!("has sent {sent}"));
    bob.kill()?;
    bob.wait()?;

    let seen = kit::quoted(line.as_bytes());
    let evidence = format!("seen: {seen}, sent: {sent}");
    Ok(match (line, &*sent) {
        ("server: are you there?", _) => Outcome::chose("kept", evidence),
        (_, "\"hello world\"") => Outcome::chose("torn", evidence),
        (_, "\"ld\"") => Outcome::chose("broken", evidence),
        _ => Outcome::unlisted(evidence),
    })
}

/// Collects what the terminal shows until these words are there.
fn show_until(
    words: &str,
    screen: &mut impl Read,
    shown: &mut String,
) -> io::Result<()> {
    let mut buffer = [0; 1000];
    while !shown.contains(words) {
        let length = screen.read(&mut buffer)?;
        shown.push_str(&String::from_utf8_lossy(&buffer[..length]));
        if length == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(())
}
// ANCHOR_END: half_typed
