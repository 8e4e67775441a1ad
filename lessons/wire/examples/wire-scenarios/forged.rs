//! A RST that neither host sent (RFC 5961 section 3.2).

use std::net::{SocketAddr, TcpStream};

use wire::diag::State;
use wire::{Fate, Lab, Packet, Selector, Side, What};

use crate::tools::{
    Connection, Outcome, PORT, SOON, check, connect, equal, read, states, text, write,
};

pub fn exact(lab: &Lab) -> Outcome {
    let (mut connection, last) = talking(lab)?;
    let rst = lab.wire.forge_rst(Side::A, &last, 0).map_err(text)?;
    equal((rst.fate, rst.from), (Fate::Forged, Side::B), "the RST")?;
    let result = std::io::Read::read(&mut connection.a, &mut [0; 1]);
    let kind = result.err().map(|e| e.kind());
    equal(
        kind,
        Some(std::io::ErrorKind::ConnectionReset),
        "what A reads",
    )?;
    equal(states(&lab.a)?, vec![], "A")?;
    equal(states(&lab.b)?, vec![State::Established], "B knows nothing")
}

pub fn in_window(lab: &Lab) -> Outcome {
    let (connection, last) = talking(lab)?;
    lab.wire.forge_rst(Side::A, &last, 100).map_err(text)?;
    let challenge = lab
        .wire
        .find(SOON, |p| p.from == Side::A && p.is_pure_ack());
    check(challenge.is_some(), "A challenges")?;
    let counted = lab.a.counter("TcpExt", "TCPChallengeACK").map_err(text)?;
    equal(counted, 1, "TCPChallengeACK")?;
    alive(lab, &connection)
}

pub fn outside(lab: &Lab) -> Outcome {
    let (connection, last) = talking(lab)?;
    lab.wire.forge_rst(Side::A, &last, -1).map_err(text)?;
    alive(lab, &connection)?;
    equal(
        lab.a.counter("TcpExt", "TCPChallengeACK").map_err(text)?,
        0,
        "TCPChallengeACK",
    )
}

/// A forged answer to a SYN refuses the connection, though B listens.
pub fn refusal(lab: &Lab) -> Outcome {
    lab.wire.drop(Selector::new(What::SynAck));
    let wire = lab.wire.clone();
    let forger = std::thread::spawn(move || -> Outcome {
        let syn = wire.find(SOON, Packet::is_syn).ok_or("no SYN")?;
        wire.forge_rst(Side::A, &syn, 0).map(drop).map_err(text)
    });
    let to = SocketAddr::from((lab.b.addr(), PORT));
    let result = lab.a.enter(|| TcpStream::connect_timeout(&to, SOON));
    let kind = result.err().map(|e| e.kind());
    equal(kind, Some(std::io::ErrorKind::ConnectionRefused), "connect")?;
    forger.join().map_err(|_| "panic")?
}

/// A connection on which B has sent a byte that A has read; the log begins after that byte.
fn talking(lab: &Lab) -> Result<(Connection, Packet), String> {
    let connection = connect(lab)?;
    write(&connection.b, b"x")?;
    read(&connection.a, 1)?;
    let last = lab.wire.find(SOON, Packet::is_data).ok_or("no data")?;
    let acked =
        |p: &Packet| p.from == Side::A && p.tcp().is_some_and(|t| t.relative_ack == Some(2));
    check(lab.wire.find(SOON, acked).is_some(), "A acknowledges")?;
    check(lab.wire.wait_idle(SOON), "the wire becomes idle")?;
    lab.wire.clear_log();
    Ok((connection, last))
}

fn alive(lab: &Lab, connection: &Connection) -> Outcome {
    write(&connection.a, b"still")?;
    equal(read(&connection.b, 5)?, b"still".to_vec(), "what B reads")?;
    write(&connection.b, b"here")?;
    equal(read(&connection.a, 4)?, b"here".to_vec(), "what A reads")?;
    equal(states(&lab.a)?, vec![State::Established], "A")
}
