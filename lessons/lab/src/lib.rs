//! The two hosts of a lesson: on the wire where that is allowed, on loopback
//! where it is not.
//!
//! A lesson says [`enter`] first in its `main`, and [`Lab::open`] in each
//! experiment. Host A, on the left of every ladder, is the client; host B is
//! the server. Where the kernel refuses the wire, both hosts are this machine
//! and no packet is seen: results and states are then all the evidence.

mod hold;
mod host;
mod shown;
mod wait;

use kit::Outcome;
use std::cell::Cell;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use wire::{Entered, Inconclusive, Refusal, Wire};

use wait::{Deadline, held_for_the_reader, look};

pub use host::Host;
pub use shown::shown;
pub use wait::{PATIENCE, patience};
pub use wire::Packet;

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
    between: Result<Wire, String>,
    told: Cell<u64>,
    router: Cell<bool>,
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
    pub fn wire(&self) -> io::Result<&Wire> {
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
            hold::resume(wire);
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
        self.unless(outcome, Wire::trust)
    }

    /// The outcome, or an inconclusive one if the wire lost a packet by itself.
    ///
    /// For experiments in which only the order of packets counts: there a wire
    /// that was late, which [`Lab::trusted`] minds, disturbs nothing.
    pub fn complete(&self, outcome: Outcome) -> Outcome {
        self.unless(outcome, Wire::lossless)
    }

    fn unless(
        &self,
        outcome: Outcome,
        doubt: fn(&Wire) -> Result<(), Inconclusive>,
    ) -> Outcome {
        match self.between.as_ref().map(doubt) {
            Ok(Err(why)) => Outcome::inconclusive(why.0),
            _ => outcome,
        }
    }

    /// A command that looks at host B from a second terminal, without root.
    pub fn look_inside(&self) -> Option<String> {
        self.lab.as_ref().map(|lab| lab.b.look_inside())
    }
}

impl Drop for Lab {
    /// Keeps the packets, if somebody wants them.
    fn drop(&mut self) {
        // The page wants them of every run; one without the wire has said why
        // there is none, and what it shows instead holds all the same.
        let (Some(path), Ok(wire)) = (kit::capture(), &self.between) else {
            return;
        };
        let write = || {
            // Never over another file, nor over that of another pair of hosts.
            let file = std::fs::File::create_new(path)?;
            let file = std::io::BufWriter::new(file);
            let view = wire::pcapng::View::Wire;
            wire::pcapng::write(file, wire.started(), &wire.packets(), view)
        };
        if let Err(error) = write() {
            kit::capture_is_lost(&kit::describe_error(&error));
        }
    }
}
