//! Whether two programs meet, and what is said if they do not.

use wire::decode::Transport;
use wire::diag::{Protocol, Socket, State, TimerKind};
use wire::{Fate, Lab, Packet, Side};

use super::programs::Programs;

/// What is to be done with B.
pub enum Turn {
    /// It is started, and this is said before, if anything.
    Comes(Option<String>),
    /// It is not, for this reason.
    Never(String),
}

/// Whether it is B's turn: because A waits for it, is over, or has had its time.
pub fn of_b(lab: &Lab, programs: &Programs, late: bool) -> Option<Turn> {
    let sockets = lab.a.sockets().unwrap_or_default();
    let waits = |socket: &&Socket| match socket.protocol {
        Protocol::Tcp => socket.state == State::Listen,
        Protocol::Udp => socket.local.port() != 0,
    };
    let waiting: Vec<&Socket> = sockets.iter().filter(waits).collect();
    if let Some(first) = waiting.first() {
        let apart = waiting.iter().all(|s| s.local.ip().is_loopback());
        return Some(Turn::Comes(apart.then(|| out_of_reach(lab, first))));
    }
    if programs.failed(Side::A) && !programs.runs(Side::A) {
        let remark = "A has failed before it waited at any port, so B is not started; \
                      A should be the one that waits";
        return Some(Turn::Never(remark.into()));
    }
    if !programs.runs(Side::A) {
        let remark = "A has ended and has waited for nobody; \
                      if B waits for A, they should change places";
        return Some(Turn::Comes(Some(remark.into())));
    }
    let remark = "A waits at no port yet; B is started all the same";
    late.then(|| Turn::Comes(Some(remark.into())))
}

/// What is said of a socket that only its own host can reach.
fn out_of_reach(lab: &Lab, socket: &Socket) -> String {
    let better = match lab.a.addr_v6().filter(|_| socket.local.is_ipv6()) {
        Some(v6) => format!("[::] or [{v6}]"),
        None => format!("0.0.0.0 or {}", lab.a.addr()),
    };
    let at = socket.local;
    format!(
        "host A waits at {at} only, where no other host can reach it; \
         it should listen at {better}"
    )
}

/// What is said when nothing has crossed for a while, if somebody is about to
/// send again: TCP waits twice as long each time.
pub fn why_so_quiet(lab: &Lab) -> Option<String> {
    [&lab.a, &lab.b].into_iter().find_map(|host| {
        let sockets = host.sockets().unwrap_or_default();
        let waits = sockets.iter().find_map(|socket| {
            let timer = socket.timer.filter(|t| t.kind == TimerKind::Retransmit)?;
            Some((timer.left.as_secs(), socket.retransmits))
        });
        let (seconds, times) = waits.filter(|(seconds, _)| *seconds > 0)?;
        let side = host.side();
        Some(format!(
            "host {side} has no answer, and sends again in {seconds} s; tries so far: {}",
            u32::from(times) + 1
        ))
    })
}

/// What a run came to, and what in it is not as it was meant.
pub fn summary(lab: &Lab, programs: &Programs, rules: &[String]) -> Vec<String> {
    let packets = lab.wire.packets();
    if !packets.iter().any(is_of_a_program) {
        let hint = format!(
            "neither has sent a packet to the other; \
             for B, host A is {}, and 127.0.0.1 is B itself",
            lab.a.addr()
        );
        let both = programs.started(Side::B);
        return both.then_some(hint).into_iter().collect();
    }
    let count = |what: &dyn Fn(&&Packet) -> bool| packets.iter().filter(what).count();
    let dropped = count(&|packet| packet.fate == Fate::Dropped);
    let again = count(&|packet| packet.is_sent_again());
    let all = match packets.len() {
        1 => "1 packet".into(),
        many => format!("{many} packets"),
    };
    let mut said = vec![format!("{all}: {dropped} dropped, {again} sent again")];
    if lab.wire.unlogged() > 0 {
        let more = lab.wire.unlogged();
        said.push(format!(
            "and {more} more that were not logged: the log is full"
        ));
        return said;
    }
    let idle = |rule: &&String| {
        let by_it = |packet: &Packet| packet.rule.as_deref() == Some(rule.as_str());
        !packets.iter().any(by_it)
    };
    let idle = rules.iter().filter(idle);
    said.extend(idle.map(|rule| format!("the rule `{rule}` did nothing to any of them")));
    said
}

/// Kernels have things to say to each other as well: who their routers and
/// neighbours are, and which groups they are in (RFC 4861, 3810 and 3376).
fn is_of_a_program(packet: &Packet) -> bool {
    let Some(decoded) = &packet.decoded else {
        return false;
    };
    match &decoded.transport {
        Transport::Tcp(_) | Transport::Udp(_) => true,
        Transport::Icmp(icmp) => decoded.source.is_ipv4() || !(130..=143).contains(&icmp.kind),
        Transport::Igmp(_) => false,
        Transport::Other => decoded.source.is_ipv4(),
    }
}
