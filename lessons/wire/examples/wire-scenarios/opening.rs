//! How connections begin.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use socket2::{Domain, Socket, Type};
use wire::decode::Checksum;
use wire::diag::State;
use wire::{Fate, Lab, Packet, Selector, Side, What};

use crate::tools::{
    Outcome, PORT, SOON, about, check, connect, connections, equal, listen, states, text,
};

pub fn handshake(lab: &Lab) -> Outcome {
    let connection = connect(lab)?;
    check(
        lab.wire.wait_for(SOON, |log| log.len() == 3),
        "there are three packets",
    )?;
    check(lab.wire.wait_idle(SOON), "all arrive")?;
    three(&lab.wire.packets(), 1460)?;
    let on_b = || -> Result<bool, String> { Ok(states(&lab.b)? == [State::Established]) };
    check(on_b()?, "B is ESTABLISHED")?;
    equal(states(&lab.a)?, vec![State::Established], "A")?;
    let info = lab
        .a
        .enter(|| wire::diag::tcp_info(&connection.a))
        .map_err(text)?;
    check(
        info.rtt >= Duration::from_millis(40),
        "the round trip took 40 ms",
    )?;
    equal(
        lab.b.counter("Tcp", "PassiveOpens").map_err(text)?,
        1,
        "PassiveOpens",
    )
}

pub fn handshake_v6(lab: &Lab) -> Outcome {
    let to = SocketAddr::from((lab.b.addr_v6().ok_or("no IPv6")?, PORT));
    let listener = lab.b.enter(|| TcpListener::bind(to)).map_err(text)?;
    let a = lab
        .a
        .enter(|| TcpStream::connect_timeout(&to, SOON))
        .map_err(text)?;
    let (b, _) = listener.accept().map_err(text)?;
    check(
        lab.wire.wait_for(SOON, |log| log.len() == 3),
        "there are three packets",
    )?;
    three(&lab.wire.packets(), 1440)?;
    drop((a, b));
    check(
        lab.wire.find(SOON, Packet::is_fin).is_some(),
        "it closes over IPv6",
    )
}

/// SYN, SYN-ACK, ACK, with the numbers RFC 9293 section 3.5 gives them.
fn three(log: &[Packet], mss: u16) -> Outcome {
    let [syn, syn_ack, ack] = log else {
        return Err("not three packets".into());
    };
    check(syn.is_syn() && syn.from == Side::A, "A sends SYN")?;
    check(
        syn_ack.is_syn_ack() && syn_ack.from == Side::B,
        "B sends SYN and ACK",
    )?;
    check(ack.is_pure_ack() && ack.from == Side::A, "A sends ACK")?;
    let numbers = |p: &Packet| p.tcp().map(|t| (t.relative_seq, t.relative_ack));
    equal(numbers(syn), Some((Some(0), None)), "SYN")?;
    equal(numbers(syn_ack), Some((Some(0), Some(1))), "SYN-ACK")?;
    equal(numbers(ack), Some((Some(1), Some(1))), "ACK")?;
    for packet in log {
        equal(packet.fate, Fate::Passed, "fate")?;
        let checksum = packet.decoded.as_ref().map(|d| d.checksum);
        equal(checksum, Some(Checksum::Good), "checksum")?;
    }
    for opening in [syn, syn_ack] {
        let options = opening.tcp().map(|t| t.options.clone()).unwrap_or_default();
        equal(options.mss, Some(mss), "mss")?;
        check(options.sack_permitted, "SACK is permitted")?;
        check(options.timestamp.is_some(), "there are timestamps")?;
        check(options.window_scale.is_some(), "windows are scaled")?;
    }
    let gap = syn_ack.at.saturating_sub(syn.at);
    check(gap >= Duration::from_millis(20), "the SYN takes 20 ms")
}

pub fn lost_syn(lab: &Lab) -> Outcome {
    lab.wire.rule("drop syn:1").map_err(|e| e.to_string())?;
    let _connection = connect(lab)?;
    let syns = those(lab, Packet::is_syn);
    let [first, second] = &syns[..] else {
        return Err("not two SYNs".into());
    };
    equal(first.fate, Fate::Dropped, "first SYN")?;
    equal(first.delivered.len(), 0, "copies of the first SYN")?;
    equal(second.fate, Fate::Passed, "second SYN")?;
    equal(
        first.tcp().map(|t| t.seq),
        second.tcp().map(|t| t.seq),
        "sequence number",
    )?;
    equal(second.identity.transmission, 2, "transmission")?;
    about(second.at.saturating_sub(first.at), 1000)
}

pub fn lost_syn_ack(lab: &Lab) -> Outcome {
    lab.wire.drop(Selector::new(What::SynAck).nth(1));
    let _connection = connect(lab)?;
    let answers = those(lab, Packet::is_syn_ack);
    check(answers.len() >= 2, "B answers again")?;
    equal(answers[0].fate, Fate::Dropped, "first SYN-ACK")?;
    let syns = those(lab, Packet::is_syn);
    check(syns.len() >= 2, "A asks again")?;
    about(syns[1].at.saturating_sub(syns[0].at), 1000)?;
    equal(
        answers[0].tcp().map(|t| t.seq),
        answers[1].tcp().map(|t| t.seq),
        "B's number",
    )
}

pub fn lost_third_ack(lab: &Lab) -> Outcome {
    lab.wire
        .rule("drop ack:1 from=a")
        .map_err(|e| e.to_string())?;
    let listener = listen(lab)?;
    let to = SocketAddr::from((lab.b.addr(), PORT));
    let _a = lab
        .a
        .enter(|| TcpStream::connect_timeout(&to, SOON))
        .map_err(text)?;
    let lost = lab
        .wire
        .find(SOON, |p| p.fate == Fate::Dropped)
        .ok_or("no ACK was lost")?;
    check(lost.is_pure_ack(), "what was lost is the ACK")?;
    equal(states(&lab.a)?, vec![State::Established], "A")?;
    equal(states(&lab.b)?, vec![State::SynRecv], "B")?;
    let again = lab
        .wire
        .find(SOON, |p| p.is_syn_ack() && p.identity.number == 2);
    check(again.is_some(), "B sends SYN-ACK again")?;
    listener.accept().map_err(text)?;
    check(
        !those(lab, |p| p.is_pure_ack() && p.fate == Fate::Passed).is_empty(),
        "ACK passed",
    )
}

pub fn simultaneous_open(lab: &Lab) -> Outcome {
    lab.wire.hold(Selector::new(What::Syn));
    let (a, b) = (lab.a.addr(), lab.b.addr());
    let open = |from, to| {
        move || {
            let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
            socket.bind(&SocketAddr::from((from, PORT)).into())?;
            socket.connect_timeout(&SocketAddr::from((to, PORT)).into(), SOON)?;
            Ok::<_, std::io::Error>(socket)
        }
    };
    let on_a = lab.a.enter(|| thread::spawn(open(a, b)));
    let on_b = lab.b.enter(|| thread::spawn(open(b, a)));
    let both = |log: &[Packet]| log.iter().filter(|p| p.is_syn()).count() == 2;
    check(lab.wire.wait_for(SOON, both), "both send SYN")?;
    equal(lab.wire.held().len(), 2, "held packets")?;
    equal(states(&lab.a)?, vec![State::SynSent], "A")?;
    lab.wire.clear();
    equal(lab.wire.release_all(), 2, "released packets")?;
    for end in [on_a, on_b] {
        let _socket = end.join().map_err(|_| "panic")?.map_err(text)?;
    }
    let syns = those(lab, Packet::is_syn);
    check(
        syns.iter().all(|p| p.held && p.fate == Fate::Passed),
        "both were held, then passed",
    )?;
    check(
        syns.iter().all(|p| p.identity.flow == 1),
        "it is one conversation",
    )
}

pub fn refused(lab: &Lab) -> Outcome {
    let to = SocketAddr::from((lab.b.addr(), PORT));
    let result = lab.a.enter(|| TcpStream::connect_timeout(&to, SOON));
    let kind = result.err().map(|e| e.kind());
    equal(kind, Some(std::io::ErrorKind::ConnectionRefused), "connect")?;
    let rst = lab.wire.find(SOON, Packet::is_rst).ok_or("no RST")?;
    equal(rst.from, Side::B, "RST")?;
    equal(
        rst.tcp().and_then(|t| t.relative_ack),
        Some(1),
        "what the RST acknowledges",
    )
}

/// listen(1) takes two connections (backlog plus one) and leaves the third without an answer.
pub fn backlog(lab: &Lab) -> Outcome {
    let listener = lab.b.enter(|| -> std::io::Result<Socket> {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        socket.bind(&SocketAddr::from((lab.b.addr(), PORT)).into())?;
        socket.listen(1)?;
        Ok(socket)
    });
    let _listener = listener.map_err(text)?;
    let to = SocketAddr::from((lab.b.addr(), PORT));
    let mut streams = Vec::new();
    for _ in 0..2 {
        streams.push(
            lab.a
                .enter(|| TcpStream::connect_timeout(&to, SOON))
                .map_err(text)?,
        );
        check(lab.wire.wait_idle(SOON), "the handshake ends")?;
    }
    let third = Duration::from_millis(300);
    let result = lab.a.enter(|| TcpStream::connect_timeout(&to, third));
    let kind = result.err().map(|e| e.kind());
    equal(kind, Some(std::io::ErrorKind::TimedOut), "third connect")?;
    let overflows = lab.b.counter("TcpExt", "ListenOverflows").map_err(text)?;
    check(overflows >= 1, "ListenOverflows counts it")?;
    let sockets = lab.b.sockets().map_err(text)?;
    let listening = sockets
        .iter()
        .find(|s| s.state == State::Listen)
        .ok_or("no LISTEN")?;
    equal(
        (listening.receive_queue, listening.send_queue),
        (2, 1),
        "queues of the listener",
    )?;
    equal(
        connections(&lab.b)?.iter().filter(|s| s.inode == 0).count(),
        2,
        "not accepted",
    )
}

fn those(lab: &Lab, like: impl Fn(&Packet) -> bool) -> Vec<Packet> {
    let mut log = lab.wire.packets();
    log.retain(|packet| like(packet));
    log
}
