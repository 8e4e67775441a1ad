//! Wrong on purpose: it believes that who refuses is not there.

use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::Duration;

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
    match TcpStream::connect_timeout(&address, Duration::from_secs(2)) {
        Ok(_) => "open",
        Err(_) => "silent",
    }
}
