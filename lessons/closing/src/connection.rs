//! Where the experiments begin: a client and a server that are connected.

use lab::{Lab, patience};
use socket2::SockRef;
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};

/// Both ends of one connection.
pub struct Connection {
    /// The client's end, on host A.
    pub client: TcpStream,
    /// The server's end, on host B.
    pub server: TcpStream,
    /// The client's address.
    pub at_a: SocketAddr,
    /// The server's address.
    pub at_b: SocketAddr,
}

/// Connects a client on A to a server on B. How that goes is the handshake's
/// lesson, so its three packets are not told here.
pub fn connect(lab: &Lab) -> io::Result<Connection> {
    let listener = lab.b.enter(|| TcpListener::bind(lab.b.at(7777)))?;
    // SO_RCVTIMEO, which on Linux holds for accept, too.
    SockRef::from(&listener).set_read_timeout(Some(patience()))?;
    accepted(lab, &listener)
}

/// The same with a listener that is there already.
pub fn accepted(lab: &Lab, listener: &TcpListener) -> io::Result<Connection> {
    let at_b = listener.local_addr()?;
    let connect = || TcpStream::connect_timeout(&at_b, patience());
    let both = || (lab.a.enter(connect), listener.accept());
    let (client, accepted) = lab.setting(both);
    let (client, (server, at_a)) = (client?, accepted?);
    // No read and no write of this lesson may wait for ever.
    for end in [&client, &server] {
        end.set_read_timeout(Some(patience()))?;
        end.set_write_timeout(Some(patience()))?;
    }
    drop(lab.news());
    Ok(Connection {
        client,
        server,
        at_a,
        at_b,
    })
}
