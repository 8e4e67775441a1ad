//! Sequence numbers count bytes, from a number that nobody can guess.
//!
//! One client connects twice, and its packets are read with their real numbers.
//!
//!     cargo run -p lesson-handshake -- initial-numbers

use kit::{Choice, Experiment, Narrator, Outcome, belief};
use lab::{Lab, patience};
use std::io::{self, Write};
use std::net::{TcpListener, TcpStream};

/// Settled by the numbers in the headers of two connections.
pub const EXPERIMENT: Experiment = Experiment {
    name: "initial-numbers",
    about: "Where sequence numbers begin, and what they count.",
    file: file!(),
    question: "A client opens two connections to the same server and writes \
        \"hello\" on each. Which sequence numbers do its packets carry?",
    choices: &[
        Choice::believing("zero", "Both count from 0", &belief::M26),
        Choice::new(
            "bytes",
            "Each begins anywhere, and goes up by one for SYN and each byte",
        ),
        Choice::believing(
            "packets",
            "Each begins anywhere, and goes up by one with each packet",
            &belief::M26,
        ),
        Choice::new("same", "Both begin at the same number, chosen at boot"),
    ],
    run,
};

// ANCHOR: initial_numbers
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let lab = Lab::open();
    me.says(lab.evidence());
    lab.wire()?;
    let server = lab.b.enter(|| TcpListener::bind(lab.b.at(7777)))?;
    let address = server.local_addr()?;

    let mut clients = Vec::new(); // kept open: closing would send packets, too
    let mut starts = Vec::new();
    let mut steps = Vec::new();
    for (who, packets) in [("first", 5), ("second", 10)] {
        let connect = || TcpStream::connect_timeout(&address, patience());
        let mut client = lab.a.enter(connect)?;
        me.sends(who, b"hello", address);
        client.write_all(b"hello")?;
        clients.push(client);

        lab.wait(|seen| seen.len() >= packets);
        let news = lab.news();
        let seq = |at: usize| Some(news.get(at)?.seq?.real);
        let ack = |at: usize| Some(news.get(at)?.ack?.real);
        // SYN, SYN-ACK, ACK, "hello", and the ACK of "hello" from the server.
        let (Some(syn), Some(hello), Some(next)) = (seq(0), seq(3), ack(4))
        else {
            return Ok(Outcome::inconclusive("not all packets were seen"));
        };
        me.packets(news);
        // Numbers have 32 bits; after the last one comes 0.
        let syn_costs = hello.wrapping_sub(syn);
        let hello_costs = next.wrapping_sub(hello);
        me.says(format!("SYN: +{syn_costs}, 5 bytes: +{hello_costs}"));
        starts.push(syn);
        steps.push((syn_costs, hello_costs));
    }

    let evidence = format!(
        "the SYNs are really {} and really {}; SYN costs {}, 5 bytes {}",
        starts[0], starts[1], steps[0].0, steps[0].1
    );
    Ok(lab.trusted(match (&starts[..], steps[0]) {
        ([0, 0], _) => Outcome::chose("zero", evidence),
        ([first, second], _) if first == second => {
            Outcome::chose("same", evidence)
        }
        (_, (1, 5)) => Outcome::chose("bytes", evidence),
        (_, (1 | 2, 1)) => Outcome::chose("packets", evidence),
        _ => Outcome::unlisted(evidence),
    }))
}
// ANCHOR_END: initial_numbers
