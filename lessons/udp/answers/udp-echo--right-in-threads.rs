//! Right, if odd: each reply is sent by a thread of its own, a little late.

use std::net::UdpSocket;
use std::sync::Arc;
use std::time::Duration;
use std::{io, thread};

fn main() -> io::Result<()> {
    println!("I am about to start.");
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:0".into());
    let socket = Arc::new(UdpSocket::bind(address)?);
    println!("listening on {}", socket.local_addr()?);
    let mut last = None;
    loop {
        let mut buffer = vec![0; 100_000];
        let Ok((length, from)) = socket.recv_from(&mut buffer) else {
            continue;
        };
        buffer.truncate(length);
        let socket = socket.clone();
        let before: Option<thread::JoinHandle<()>> = last.take();
        last = Some(thread::spawn(move || {
            thread::sleep(Duration::from_millis(20));
            // Replies keep the order of the questions.
            before.map(thread::JoinHandle::join);
            let _ = socket.send_to(&buffer, from);
        }));
    }
}
