//! Wrong on purpose: it believes that what comes is an acknowledgment, and has the
//! form of one.

use std::io::{self, ErrorKind, Read};
use std::net::UdpSocket;
use std::time::{Duration, Instant};

const TRIES: usize = 5;
const WAIT: Duration = Duration::from_millis(100);

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:4000".into());
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    socket.connect(address)?;
    let mut block = [0; 1024];
    for number in 0.. {
        let length = io::stdin().read(&mut block)?;
        deliver(&socket, number, &block[..length])?;
        if length == 0 {
            break;
        }
    }
    Ok(())
}

/// Sends a block until it is acknowledged.
fn deliver(socket: &UdpSocket, number: u32, data: &[u8]) -> io::Result<()> {
    let number = number.to_be_bytes();
    let datagram = [&number, data].concat();
    let mut buffer = [0; 5];
    for _ in 0..TRIES {
        socket.send(&datagram)?;
        let deadline = Instant::now() + WAIT;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            socket.set_read_timeout(Some(left))?;
            match socket.recv(&mut buffer) {
                Ok(4) if buffer[..4] == number => return Ok(()),
                Ok(4) => continue,
                Ok(_) => return Err(io::Error::other("what is that?")),
                Err(error) if is_timeout(&error) => break,
                Err(error) => return Err(error),
            }
        }
    }
    let words = "no acknowledgment of five tries";
    Err(io::Error::new(ErrorKind::TimedOut, words))
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}
