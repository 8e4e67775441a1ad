//! Wrong on purpose: it believes that what it sends arrives, and what is answered
//! comes back.

use std::io;
use std::net::UdpSocket;

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:4000".into());
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    socket.connect(address)?;
    for (number, question) in (1_u64..).zip(io::stdin().lines()) {
        let number = number.to_string();
        socket.send(format!("{number} {}", question?).as_bytes())?;
        println!("{}", answer(&socket, &number)?);
    }
    Ok(())
}

/// Waits for the answer with this number.
fn answer(socket: &UdpSocket, number: &str) -> io::Result<String> {
    let mut buffer = [0; 1400];
    loop {
        let length = socket.recv(&mut buffer)?;
        let text = String::from_utf8_lossy(&buffer[..length]);
        match text.split_once(' ') {
            Some((of, answer)) if of == number => return Ok(answer.into()),
            _ => continue,
        }
    }
}
