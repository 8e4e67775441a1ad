//! Right, if odd: one thread reads messages, another writes the answers, in
//! two writes each, a little late. Nobody else writes, so nothing is torn.

use std::io::{self, BufReader, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:0".into());
    let listener = TcpListener::bind(address)?;
    println!("listening on {}", listener.local_addr()?);
    for client in listener.incoming() {
        let Ok(client) = client else { continue };
        thread::spawn(move || serve(&client));
    }
    Ok(())
}

fn serve(client: &TcpStream) -> io::Result<()> {
    let (put, take) = mpsc::channel::<Vec<u8>>();
    let mut out = client.try_clone()?;
    out.set_nodelay(true)?;
    let writing = thread::spawn(move || -> io::Result<()> {
        thread::sleep(Duration::from_millis(20));
        for mut body in take {
            out.write_all(&(body.len() as u32).to_be_bytes())?;
            body.reverse();
            out.write_all(&body)?;
        }
        Ok(())
    });
    let mut reader = BufReader::with_capacity(1000, client);
    while let Ok(body) = read_message(&mut reader) {
        if put.send(body).is_err() {
            break;
        }
    }
    // The writer ends when the queue is empty and nobody can fill it.
    drop(put);
    writing.join().unwrap_or(Ok(()))
}

fn read_message(reader: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut header = [0; 4];
    reader.read_exact(&mut header)?;
    let length = u32::from_be_bytes(header);
    if length > 1_048_576 {
        return Err(ErrorKind::InvalidData.into());
    }
    let mut body = vec![0; length as usize];
    reader.read_exact(&mut body)?;
    Ok(body)
}
