//! Right, if odd: one thread reads, another writes, a little late, and a queue
//! without a limit stands between them.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:0".into());
    let listener = TcpListener::bind(address)?;
    println!("listening on {}", listener.local_addr()?);
    for client in listener.incoming() {
        thread::sleep(Duration::from_millis(20));
        let _ = client.and_then(echo);
    }
    Ok(())
}

fn echo(client: TcpStream) -> io::Result<()> {
    let (put, take) = mpsc::channel::<Vec<u8>>();
    let mut writer = client.try_clone()?;
    let writing = thread::spawn(move || {
        thread::sleep(Duration::from_millis(20));
        take.iter().try_for_each(|bytes| writer.write_all(&bytes))
    });
    let mut buffer = [0; 3000];
    while let Ok(length @ 1..) = (&client).read(&mut buffer) {
        if put.send(buffer[..length].into()).is_err() {
            break;
        }
    }
    // The writer ends when the queue is empty and nobody can fill it.
    drop(put);
    writing.join().unwrap_or(Ok(()))
}
