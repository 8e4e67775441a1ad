//! Listening at every address, but for this machine only.

use socket2::{Domain, Socket, Type};
use std::io;
use std::net::{SocketAddr, TcpListener};

/// A listener on a wildcard address, `0.0.0.0` or `::`, with a port of its own.
///
/// `TcpListener::bind("0.0.0.0:0")` would do the same, and anybody who can
/// reach this machine could connect. So on Linux the socket is tied to the
/// loopback device (SO_BINDTODEVICE): what comes from outside is refused.
pub fn listener(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    if address.is_ipv6() {
        // IPV6_V6ONLY off: take IPv4 too. The default differs by system.
        socket.set_only_v6(false)?;
    }
    // A kernel before 5.7 lets only root do this. Then it is open to others
    // for the moment that the experiment takes, as with a plain bind.
    #[cfg(target_os = "linux")]
    let _ = socket.bind_device(Some(b"lo"));
    socket.bind(&address.into())?;
    socket.listen(8)?;
    Ok(socket.into())
}
