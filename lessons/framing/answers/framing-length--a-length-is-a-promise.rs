//! Wrong on purpose: it believes that so many bytes will come, for the
//! length says so.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:0".into());
    let listener = TcpListener::bind(address)?;
    println!("listening on {}", listener.local_addr()?);
    for client in listener.incoming() {
        let _ = client.and_then(serve);
    }
    Ok(())
}

fn serve(mut client: TcpStream) -> io::Result<()> {
    loop {
        let mut header = [0; 4];
        client.read_exact(&mut header)?;
        let length = u32::from_be_bytes(header) as usize;
        let mut body = vec![0; length];
        client.read_exact(&mut body)?;
        body.reverse();
        client.write_all(&[&header[..], &body].concat())?;
    }
}
