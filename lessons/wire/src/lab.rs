//! Two hosts and the cable between them.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::cable;
use crate::host::Host;
use crate::links::{self, Links, WIRE0, port_index};
use crate::options::Options;
use crate::packet::Side;
use crate::port::{Port, Waker};
use crate::refusal::{Refusal, Step};
use crate::sandbox::{Entered, Namespace, refuse};
use crate::state::State;
use crate::sys;
use crate::sysctl;
use crate::wire::{Shared, Wire};

/// Two hosts on one wire, each with a TCP/IP of its own in this machine's kernel.
///
/// It is gone when it and all sockets made in it are dropped, or the process ends, however that
/// happens. A process may have any number, one after the other or at the same time.
#[derive(Debug)]
pub struct Lab {
    /// 10.0.0.1 and fd00::1.
    pub a: Host,
    /// 10.0.0.2 and fd00::2.
    pub b: Host,
    /// The cable between them.
    pub wire: Wire,
    unset: Vec<String>,
    thread: Option<JoinHandle<()>>,
}

/// How long an interface may take to come up; usually some milliseconds.
const LINK_UP: Duration = Duration::from_secs(5);

impl Lab {
    /// A lab as lessons want it: see [`Options::default`].
    ///
    /// # Errors
    /// [`Refusal`] with the first step that failed.
    pub fn new(entered: &Entered) -> Result<Lab, Refusal> {
        Lab::with(entered, Options::default())
    }

    /// A lab with other options.
    ///
    /// # Errors
    /// [`Refusal`] with the first step that failed.
    pub fn with(_: &Entered, options: Options) -> Result<Lab, Refusal> {
        let namespace = || Namespace::new().map_err(|e| refuse(Step::NetNamespace, &e));
        let (between, a, b) = (namespace()?, namespace()?, namespace()?);
        let hosts = [(Side::A, &a), (Side::B, &b)];
        let (mut outer, ports) = inside(&between, Step::Veth, || build_wire(hosts, &options))??;
        let mut unset = Vec::new();
        for (side, host) in hosts {
            let missing = inside(host, Step::LinkUp, || build_host(side, &options))??;
            unset.extend(missing);
        }
        for (side, host) in hosts {
            let up = |e| refuse(Step::LinkUp, &e);
            outer.wait_up(port_index(side), LINK_UP).map_err(up)?;
            let waited = inside(host, Step::LinkUp, || wait_ready(side, &options))?;
            waited.map_err(up)?;
        }
        let (wire, thread) = start(ports, &options).map_err(|e| refuse(Step::Thread, &e))?;
        let ipv6 = options.ipv6;
        Ok(Lab {
            a: Host::new(Side::A, a, ipv6),
            b: Host::new(Side::B, b, ipv6),
            wire,
            unset,
            thread: Some(thread),
        })
    }

    /// Settings of the fixed set this kernel does not have or did not let us write: a trace may
    /// then differ from run to run. Each host's are listed.
    pub fn unset(&self) -> &[String] {
        &self.unset
    }

    /// The host on a side.
    pub fn host(&self, side: Side) -> &Host {
        match side {
            Side::A => &self.a,
            Side::B => &self.b,
        }
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        self.wire.shared.lock().closing = true;
        self.wire.shared.waker.wake();
        if let Some(thread) = self.thread.take() {
            // It ends at the next turn of its loop; if it panicked there is nothing left to do.
            let _ = thread.join();
        }
    }
}

/// The IPv4 address of a host.
pub(crate) fn ipv4(side: Side) -> Ipv4Addr {
    Ipv4Addr::new(10, 0, 0, 1 + side.index() as u8)
}

/// The IPv6 address of a host.
pub(crate) fn ipv6(side: Side) -> Ipv6Addr {
    Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, 1 + side.index() as u16)
}

fn inside<T>(place: &Namespace, step: Step, f: impl FnOnce() -> T) -> Result<T, Refusal> {
    place.enter(f).map_err(|e| refuse(step, &e))
}

/// Runs in the wire's namespace: both veth pairs, and the ports on our ends of them.
fn build_wire(
    hosts: [(Side, &Namespace); 2],
    options: &Options,
) -> Result<(Links, [Port; 2]), Refusal> {
    let mut links = Links::open().map_err(|e| refuse(Step::Veth, &e))?;
    // Nothing of the wire's own may be heard on it; where this is read-only `quiet` does it too.
    let _ = sysctl::write("net.ipv6.conf.all.disable_ipv6", "1");
    let _ = sysctl::write("net.ipv6.conf.default.disable_ipv6", "1");
    let mut open = |side, host| {
        links
            .pair(side, host, options.mtu)
            .map_err(|e| refuse(Step::Veth, &e))?;
        // Without IPv6 in the kernel there is nothing to silence.
        let _ = links.quiet(port_index(side));
        // First up, then bound: a packet socket on an interface that is down reports ENETDOWN.
        links
            .up(port_index(side), 0)
            .map_err(|e| refuse(Step::LinkUp, &e))?;
        Port::open(port_index(side), side).map_err(|e| refuse(Step::PacketSocket, &e))
    };
    let [(side_a, host_a), (side_b, host_b)] = hosts;
    let ports = [open(side_a, host_a)?, open(side_b, host_b)?];
    Ok((links, ports))
}

/// Runs in a host's namespace; returns the settings that could not be made.
fn build_host(side: Side, options: &Options) -> Result<Vec<String>, Refusal> {
    let up = |e| refuse(Step::LinkUp, &e);
    let unset = sysctl::prepare(options);
    let mut links = Links::open().map_err(up)?;
    links::loopback_up().map_err(up)?;
    let address = |e| refuse(Step::Address, &e);
    match links.quiet(WIRE0) {
        Err(e) if options.ipv6 => return Err(address(e)),
        _ => {}
    }
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::DGRAM, None)
        .map_err(|e| refuse(Step::Checksums, &e))?;
    sys::fill_in_checksums(&socket, "wire0").map_err(|e| refuse(Step::Checksums, &e))?;
    links.wire0_up().map_err(up)?;
    let six = options.ipv6.then(|| ipv6(side));
    links
        .addresses(ipv4(side), six, options.quick_ack)
        .map_err(address)?;
    Ok(unset)
}

/// Runs in a host's namespace, when both ends of its cable are up.
fn wait_ready(side: Side, options: &Options) -> io::Result<()> {
    let mut links = Links::open()?;
    links.wait_up(WIRE0, LINK_UP)?;
    match options.ipv6 {
        true => links.wait_local(ipv6(side), LINK_UP),
        false => Ok(()),
    }
}

fn start(ports: [Port; 2], options: &Options) -> io::Result<(Wire, JoinHandle<()>)> {
    let (waker, wakes) = Waker::new()?;
    let shared = Arc::new(Shared {
        state: Mutex::new(State::new(options.latency, options.log_bytes)),
        changed: Condvar::new(),
        ports,
        waker,
        stopped: AtomicBool::new(false),
    });
    let (mtu, wire) = (
        options.mtu as usize,
        Wire {
            shared: shared.clone(),
        },
    );
    let thread = thread::Builder::new()
        .name("wire".into())
        .stack_size(256 * 1024)
        .spawn(move || cable::run(&shared, wakes, mtu))?;
    Ok((wire, thread))
}
