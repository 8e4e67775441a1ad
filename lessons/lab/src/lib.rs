//! The two hosts of a lesson: on the wire where that is allowed, on loopback
//! where it is not.
//!
//! A lesson says [`enter`] first in its `main`, and [`Lab::open`] in each
//! experiment. Host A, on the left of every ladder, is the client; host B is
//! the server. Where the kernel refuses the wire, both hosts are this machine
//! and no packet is seen: results and states are then all the evidence.

mod hold;
mod shown;

use kit::Outcome;
use std::cell::Cell;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use wire::{Entered, Refusal};

pub use shown::shown;
pub use wire::Packet;

/// How long any wait for a packet may take.
///
/// The slowest thing a lesson waits for is a second try after a second.
pub const PATIENCE: Duration = Duration::from_secs(8);

/// How long a call of an experiment may wait for the other host: [`PATIENCE`],
/// or as long as nobody will wait, if the reader decides about each packet and
/// needs time to think.
pub fn patience() -> Duration {
    match kit::holding() {
        None => PATIENCE,
        Some(_) => Duration::from_secs(600),
    }
}

/// After how long a wait looks whether its deadline is over: only a reader who
/// decides about packets puts it off.
fn look() -> Duration {
    match kit::holding() {
        None => PATIENCE,
        Some(_) => Duration::from_millis(50),
    }
}

/// From here on [`wire::Wire::trust`] calls a wire late.
const LATE: Duration = Duration::from_millis(150);

/// How the only rule of a wire that plays a router is shown.
const ROUTER: &str = "a router passes on no packet with TTL 1";

static ENTERED: OnceLock<Result<Entered, Refusal>> = OnceLock::new();

/// Asks the kernel for a place where hosts can be made.
///
/// The first line of `main`: it works only before a second thread starts. A
/// refusal is no error; [`Lab::open`] then gives hosts on loopback.
pub fn enter() {
    ENTERED.get_or_init(wire::enter);
}

/// Two hosts, A and B, and what there is between them.
pub struct Lab {
    /// The client's host, on the left of every ladder.
    pub a: Host,
    /// The server's host, on the right of every ladder.
    pub b: Host,
    between: Result<wire::Wire, String>,
    told: Cell<u64>,
    router: Cell<bool>,
    // Last, because the hosts must be gone before it: it is both of them.
    lab: Option<Arc<wire::Lab>>,
}

/// One of the two hosts.
pub struct Host {
    side: wire::Side,
    lab: Option<Arc<wire::Lab>>,
}

impl Lab {
    /// Two fresh hosts: on the wire, or on loopback if that is refused.
    pub fn open() -> Lab {
        Lab::with(wire::Options::default())
    }

    /// [`Lab::open`] with hosts that may hold an ACK back for a while, as hosts
    /// elsewhere do; those of `open` acknowledge every segment at once.
    pub fn delaying_acks() -> Lab {
        Lab::with(wire::Options {
            quick_ack: false,
            ..wire::Options::default()
        })
    }

    /// [`Lab::open`] with a wire of another latency, or other settings.
    pub fn with(options: wire::Options) -> Lab {
        let refused = |refusal: &Refusal| refusal.to_string();
        let made = match ENTERED.get() {
            None => Err("the lesson did not ask for it first".to_string()),
            Some(Err(refusal)) => Err(refused(refusal)),
            Some(Ok(entered)) => {
                wire::Lab::with(entered, options).map_err(|r| refused(&r))
            }
        };
        let (lab, between) = match made {
            Ok(lab) => {
                let between = lab.wire.clone();
                (Some(Arc::new(lab)), Ok(between))
            }
            Err(why) => (None, Err(why)),
        };
        if let (Some(hosts), Some(output)) = (&lab, kit::holding()) {
            hold::begin(hosts, output);
        }
        let host = |side| Host {
            side,
            lab: lab.clone(),
        };
        Lab {
            a: host(wire::Side::A),
            b: host(wire::Side::B),
            between,
            told: Cell::new(0),
            router: Cell::new(false),
            lab,
        }
    }

    /// The tier of evidence, to be told at the start of an experiment.
    pub fn evidence(&self) -> String {
        match &self.between {
            Ok(_) => "evidence: lab, two hosts, every packet seen".into(),
            Err(why) => format!(
                "evidence: kernel, results and states only, because {why}; \
                 `cargo run -- doctor` says what helps"
            ),
        }
    }

    /// The wire between the hosts.
    ///
    /// # Errors
    /// `Unsupported` with the kernel's refusal, where there is no wire. Passed
    /// on with `?`, it ends the experiment as inconclusive.
    pub fn wire(&self) -> io::Result<&wire::Wire> {
        self.between.as_ref().map_err(|why| {
            let why = format!(
                "this experiment needs the wire, and {why}; \
                 `cargo run -- doctor` says what helps"
            );
            io::Error::new(io::ErrorKind::Unsupported, why)
        })
    }

    /// Puts a rule in force: `drop syn:1`, see [`wire::rule`].
    ///
    /// # Errors
    /// As [`Lab::wire`]; `InvalidInput` for a rule with a mistake.
    pub fn rule(&self, rule: &str) -> io::Result<()> {
        let wrong = |e: wire::RuleError| {
            io::Error::new(io::ErrorKind::InvalidInput, e.to_string())
        };
        self.wire()?.rule(rule).map(drop).map_err(wrong)
    }

    /// Lets the held packet with this number go, at once. Packets are numbered
    /// from 1, as the wire gets them. False if this one is not held.
    ///
    /// # Errors
    /// As [`Lab::wire`].
    pub fn release(&self, number: u64) -> io::Result<bool> {
        Ok(self.wire()?.release(number, wire::Action::Pass))
    }

    /// The packets that were not told yet, oldest first, once none is on its
    /// way any more. None where there is no wire.
    pub fn news(&self) -> Vec<kit::Packet> {
        let Ok(wire) = &self.between else {
            return Vec::new();
        };
        let mut deadline = Deadline::new();
        while !wire.wait_idle(look()) || held_for_the_reader(wire) {
            if deadline.is_over(wire) {
                break;
            }
        }
        if kit::holding().is_some() {
            // What has just arrived may still change the states that are told.
            std::thread::sleep(3 * hold::LOOK);
        }
        let told = self.told.get();
        let news: Vec<Packet> = wire.packets();
        let news = news.iter().filter(|packet| packet.n > told);
        let mut news: Vec<kit::Packet> = news.map(shown).collect();
        for packet in news.iter_mut().filter(|_| self.router.get()) {
            packet.rule = packet.rule.take().map(|_| ROUTER.into());
        }
        self.told
            .set(news.last().map_or(told, |packet| packet.number));
        news
    }

    /// Makes the wire behave as a router does in one respect: a packet whose
    /// TTL is 1 is not passed on (RFC 1812 section 5.3.1).
    ///
    /// A router also takes 1 off the TTL of the others; the wire does not.
    ///
    /// # Errors
    /// As [`Lab::wire`].
    pub fn play_router(&self) -> io::Result<()> {
        self.wire()?.decide(|packet| {
            let ttl = packet.decoded.as_ref()?.ttl;
            (ttl <= 1).then_some(wire::Action::Drop)
        });
        self.router.set(true);
        Ok(())
    }

    /// All packets that the wire has seen; none where there is no wire.
    pub fn packets(&self) -> Vec<Packet> {
        match &self.between {
            Ok(wire) => wire.packets(),
            Err(_) => Vec::new(),
        }
    }

    /// Waits until `happened` is true of the packets seen, and says whether
    /// it became true within [`PATIENCE`]. Never true without a wire.
    pub fn wait(&self, mut happened: impl FnMut(&[Packet]) -> bool) -> bool {
        let Ok(wire) = &self.between else {
            return false;
        };
        let mut deadline = Deadline::new();
        loop {
            if wire.wait_for(look(), &mut happened) {
                return true;
            }
            if deadline.is_over(wire) {
                return false;
            }
        }
    }

    /// Runs `f`, which belongs to the setting and not to what is asked: the
    /// reader decides about none of its packets.
    pub fn setting<T>(&self, f: impl FnOnce() -> T) -> T {
        let held = kit::holding().and(self.between.as_ref().ok());
        if let Some(wire) = held {
            wire.otherwise(wire::Action::Pass);
        }
        let made = f();
        if let Some(wire) = held {
            wire.wait_idle(PATIENCE);
            wire.otherwise(wire::Action::Hold);
        }
        made
    }

    /// The states of a connection at the host of `client` and at that of
    /// `server`, read by sock_diag(7): such as `ESTABLISHED`, or `no socket`.
    ///
    /// A socket that still waits to be accepted is there, too, and so is one
    /// that its program has closed.
    pub fn ends(&self, client: SocketAddr, server: SocketAddr) -> [String; 2] {
        let at_a = self.a.state(client, server);
        let at_b = self.b.state(server, client);
        [at_a, at_b]
    }

    /// The outcome, or an inconclusive one if the wire itself disturbed the
    /// run: it lost a packet, or it got no processor in time.
    pub fn trusted(&self, outcome: Outcome) -> Outcome {
        let trust = self.between.as_ref().map(wire::Wire::trust);
        match trust {
            Ok(Err(why)) => Outcome::inconclusive(why.to_string()),
            _ => outcome,
        }
    }

    /// The outcome, or an inconclusive one if the wire lost a packet by itself.
    ///
    /// For experiments in which only the order of packets counts: there a wire
    /// that was late, which [`Lab::trusted`] minds, disturbs nothing.
    pub fn complete(&self, outcome: Outcome) -> Outcome {
        let late = |wire: &wire::Wire| {
            wire.overflow() == 0 && wire.worst_stall() > LATE
        };
        match &self.between {
            Ok(wire) if late(wire) => outcome,
            _ => self.trusted(outcome),
        }
    }

    /// A command that looks at host B from a second terminal, without root.
    pub fn look_inside(&self) -> Option<String> {
        self.lab.as_ref().map(|lab| lab.b.look_inside())
    }
}

/// [`PATIENCE`] from now on, or from when the reader has decided about the
/// last packet.
struct Deadline(Instant);

impl Deadline {
    fn new() -> Deadline {
        Deadline(Instant::now() + PATIENCE)
    }

    fn is_over(&mut self, wire: &wire::Wire) -> bool {
        if held_for_the_reader(wire) {
            *self = Deadline::new();
        }
        Instant::now() > self.0
    }
}

/// Whether a packet waits for the reader; an experiment may hold one, too.
fn held_for_the_reader(wire: &wire::Wire) -> bool {
    kit::holding().is_some() && !wire.held().is_empty()
}

impl Host {
    /// Runs `f` on this host. Sockets that it makes belong to the host for
    /// good; they can be used from anywhere afterwards.
    pub fn enter<T>(&self, f: impl FnOnce() -> T) -> T {
        match self.on_wire() {
            Some(host) => host.enter(f),
            None => f(),
        }
    }

    /// This host's address: 10.0.0.1 or 10.0.0.2, or 127.0.0.1 without a wire.
    pub fn address(&self) -> IpAddr {
        match self.on_wire() {
            Some(host) => host.addr().into(),
            None => Ipv4Addr::LOCALHOST.into(),
        }
    }

    /// This host's address as the calls for multicast take it: it says which
    /// interface is meant.
    pub fn ipv4(&self) -> Ipv4Addr {
        match self.on_wire() {
            Some(host) => host.addr(),
            None => Ipv4Addr::LOCALHOST,
        }
    }

    /// The broadcast address of this host's network: 10.0.0.255, or
    /// 127.255.255.255 without a wire.
    pub fn broadcast(&self) -> Ipv4Addr {
        match self.on_wire() {
            Some(_) => Ipv4Addr::new(10, 0, 0, 255),
            None => Ipv4Addr::new(127, 255, 255, 255),
        }
    }

    /// This host's address with a port. Without a wire the port is 0, because
    /// on this machine any other may be taken.
    pub fn at(&self, port: u16) -> SocketAddr {
        let port = if self.lab.is_some() { port } else { 0 };
        SocketAddr::new(self.address(), port)
    }

    /// Changes a setting of this host, such as `net.ipv4.tcp_syn_retries`.
    ///
    /// # Errors
    /// `Unsupported` without a wire: the machine's own settings stay.
    pub fn sysctl(&self, name: &str, value: &str) -> io::Result<()> {
        match self.on_wire() {
            Some(host) => host.sysctl(name, value),
            None => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    /// Gives a setting of this host the value that this kernel is born with,
    /// and returns it.
    ///
    /// # Errors
    /// `NotFound` if this kernel has no such setting; as [`Host::sysctl`].
    pub fn restore(&self, name: &str) -> io::Result<String> {
        // This program's own namespace is as new as those of the hosts, and
        // nobody has changed a setting in it.
        let path = format!("/proc/sys/{}", name.replace('.', "/"));
        let born = std::fs::read_to_string(path)?.trim().to_string();
        let host = self.on_wire().ok_or(io::ErrorKind::Unsupported)?;
        // Where settings cannot be written, nobody has changed this one.
        if host.sysctl_value(name)? != born {
            host.sysctl(name, &born)?;
        }
        Ok(born)
    }

    /// A counter of this host, such as `TcpExt` and `ListenOverflows`, or
    /// `None` if this kernel does not count that, or there is no wire and the
    /// counter would be that of the whole machine.
    pub fn counter(&self, group: &str, name: &str) -> Option<u64> {
        self.on_wire()?.counter(group, name).ok()
    }

    /// The state of the TCP socket with these two addresses, by sock_diag(7).
    pub fn state(&self, local: SocketAddr, peer: SocketAddr) -> String {
        match self.socket(local, peer) {
            Ok(Some(socket)) => socket.state.to_string(),
            Ok(None) => "no socket".into(),
            Err(error) => kit::describe_error(&error),
        }
    }

    /// The TCP socket with these two addresses, if this host has one.
    ///
    /// # Errors
    /// What the kernel answers to sock_diag(7).
    pub fn socket(
        &self,
        local: SocketAddr,
        peer: SocketAddr,
    ) -> io::Result<Option<wire::diag::Socket>> {
        let sockets = self.enter(wire::diag::sockets)?;
        Ok(sockets.into_iter().find(|socket| {
            socket.protocol == wire::diag::Protocol::Tcp
                && socket.local == local
                && socket.peer == peer
        }))
    }

    /// Waits until the socket with these two addresses is in `state`, and
    /// says in which state it was last: the same, or another after
    /// [`PATIENCE`].
    pub fn wait_for_state(
        &self,
        local: SocketAddr,
        peer: SocketAddr,
        state: &str,
    ) -> String {
        let mut deadline = Deadline::new();
        loop {
            let now = self.state(local, peer);
            let over = match &self.lab {
                Some(lab) => deadline.is_over(&lab.wire),
                None => Instant::now() > deadline.0,
            };
            if now == state || over {
                return now;
            }
            // The kernel does not tell when a state changes: it must be asked.
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    fn on_wire(&self) -> Option<&wire::Host> {
        self.lab.as_ref().map(|lab| lab.host(self.side))
    }
}
