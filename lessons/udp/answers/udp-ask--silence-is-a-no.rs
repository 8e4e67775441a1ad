//! Wrong on purpose: it believes that nobody is there if nothing comes in time.

use std::io;
use std::net::UdpSocket;
use std::time::Duration;

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:4000".into());
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    socket.connect(address)?;
    socket.set_read_timeout(Some(Duration::from_millis(500)))?;
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
