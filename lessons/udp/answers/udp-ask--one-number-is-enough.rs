//! Wrong on purpose: it believes that one number is enough for all questions, as it
//! asks one at a time.

use std::io::{self, ErrorKind};
use std::net::UdpSocket;
use std::time::{Duration, Instant};

const TRIES: usize = 5;
const WAIT: Duration = Duration::from_millis(100);

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:4000".into());
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    socket.connect(address)?;
    for question in io::stdin().lines() {
        println!("{}", ask(&socket, 1, &question?)?);
    }
    Ok(())
}

fn ask(socket: &UdpSocket, number: u64, question: &str) -> io::Result<String> {
    let datagram = format!("{number} {question}");
    let mut buffer = [0; 1400];
    for _ in 0..TRIES {
        socket.send(datagram.as_bytes())?;
        let deadline = Instant::now() + WAIT;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            socket.set_read_timeout(Some(left))?;
            match socket.recv(&mut buffer) {
                Ok(length) => match answer(number, &buffer[..length]) {
                    Some(answer) => return Ok(answer),
                    None => continue,
                },
                Err(error) if is_timeout(&error) => break,
                Err(error) => return Err(error),
            }
        }
    }
    Err(io::Error::new(
        ErrorKind::TimedOut,
        "no answer to five tries",
    ))
}

/// The text of a datagram, if it is an answer and has this number.
fn answer(number: u64, datagram: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(datagram).ok()?;
    let (of, answer) = text.split_once(' ')?;
    (of == number.to_string()).then(|| answer.into())
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}
