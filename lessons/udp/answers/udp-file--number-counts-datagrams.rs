//! Wrong on purpose: it believes that the number counts the datagrams that it sends.

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
    let mut number = 0;
    loop {
        let length = io::stdin().read(&mut block)?;
        deliver(&socket, &mut number, &block[..length])?;
        if length == 0 {
            return Ok(());
        }
    }
}

/// Sends a block until it is acknowledged.
fn deliver(socket: &UdpSocket, next: &mut u32, data: &[u8]) -> io::Result<()> {
    let mut buffer = [0; 5];
    for _ in 0..TRIES {
        let number = next.to_be_bytes();
        *next += 1;
        socket.send(&[&number, data].concat())?;
        let deadline = Instant::now() + WAIT;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            socket.set_read_timeout(Some(left))?;
            match socket.recv(&mut buffer) {
                Ok(length) if buffer[..length] == number => return Ok(()),
                Ok(_) => continue,
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
