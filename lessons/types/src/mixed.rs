//! Sockets of different types do not talk to each other.
//!
//! A stream socket tries to connect to a datagram socket, by IP and by path.
//!
//!     cargo run -p lesson-types -- mixed

use crate::PATIENCE;
use crate::private_folder::PrivateFolder;
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use socket2::{Domain, SockAddr, Socket, Type};
use std::io::{self, ErrorKind};
use std::net::{TcpStream, UdpSocket};

/// Settled by the results of two connects.
pub const EXPERIMENT: Experiment = Experiment {
    name: "mixed",
    about: "A stream socket that calls a datagram socket.",
    file: file!(),
    question: "A UDP socket has port P, and a TCP client connects to port P. \
        A Unix-domain datagram socket has a path, and a Unix-domain stream \
        client connects to that path. What happens?",
    choices: &[
        Choice::new("refused", "Both are refused: the types do not fit"),
        Choice::believing(
            "talk",
            "Both get through: address and port are right",
            &belief::M58,
        ),
        Choice::believing(
            "unix",
            "TCP is refused; the path leads to the one socket that has it",
            &belief::M58,
        ),
        Choice::new("silence", "Both hear nothing: connect waits in vain"),
    ],
    run,
};

// ANCHOR: mixed
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    // TCP and UDP count their ports separately: to TCP this port is free,
    // unless another program happens to have it.
    let udp = UdpSocket::bind("127.0.0.1:0")?;
    let address = udp.local_addr()?;
    me.does("datagram", format!("is bound to UDP {address}"));
    let tcp = TcpStream::connect_timeout(&address, PATIENCE);
    let tcp = tcp.map(|_| "no error");
    me.returns("stream", &format!("connect to TCP {address}"), &tcp);

    // In the Unix domain the path is a file, and there is only one of it. So
    // the client does find the socket, and can be told what is wrong.
    let folder = PrivateFolder::new("mixed")?;
    let path = SockAddr::unix(folder.file("datagram"))?;
    let datagram = Socket::new(Domain::UNIX, Type::DGRAM, None)?;
    datagram.bind(&path)?;
    me.does("datagram", "is bound to a path");
    let stream = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    let unix = stream.connect(&path).map(|()| "no error");
    me.returns("stream", "connect to that path", &unix);

    let came = |result: io::Result<&str>| match result {
        Ok(_) => "connected",
        Err(error) if error.kind() == ErrorKind::TimedOut => "silence",
        Err(_) => "refused",
    };
    let came = [came(tcp), came(unix)];
    let evidence = format!("by TCP and by path: {}", kit::list(came));
    Ok(match came {
        ["connected", "connected"] => Outcome::chose("talk", evidence),
        ["refused", "refused"] => Outcome::chose("refused", evidence),
        ["refused", "connected"] => Outcome::chose("unix", evidence),
        ["silence", "silence"] => Outcome::chose("silence", evidence),
        _ => Outcome::unlisted(evidence),
    })
}
// ANCHOR_END: mixed
