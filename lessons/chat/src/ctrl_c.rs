//! What is in the queues of a program ends with the program.
//!
//! bob is behind when somebody types Ctrl-C at the server: steps 4 and 5.
//!
//!     cargo run -p lesson-chat -- ctrl-c

use crate::guest::{PATIENCE, enter, greet, hear, run as program, say};
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use socket2::{Domain, Socket, Type};
use std::io::{self, BufRead, BufReader};
use std::net::TcpStream;
use std::process::Command;

/// Settled by how many lines bob finds after the servers have ended.
pub const EXPERIMENT: Experiment = Experiment {
    name: "ctrl-c",
    about: "The end of a server, and what it had not sent yet.",
    file: file!(),
    question: "ada says 250 long lines, and cyd has read them all. bob has \
        looked away. Now the server gets SIGINT, as from Ctrl-C, and bob \
        reads again. How many lines does he find?",
    choices: &[
        Choice::believing(
            "all",
            "250 from step 4 and from the full chat: ada's writes returned",
            &belief::M04,
        ),
        Choice::new("none", "None from step 4, 250 from the full chat"),
        Choice::new("part", "A part from step 4, 250 from the full chat"),
        Choice::new("parts", "A part from both: the end is the end"),
    ],
    run,
};

const SAID: usize = 250;

// ANCHOR: ctrl_c
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let (four, _) = found(&["step4", "server"])?;
    me.does("bob", format!("step 4: finds {four} lines"));
    let (five, last) = found(&["server", "--quiet"])?;
    me.does("bob", format!("the full chat: finds {five} lines"));
    me.receives("bob", last.as_bytes(), "the full chat");

    let evidence = format!("{four} lines, and {five} of {SAID}");
    Ok(match (four, five) {
        (SAID, SAID) => Outcome::chose("all", evidence),
        (0, SAID) => Outcome::chose("none", evidence),
        (_, SAID) => Outcome::chose("part", evidence),
        _ => Outcome::chose("parts", evidence),
    })
}

/// How many of ada's lines bob finds, and the last line of all.
fn found(words: &[&str]) -> io::Result<(usize, String)> {
    let (server, address) = program(words)?;
    // Little fits into the kernel's queues for bob, by options of socket2: few
    // segments, and short ones where TCP_MAXSEG is there (not on Windows).
    let bob = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    #[cfg(unix)]
    bob.set_tcp_mss(536)?;
    bob.set_recv_buffer_size(4096)?;
    bob.connect_timeout(&address.into(), PATIENCE)?;
    let mut bob = BufReader::new(TcpStream::from(bob));
    bob.get_ref().set_read_timeout(Some(PATIENCE))?;
    greet(&mut bob, "bob")?;
    let mut cyd = enter(address, "cyd")?;
    let ada = enter(address, "ada")?;
    for _ in 0..SAID {
        say(&ada, &"x".repeat(999))?;
    }
    let mut heard = 0;
    while heard < SAID {
        heard += usize::from(hear(&mut cyd)?.starts_with(b"[ada]"));
    }
    // The standard library can only kill, which nobody can prepare for.
    let pid = server.0.id().to_string();
    Command::new("kill").args(["-s", "INT", &pid]).status()?;

    let (mut lines, mut last) = (0, String::new());
    for line in bob.lines().map_while(Result::ok) {
        // A line that was torn by the end does not count.
        lines += usize::from(line.len() == "[ada] ".len() + 999);
        last = line;
    }
    Ok((lines, last))
}
// ANCHOR_END: ctrl_c
