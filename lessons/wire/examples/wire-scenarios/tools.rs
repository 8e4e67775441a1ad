//! What all scenarios need.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::time::{Duration, Instant};

use wire::diag::{Socket, State};
use wire::{Host, Lab};

/// Nothing, or what was wrong.
pub type Outcome = Result<(), String>;

/// No dissector of tshark has claimed this port.
pub const PORT: u16 = 4242;
/// For everything that should happen soon.
pub const SOON: Duration = Duration::from_secs(10);

/// A connection from A to B and the listener it came through.
pub struct Connection {
    pub a: TcpStream,
    pub b: TcpStream,
    pub listener: TcpListener,
}

pub fn check(holds: bool, claim: &str) -> Outcome {
    if holds {
        Ok(())
    } else {
        Err(format!("it does not hold that {claim}"))
    }
}

pub fn equal<T: PartialEq + std::fmt::Debug>(got: T, wanted: T, what: &str) -> Outcome {
    if got == wanted {
        Ok(())
    } else {
        Err(format!("{what}: got {got:?}, wanted {wanted:?}"))
    }
}

pub fn text(error: io::Error) -> String {
    error.to_string()
}

pub fn listen(lab: &Lab) -> Result<TcpListener, String> {
    lab.b
        .enter(|| TcpListener::bind((lab.b.addr(), PORT)))
        .map_err(text)
}

pub fn connect(lab: &Lab) -> Result<Connection, String> {
    let listener = listen(lab)?;
    let to = SocketAddr::from((lab.b.addr(), PORT));
    let a = lab
        .a
        .enter(|| TcpStream::connect_timeout(&to, SOON))
        .map_err(text)?;
    let (b, _) = listener.accept().map_err(text)?;
    for end in [&a, &b] {
        end.set_read_timeout(Some(SOON)).map_err(text)?;
        end.set_write_timeout(Some(SOON)).map_err(text)?;
        end.set_nodelay(true).map_err(text)?;
    }
    Ok(Connection { a, b, listener })
}

/// A UDP socket on each host, both on PORT, A's connected to B's.
pub fn datagrams(lab: &Lab) -> Result<(UdpSocket, UdpSocket), String> {
    let a = lab
        .a
        .enter(|| UdpSocket::bind((lab.a.addr(), PORT)))
        .map_err(text)?;
    let b = lab
        .b
        .enter(|| UdpSocket::bind((lab.b.addr(), PORT)))
        .map_err(text)?;
    a.connect((lab.b.addr(), PORT)).map_err(text)?;
    a.set_read_timeout(Some(SOON)).map_err(text)?;
    b.set_read_timeout(Some(SOON)).map_err(text)?;
    Ok((a, b))
}

pub fn write(mut to: &TcpStream, bytes: &[u8]) -> Outcome {
    to.write_all(bytes).map_err(text)
}

pub fn read(mut from: &TcpStream, len: usize) -> Result<Vec<u8>, String> {
    let mut bytes = vec![0; len];
    from.read_exact(&mut bytes).map_err(text)?;
    Ok(bytes)
}

pub fn receive(from: &UdpSocket) -> Result<Vec<u8>, String> {
    let mut bytes = vec![0; 65_535];
    let len = from.recv(&mut bytes).map_err(text)?;
    bytes.truncate(len);
    Ok(bytes)
}

/// True if nothing is left to read, once nothing is on its way any more.
pub fn is_empty(lab: &Lab, socket: &UdpSocket) -> Result<bool, String> {
    check(lab.wire.wait_idle(SOON), "the wire becomes idle")?;
    socket.set_nonblocking(true).map_err(text)?;
    let result = socket.recv(&mut [0; 16]);
    socket.set_nonblocking(false).map_err(text)?;
    Ok(result.is_err_and(|e| e.kind() == io::ErrorKind::WouldBlock))
}

/// The states of a host's TCP sockets on PORT, without listeners.
pub fn states(host: &Host) -> Result<Vec<State>, String> {
    let sockets = connections(host)?;
    Ok(sockets.into_iter().map(|s| s.state).collect())
}

pub fn connections(host: &Host) -> Result<Vec<Socket>, String> {
    let mut sockets = host.sockets().map_err(text)?;
    let ours = |s: &Socket| s.local.port() == PORT || s.peer.port() == PORT;
    sockets.retain(|s| ours(s) && s.state != State::Listen);
    Ok(sockets)
}

/// Asks again and again until it is true; for what the kernel announces to nobody.
pub fn until(what: &str, mut holds: impl FnMut() -> Result<bool, String>) -> Outcome {
    let deadline = Instant::now() + SOON;
    while Instant::now() < deadline {
        if holds()? {
            return Ok(());
        }
        std::thread::yield_now();
    }
    Err(format!("it never became true that {what}"))
}

/// A timer of the kernel: never early, up to an eighth late by its wheel, and more if the machine
/// is busy.
pub fn about(time: Duration, wanted_ms: u64) -> Outcome {
    let wanted = Duration::from_millis(wanted_ms);
    let latest = wanted.mul_f64(1.15) + Duration::from_millis(700);
    check(
        wanted <= time && time <= latest,
        &format!("{time:?} is about {wanted:?}"),
    )
}
