//! A refusal is an answer, and silence is not.
//!
//! One port that nobody has, and one whose packets a firewall throws away.
//!
//!     cargo run -p lesson-handshake -- refused-or-silent

use crate::ms;
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use lab::Lab;
use std::io::{self, ErrorKind::ConnectionRefused, ErrorKind::TimedOut};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

/// Settled by the results of two connects and the packets they caused.
pub const EXPERIMENT: Experiment = Experiment {
    name: "refused-or-silent",
    about: "A closed port, and a firewall.",
    file: file!(),
    question: "Host B is up. Nobody listens at its first port; packets to its \
        second port are thrown away on the way. A client tries both and gives \
        up after half a second. What does it learn?",
    choices: &[
        Choice::new(
            "apart",
            "First a refusal from B itself, then nothing: B hears no more",
        ),
        Choice::believing(
            "down",
            "The same twice: no answer, as if B were switched off",
            &belief::M18,
        ),
        Choice::new("refused", "The same twice: a refusal from B"),
    ],
    run,
};

/// Long enough for an answer, and less than the second until the next SYN.
const GIVE_UP: Duration = Duration::from_millis(500);

// ANCHOR: refused_or_silent
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let lab = Lab::open();
    me.says(lab.evidence());
    // A port that was free a moment ago. On a host of our own nobody else is
    // there to take it; on loopback another program could.
    let bind = || TcpListener::bind(lab.b.at(7777))?.local_addr();
    let closed = lab.b.enter(bind)?;

    let (refusal, took) = knock(&lab, closed);
    let news = lab.news();
    let answers = news.iter().filter(|p| p.flags.contains("RST")).count();
    me.packets(news);
    me.returns("client", "connect", &refusal);
    me.does("client", format!("knew that after {}", ms(took)));

    // The firewall. What it throws away, B never sees and cannot answer.
    lab.rule("drop port=8888")?;
    let filtered = lab.b.at(8888);
    let (silence, took) = knock(&lab, filtered);
    me.packets(lab.news());
    me.returns("client", "connect", &silence);
    me.does("client", format!("gave up after {}", ms(took)));

    let (Err(first), Err(second)) = (refusal, silence) else {
        return Ok(Outcome::unlisted("somebody answered: a connection"));
    };
    let told = [&first, &second].map(kit::describe_error);
    let evidence = format!("{}, {answers} RST; then {}", told[0], told[1]);
    Ok(lab.trusted(match (first.kind(), second.kind()) {
        (ConnectionRefused, TimedOut) => Outcome::chose("apart", evidence),
        (ConnectionRefused, ConnectionRefused) => {
            Outcome::chose("refused", evidence)
        }
        (TimedOut, TimedOut) => Outcome::chose("down", evidence),
        _ => Outcome::unlisted(evidence),
    }))
}
// ANCHOR_END: refused_or_silent

/// Connects with a deadline, and says what came of it and how long it took.
fn knock(lab: &Lab, to: SocketAddr) -> (io::Result<&'static str>, Duration) {
    let started = Instant::now();
    let connect = || TcpStream::connect_timeout(&to, GIVE_UP);
    let result = lab.a.enter(connect).map(|_| "a connection");
    (result, started.elapsed())
}
