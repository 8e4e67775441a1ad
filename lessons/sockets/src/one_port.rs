//! A port number belongs to a protocol and an address, not to a program.
//!
//! A TCP server has a port, and five more sockets want the same number.
//!
//!     cargo run -p lesson-sockets -- one-port

use kit::{Choice, Experiment, Narrator, Outcome, belief};
use socket2::{Domain, Socket, Type};
use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};

/// Settled by the results of five binds.
pub const EXPERIMENT: Experiment = Experiment {
    name: "one-port",
    about: "Several sockets that want the same port number.",
    file: file!(),
    question: "A TCP server listens on port P of 127.0.0.1. Other sockets \
        want P too: one of UDP; one of TCP on 127.0.0.2; another one of TCP \
        on 127.0.0.1; and two of TCP on 127.0.0.3 that both set the option \
        SO_REUSEPORT. Which of them get it?",
    choices: &[
        Choice::believing(
            "none",
            "None: a port belongs to one program at a time",
            &belief::M16,
        ),
        Choice::believing(
            "udp",
            "Only the UDP socket: UDP has ports of its own",
            &belief::M16,
        ),
        Choice::new("four", "All but the second TCP socket on 127.0.0.1"),
        Choice::new("all", "All of them"),
    ],
    run,
};

// ANCHOR: one_port
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let first = TcpListener::bind("127.0.0.1:0")?;
    let address = first.local_addr()?;
    let port = address.port();
    me.does("first", format!("listens on TCP {address}"));

    let udp = UdpSocket::bind(address).map(|_| "no error");
    me.returns("udp", &format!("bind to UDP {address}"), &udp);

    // On Linux all of 127.0.0.0/8 is this machine; elsewhere only 127.0.0.1
    // may be, and then the kernel says EADDRNOTAVAIL.
    let other = SocketAddr::from((Ipv4Addr::new(127, 0, 0, 2), port));
    let other_address = TcpListener::bind(other).map(|_| "no error");
    me.returns("other", &format!("bind to TCP {other}"), &other_address);

    let again = TcpListener::bind(address).map(|_| "no error");
    me.returns("again", &format!("bind to TCP {address}"), &again);

    // Two that agree to share: the kernel spreads new connections over them.
    let third = SocketAddr::from((Ipv4Addr::new(127, 0, 0, 3), port));
    let pair = sharing(third).map(|()| "no error");
    me.returns("pair", &format!("two binds to TCP {third}"), &pair);

    let came = |bind: io::Result<&str>| match bind {
        Ok(_) => "yes",
        Err(error) if error.kind() == ErrorKind::AddrInUse => "no",
        Err(_) => "failed",
    };
    let got = [udp, other_address, again, pair].map(came);
    let evidence =
        format!("udp, other, again, pair got it: {}", kit::list(got));
    Ok(match got {
        ["no", "no", "no", "no"] => Outcome::chose("none", evidence),
        ["yes", "no", "no", "no"] => Outcome::chose("udp", evidence),
        ["yes", "yes", "no", "yes"] => Outcome::chose("four", evidence),
        ["yes", "yes", "yes", "yes"] => Outcome::chose("all", evidence),
        _ => Outcome::unlisted(evidence),
    })
}

/// SO_REUSEPORT must be set on each of them, before its bind.
fn sharing(address: SocketAddr) -> io::Result<()> {
    let new = || Socket::new(Domain::IPV4, Type::STREAM, None);
    let sockets = [new()?, new()?];
    for socket in &sockets {
        #[cfg(unix)] // Windows has no such option
        socket.set_reuse_port(true)?;
        socket.bind(&address.into())?;
    }
    Ok(())
}
// ANCHOR_END: one_port
