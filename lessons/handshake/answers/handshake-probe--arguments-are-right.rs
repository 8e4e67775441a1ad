//! Wrong on purpose: it believes that what it is given is an address.

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::Duration;

fn main() {
    let arguments = std::env::args().skip(1);
    let addresses: Vec<SocketAddr> = arguments
        .map(|one| one.parse().expect("an address"))
        .collect();
    let knocks: Vec<_> = addresses
        .into_iter()
        .map(|address| (address, thread::spawn(move || knock(address))))
        .collect();
    for (address, knock) in knocks {
        println!("{address} {}", knock.join().unwrap_or("silent"));
    }
}

fn knock(address: SocketAddr) -> &'static str {
    match TcpStream::connect_timeout(&address, Duration::from_secs(2)) {
        Ok(_) => "open",
        Err(e) if e.kind() == ErrorKind::ConnectionRefused => "refused",
        Err(_) => "silent",
    }
}
