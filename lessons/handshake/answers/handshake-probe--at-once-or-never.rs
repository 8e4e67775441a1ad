//! Wrong on purpose: it believes that who does not answer at once does not
//! answer.

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::Duration;

const SOON: Duration = Duration::from_millis(700);

fn main() {
    let mut addresses: Vec<SocketAddr> = Vec::new();
    for argument in std::env::args().skip(1) {
        match argument.parse() {
            Ok(address) => addresses.push(address),
            Err(_) => {
                eprintln!("{argument:?} is no address, such as 127.0.0.1:80");
                std::process::exit(2);
            }
        }
    }
    let knocks: Vec<_> = addresses
        .into_iter()
        .map(|address| (address, thread::spawn(move || knock(address))))
        .collect();
    for (address, knock) in knocks {
        println!("{address} {}", knock.join().unwrap_or("silent"));
    }
}

fn knock(address: SocketAddr) -> &'static str {
    match TcpStream::connect_timeout(&address, SOON) {
        Ok(_) => "open",
        Err(e) if e.kind() == ErrorKind::ConnectionRefused => "refused",
        Err(_) => "silent",
    }
}
