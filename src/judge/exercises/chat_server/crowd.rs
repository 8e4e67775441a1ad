//! Many clients, and more than there is room for.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use super::causes;
use super::guest::Guest;
use crate::judge::Ruling;
use crate::judge::bench::{Bench, Patience, REPLY};
use crate::judge::fault::{Fault, Stop};
use crate::judge::heard::Then;
use crate::judge::tcp::{Tcp, own_limit};

/// How many say nothing; with the two who chat they are a thousand.
const CROWD: usize = 998;
/// Fewer are no crowd.
const LEAST: usize = 50;
/// How many of them say a name: each is news for all who said one before.
const NAMED: usize = 200;

pub fn thousand(bench: &mut Bench) -> Ruling {
    let crowd = allowed()?;
    let server = bench.serve()?;
    let mut ada = Guest::enter(bench, "ada", server)?;
    bench.did(format!(
        "{CROWD} clients connect, one after the other, and {NAMED} of them say a name"
    ));
    if crowd < CROWD {
        bench.did(format!(
            "(only {crowd} of them: the limit of open files here, ulimit -n)"
        ));
    }
    let because = |stop: Stop| stop.because(&causes::POOL);
    let mut idle = Vec::new();
    for number in 1..=crowd {
        let mut client = asked(bench, number, server).map_err(because)?;
        if number <= NAMED {
            client
                .pushes(format!("idle{number}\n").as_bytes())
                .map_err(because)?;
        }
        idle.push(client);
    }
    let mut bob = Guest::enter(bench, "bob", server).map_err(because)?;
    let hello = bench.text(8);
    bob.says(&hello)?;
    ada.hears(&format!("[{}] {hello}", bob.name))
        .map_err(|fault| because(fault.into()))
}

/// One more client, who is asked for a name and says none.
fn asked(bench: &Bench, number: usize, server: SocketAddr) -> Result<Tcp, Stop> {
    let name = format!("client {number}");
    let mut client = Tcp::joins(bench, &name, server)?;
    // Each is waited for, so that a short queue of the listener is no fault.
    let heard = client.reads(200, REPLY, |_| true);
    match heard.then {
        Then::Enough => Ok(client),
        _ => Fault::new(format!("{name} is asked for a name"), heard.ending()).stop(),
    }
}

/// As many as the limit of open files allows, which the program has too. With
/// fewer than would be a crowd, nobody can tell.
fn allowed() -> Result<usize, Stop> {
    let limit = kit::open_files().unwrap_or(256);
    // A program may use two descriptors for each client.
    let crowd = CROWD.min(limit.saturating_sub(100) / 2);
    if crowd < LEAST {
        return Err(Stop::Trouble(too_few(limit)));
    }
    Ok(crowd)
}

/// The sentence for a shell that lets nobody open enough.
fn too_few(limit: usize) -> String {
    format!("only {limit} files may be open at once here, too few for this rule: ulimit -n 1024")
}

/// How many never say a name, how many of them send a letter now and then,
/// and how long they may stay: 5 seconds, and one for a busy machine.
const SILENT: usize = 300;
const SLOW: usize = 20;
const STAY: Duration = Duration::from_secs(5 + 1);
/// A letter comes each 400 ms, or on a busy machine a little later.
const SELDOM: Duration = Duration::from_millis(1500);

pub fn nameless(bench: &mut Bench) -> Ruling {
    let silent = SILENT.min(allowed()?);
    let server = bench.serve()?;
    let mut ada = Guest::enter(bench, "ada", server)?;
    bench.did(format!(
        "{silent} clients connect and say no name; the last {SLOW} send a letter now and then"
    ));
    let mut waiting = Vec::new();
    for number in 1..=silent {
        let client = asked(bench, number, server)?;
        client.stream.set_nonblocking(true)?;
        waiting.push((number, client));
    }
    let since = Instant::now();
    let mut late = Guest::connect(bench, "bob", server)?;
    let (mut said, mut tick, mut letter) = (false, 0, Instant::now());
    let patience = Patience::new(STAY, bench.threads());
    while !waiting.is_empty() && !patience.is_over() {
        std::thread::sleep(Duration::from_millis(20));
        tick += 1;
        // Who needs a moment for the name is not let go.
        if !said && since.elapsed() > Duration::from_millis(800) {
            late.says("bob")?;
            late.is_let_in()?;
            ada.hears("* bob has entered the room")?;
            said = true;
        }
        if tick % 20 == 0 {
            // Who sends a letter so seldom is one of the silent.
            if letter.elapsed() > SELDOM {
                let words = "this machine is too busy to send letters in time";
                return Err(Stop::Busy(words.into()));
            }
            letter = Instant::now();
        }
        waiting.retain_mut(|(number, client)| {
            if *number > silent - SLOW && tick % 20 == 0 {
                // An error shows below, as its end.
                let _ = client.stream.write(b"x");
            }
            is_open(&mut client.stream)
        });
    }
    if !said && waiting.is_empty() {
        let expected = "each has at least a second to say a name";
        return Fault::new(expected, "all were let go before").stop();
    }
    if !waiting.is_empty() {
        let slow_only = waiting.iter().all(|(number, _)| *number > silent - SLOW);
        let who = match slow_only {
            true => "those who send a letter now and then are still connected",
            false => "some who have sent nothing are still connected",
        };
        return Fault::new("all who say no name are let go within 5 seconds", who)
            .because(if slow_only {
                &causes::EACH_BYTE
            } else {
                &causes::AT_ONCE
            })
            .stop();
    }
    let hello = bench.text(8);
    late.says(&hello)?;
    ada.hears(&format!("[bob] {hello}"))?;
    Ok(())
}

/// Takes what has come; false at the end.
fn is_open(stream: &mut TcpStream) -> bool {
    let mut buffer = [0; 512];
    // One that sends without end has this turn only.
    for _ in 0..64 {
        match stream.read(&mut buffer) {
            Ok(0) => return false,
            Ok(_) => {}
            Err(error) => return error.kind() == ErrorKind::WouldBlock,
        }
    }
    true
}

/// How many descriptors it has, and how many clients come.
const DESCRIPTORS: u64 = 128;
const TOO_MANY: usize = 160;

pub fn descriptors(bench: &mut Bench) -> Ruling {
    bench.grants_descriptors(DESCRIPTORS);
    let server = bench.serve()?;
    let mut ada = Guest::enter(bench, "ada", server)?;
    let mut bob = Guest::enter(bench, "bob", server)?;
    bench.did(format!("{TOO_MANY} more clients connect"));
    let because = |stop: Stop| stop.because(&causes::ACCEPT);
    let mut crowd = Vec::new();
    for _ in 0..TOO_MANY {
        // When the listener's queue is full too, a connection takes for ever.
        match TcpStream::connect_timeout(&server, Duration::from_millis(100)) {
            Ok(stream) => crowd.push(stream),
            Err(error) if own_limit(&error) => return Err(error.into()),
            Err(_) => break,
        }
    }
    waits_until_full(&mut crowd)?;
    for (from, to) in [(0, 1), (1, 0)] {
        let word = bench.text(8);
        let guests = [&mut ada, &mut bob];
        let name = guests[from].name.clone();
        guests[from].says(&word).map_err(because)?;
        let heard = guests[to].hears(&format!("[{name}] {word}"));
        heard.map_err(|fault| because(fault.into()))?;
    }
    bench.did("they all leave again");
    drop(crowd);
    let mut cyd = Guest::enter(bench, "cyd", server).map_err(because)?;
    let word = bench.text(8);
    cyd.says(&word)?;
    bob.hears(&format!("[{}] {word}", cyd.name))?;
    Ok(())
}

/// So many it can serve with the descriptors that it has, at the least.
const SERVED: usize = 30;

/// Waits until one of the crowd is not asked for a name, or refused.
fn waits_until_full(crowd: &mut [TcpStream]) -> std::io::Result<()> {
    let until = Instant::now() + REPLY;
    for (served, stream) in crowd.iter_mut().enumerate() {
        let patience = match served < SERVED {
            true => until.saturating_duration_since(Instant::now()),
            false => Duration::from_millis(400),
        };
        stream.set_read_timeout(Some(patience.max(Duration::from_millis(1))))?;
        if stream.read(&mut [0; 200]).is_err() {
            break;
        }
    }
    Ok(())
}
