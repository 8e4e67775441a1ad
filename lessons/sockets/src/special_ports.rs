//! Port 0 means any free port; the low ports need a permission, not root.
//!
//! A program asks for port 0, and then for the highest low port that is free.
//!
//!     cargo run -p lesson-sockets -- special-ports

use kit::{Choice, Experiment, Narrator, Outcome, belief};
use std::fs::read_to_string;
use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, TcpListener};

/// Settled by the results of two binds.
pub const EXPERIMENT: Experiment = Experiment {
    name: "special-ports",
    about: "Port 0, and a port below 1024.",
    file: file!(),
    question: "A program binds a socket to port 0, and another one to a port \
        just below 1024. You start it here and now, as you start any program. \
        What happens?",
    choices: &[
        Choice::believing(
            "neither",
            "Both fail: there is no port 0, and low ports are for root",
            &belief::M23,
        ),
        Choice::believing(
            "zero",
            "Port 0 gives some free port; the low port is refused",
            &belief::M23,
        ),
        Choice::new(
            "both",
            "Port 0 gives some free port, and the low port is given too",
        ),
    ],
    run,
};

/// The first port that needs no permission, see ip(7).
const START: &str = "/proc/sys/net/ipv4/ip_unprivileged_port_start";

/// What this program may do, see capabilities(7).
const STATUS: &str = "/proc/self/status";

// ANCHOR: special_ports
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    // Every bind in this lesson asks for port 0; here we look at the answer.
    let zero = TcpListener::bind("127.0.0.1:0").and_then(|s| s.local_addr());
    me.returns("program", "bind to port 0", &zero);

    let start = read_to_string(START).unwrap_or("unknown".into());
    let start = start.trim();
    me.state("kernel", format!("ports for all from {start}"), START);
    let bit = permitted().map_or("unknown".into(), |bit| bit.to_string());
    me.state("program", format!("CAP_NET_BIND_SERVICE: {bit}"), STATUS);

    // Somebody may have the port already: then take the next lower one.
    // Nobody can reach it from outside, and it is free again at once.
    let bind = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    let taken = |error: &io::Error| error.kind() == ErrorKind::AddrInUse;
    let mut port = 1023;
    let mut low = bind(port);
    while low.as_ref().is_err_and(taken) && port > 1 {
        port -= 1;
        low = bind(port);
    }
    let low = low.map(|_| "no error");
    me.returns("program", &format!("bind to port {port}"), &low);

    let got = |result: bool| if result { "given" } else { "refused" };
    let (zero, low) = (zero.is_ok(), low.is_ok());
    let evidence = format!("port 0 {}, low port {}", got(zero), got(low));
    Ok(match (zero, low) {
        (true, true) => Outcome::chose("both", evidence),
        (true, false) => Outcome::chose("zero", evidence),
        (false, true) => Outcome::unlisted(evidence),
        (false, false) => Outcome::chose("neither", evidence),
    })
}
// ANCHOR_END: special_ports

/// The bit of CAP_NET_BIND_SERVICE, or `None` where there is no /proc.
fn permitted() -> Option<bool> {
    let status = read_to_string(STATUS).ok()?;
    let bits = status.lines().find_map(|row| row.strip_prefix("CapEff:"))?;
    let bits = u64::from_str_radix(bits.trim(), 16).ok()?;
    Some(bits >> 10 & 1 == 1)
}
