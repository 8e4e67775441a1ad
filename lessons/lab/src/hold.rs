//! A run in which the reader is the wire.
//!
//! Every packet that no rule of the experiment decides about is held and told
//! at once, and a line of standard input decides what becomes of it. Meanwhile
//! the experiment waits in its calls, and both kernels go on: their timers
//! run, and what they send again is held, too.

use crate::shown;
use kit::{At, Becomes, Decision, Event, Output};
use std::io;
use std::panic::Location;
use std::process;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, Once, PoisonError, Weak};
use std::thread;
use std::time::Duration;
use wire::diag::{self, Protocol, Socket};
use wire::{Action, Packet, Wire};

/// How often the states are read while no packet comes.
pub(crate) const LOOK: Duration = Duration::from_millis(20);

/// How much later a delayed packet is delivered.
const DELAY: Duration = Duration::from_millis(500);

/// The hosts whose packets the lines of standard input are about.
static HOSTS: Mutex<Weak<wire::Lab>> = Mutex::new(Weak::new());

/// What becomes of packets that no rule decides about: they are held, until
/// the reader has decided about all that come.
static OTHERWISE: Mutex<Action> = Mutex::new(Action::Hold);

/// Holds the packets of these hosts, and tells of them from a thread.
pub(crate) fn begin(hosts: &Arc<wire::Lab>, mut output: Output) {
    static READING: Once = Once::new();
    let hosts_of_all = HOSTS.lock();
    *hosts_of_all.unwrap_or_else(PoisonError::into_inner) =
        Arc::downgrade(hosts);
    let packets = hosts.wire.subscribe();
    resume(&hosts.wire);
    let hosts = Arc::downgrade(hosts);
    READING.call_once(|| {
        let output = output.clone();
        thread::spawn(move || obey(output));
    });
    thread::spawn(move || tell(&packets, &hosts, &mut output));
}

/// Lets the reader decide again, who may have decided about all.
pub(crate) fn resume(wire: &Wire) {
    let otherwise = OTHERWISE.lock().unwrap_or_else(PoisonError::into_inner);
    wire.otherwise(otherwise.clone());
}

/// Tells of each packet when it is held and when it is decided about, and of
/// the states of both ends when they have changed.
fn tell(
    packets: &Receiver<Packet>,
    hosts: &Weak<wire::Lab>,
    output: &mut Output,
) {
    let mut last = None;
    loop {
        match packets.recv_timeout(LOOK) {
            Ok(packet) => output.tell(Event::Packet(shown(&packet))),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        let Some(hosts) = hosts.upgrade() else { return };
        let states = states(&hosts);
        drop(hosts);
        if states.is_some() && states != last {
            if let Some([left, right]) = states.clone() {
                output.tell(Event::Ends {
                    left,
                    right,
                    source: "sock_diag".into(),
                    at: here(),
                });
            }
            last = states;
        }
    }
}

/// The states of a connection, on A and on B, if there is one.
fn states(hosts: &wire::Lab) -> Option<[String; 2]> {
    let connections = |host: &wire::Host| -> Vec<Socket> {
        let sockets = host.enter(diag::sockets).unwrap_or_default();
        let open = |socket: &Socket| {
            socket.protocol == Protocol::Tcp && socket.peer.port() != 0
        };
        sockets.into_iter().filter(open).collect()
    };
    let (of_a, of_b) = (connections(&hosts.a), connections(&hosts.b));
    let state = |found: Option<&Socket>| match found {
        Some(socket) => socket.state.to_string(),
        None => "no socket".into(),
    };
    if let Some(at_a) = of_a.first() {
        let other =
            |it: &&Socket| it.local == at_a.peer && it.peer == at_a.local;
        let at_b = of_b.iter().find(other);
        return Some([state(Some(at_a)), state(at_b)]);
    }
    of_b.first().map(|at_b| [state(None), state(Some(at_b))])
}

/// Does what the lines of standard input say, and ends with them: nobody is
/// left to decide, and no lesson outlives its reader.
fn obey(mut output: Output) {
    for line in io::stdin().lines() {
        let Ok(line) = line else { break };
        if let Err(why) = obey_line(&line) {
            let text = why.to_string();
            output.tell(Event::Said { text, at: here() });
        }
    }
    process::exit(0);
}

fn obey_line(line: &str) -> Result<(), &'static str> {
    let decision = Decision::parse(line);
    let decision =
        decision.ok_or("that line was no decision about a packet")?;
    let hosts = HOSTS.lock().unwrap_or_else(PoisonError::into_inner);
    let hosts = hosts
        .upgrade()
        .ok_or("there is no packet to decide about")?;
    let action = match decision.becomes {
        Becomes::Passed => Action::Pass,
        Becomes::Dropped => Action::Drop,
        Becomes::Duplicated => Action::Duplicate,
        Becomes::Delayed => Action::Delay(DELAY),
        Becomes::Corrupted => Action::Corrupt,
    };
    match decision.packet {
        Some(number) if hosts.wire.release(number, action.clone()) => Ok(()),
        Some(_) => Err("that packet is not held"),
        None => {
            let otherwise = OTHERWISE.lock();
            *otherwise.unwrap_or_else(PoisonError::into_inner) = action.clone();
            resume(&hosts.wire);
            for packet in hosts.wire.held() {
                hosts.wire.release(packet.n, action.clone());
            }
            Ok(())
        }
    }
}

#[track_caller]
fn here() -> At {
    At::from(Location::caller())
}
