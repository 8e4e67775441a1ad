//! Neither TCP nor UDP delivers what the wire has damaged.
//!
//! One bit flips in a segment of TCP, and one in a datagram of UDP.
//!
//!     cargo run -p lesson-closing -- corruption

use crate::connection::connect;
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use lab::{Lab, patience};
use std::io::{self, Read, Write};
use std::net::UdpSocket;

/// Settled by what both receivers read, and by the kernel's counters.
pub const EXPERIMENT: Experiment = Experiment {
    name: "corruption",
    about: "A bit flips on the wire.",
    file: file!(),
    question: "On its way a bit flips in \"pay 100\", once sent by TCP and \
        once by UDP; by UDP, \"pay 200\" follows. What do the receivers read?",
    choices: &[
        Choice::believing(
            "damaged",
            "Something else than \"pay 100\", both of them",
            &belief::M44,
        ),
        Choice::believing(
            "udp-damaged",
            "By TCP \"pay 100\"; by UDP something else: it is not reliable",
            &belief::M44,
        ),
        Choice::new(
            "dropped",
            "By TCP \"pay 100\", some time later; by UDP only \"pay 200\"",
        ),
    ],
    run,
};

// ANCHOR: corruption
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let lab = Lab::open();
    lab.wire()?;
    me.says(lab.evidence());
    let connection = connect(&lab)?;
    let (mut client, mut server) = (connection.client, connection.server);
    lab.rule("corrupt data:1")?;
    lab.rule("corrupt udp:1")?;

    let mut buffer = [0; 16];
    client.write_all(b"pay 100")?;
    let length = server.read(&mut buffer)?;
    let by_tcp = buffer[..length].to_vec();
    lab.wait(|seen| seen.last().is_some_and(|last| last.is_pure_ack()));
    me.packets(lab.news());
    me.receives("server", &by_tcp, connection.at_a);

    let receiver = lab.b.enter(|| UdpSocket::bind(lab.b.at(7777)))?;
    receiver.set_read_timeout(Some(patience()))?;
    let sender = lab.a.enter(|| UdpSocket::bind(lab.a.at(0)))?;
    sender.send_to(b"pay 100", lab.b.at(7777))?;
    sender.send_to(b"pay 200", lab.b.at(7777))?;
    let (length, from) = receiver.recv_from(&mut buffer)?;
    let by_udp = buffer[..length].to_vec();
    me.packets(lab.news());
    me.receives("receiver", &by_udp, from);

    // The checksum is 16 bits: it misses some damage. Who must know for sure
    // needs a stronger one of their own, as TLS has.
    let tcp_errors = lab.b.counter("Tcp", "InCsumErrors");
    let udp_errors = lab.b.counter("Udp", "InCsumErrors");
    let both = [tcp_errors, udp_errors]
        .map(|count| count.map_or("unknown".into(), |count| count.to_string()));
    let both = format!("TCP {}, UDP {}", both[0], both[1]);
    me.state("host B", format!("InCsumErrors: {both}"), "/proc/net/snmp");

    let evidence = format!(
        "TCP {}, UDP {}; InCsumErrors: {both}",
        kit::quoted(&by_tcp),
        kit::quoted(&by_udp)
    );
    Ok(match (&by_tcp[..], &by_udp[..]) {
        (b"pay 100", b"pay 200") => Outcome::chose("dropped", evidence),
        (b"pay 100", b"pay 100") => Outcome::inconclusive("no bit was flipped"),
        (b"pay 100", _) => Outcome::chose("udp-damaged", evidence),
        _ => Outcome::chose("damaged", evidence),
    })
}
// ANCHOR_END: corruption
