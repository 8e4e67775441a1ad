//! How connections end, and labs of other kinds.

use std::net::Shutdown;
use std::time::Duration;

use wire::diag::{State, TimerKind};
use wire::{Lab, Options, Packet, Side};

use crate::tools::{
    Outcome, SOON, check, connect, connections, datagrams, equal, read, receive, states, text,
    until, write,
};

pub fn half_close(lab: &Lab) -> Outcome {
    let connection = connect(lab)?;
    connection.a.shutdown(Shutdown::Write).map_err(text)?;
    until("A is in FIN_WAIT2", || {
        Ok(states(&lab.a)? == [State::FinWait2])
    })?;
    equal(states(&lab.b)?, vec![State::CloseWait], "B")?;
    write(&connection.b, b"still sending")?;
    equal(
        read(&connection.a, 13)?,
        b"still sending".to_vec(),
        "what A reads",
    )?;
    let fin = lab.wire.find(SOON, Packet::is_fin).ok_or("no FIN")?;
    equal((fin.from, fin.identity.fin), (Side::A, Some(1)), "the FIN")
}

pub fn time_wait(lab: &Lab) -> Outcome {
    let connection = connect(lab)?;
    drop(connection.a);
    until("B sees the end", || {
        Ok(states(&lab.b)? == [State::CloseWait])
    })?;
    drop(connection.b);
    until("A is in TIME_WAIT", || {
        Ok(states(&lab.a)? == [State::TimeWait])
    })?;
    let sockets = connections(&lab.a)?;
    let timer = sockets[0].timer.ok_or("no timer")?;
    equal(timer.kind, TimerKind::TimeWait, "timer")?;
    let minute = Duration::from_secs(55)..Duration::from_secs(61);
    check(minute.contains(&timer.left), "TIME_WAIT lasts a minute")?;
    until("B is gone", || Ok(states(&lab.b)?.is_empty()))?;
    let fins = lab.wire.packets().iter().filter(|p| p.is_fin()).count();
    equal(fins, 2, "FINs")?;
    drop(connection.listener);
    Ok(())
}

pub fn small_log() -> Options {
    Options {
        log_bytes: 10_000,
        latency: Duration::ZERO,
        ..Options::default()
    }
}

pub fn log_full(lab: &Lab) -> Outcome {
    let (a, b) = datagrams(lab)?;
    for _ in 0..50 {
        a.send(&[7; 1000]).map_err(text)?;
        receive(&b)?;
    }
    let logged = lab.wire.packets().len() as u64;
    check((3..10).contains(&logged), "the log is cut")?;
    equal(logged + lab.wire.unlogged(), 50, "packets")?;
    lab.wire.clear_log();
    a.send(b"again").map_err(text)?;
    check(
        lab.wire.find(SOON, |p| p.payload() == b"again").is_some(),
        "it logs again",
    )
}

pub fn without_ipv6() -> Options {
    Options {
        ipv6: false,
        fixed: false,
        quick_ack: false,
        mtu: 576,
        ..Options::default()
    }
}

pub fn no_ipv6(lab: &Lab) -> Outcome {
    equal(lab.a.addr_v6(), None, "IPv6 address")?;
    let connection = connect(lab)?;
    write(&connection.a, &[9; 2000])?;
    equal(read(&connection.b, 2000)?.len(), 2000, "bytes")?;
    let syn = lab.wire.find(SOON, Packet::is_syn).ok_or("no SYN")?;
    equal(syn.tcp().and_then(|t| t.options.mss), Some(536), "mss")?;
    check(
        lab.wire.packets().iter().all(|p| p.bytes.len() <= 576),
        "no packet is longer",
    )?;
    equal(lab.unset().len(), 0, "settings not made")
}
