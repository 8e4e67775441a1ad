//! Exercise: a tool that knocks at addresses and says who answers.
//!
//!     cargo run -- check handshake-probe
//!
//! It takes addresses as its arguments and prints one line for each, in their
//! order: the address, a space, and `open`, `refused` or `silent`. Silent is
//! who has not answered after two seconds.

use std::net::{SocketAddr, TcpStream};

fn main() {
    for argument in std::env::args().skip(1) {
        // TODO: an argument that is no address ends the program with status 2.
        let address: SocketAddr = argument.parse().expect("an address");
        // TODO: refused is not silent; and who waits for one cannot ask the next.
        match TcpStream::connect(address) {
            Ok(_) => println!("{address} open"),
            Err(_) => println!("{address} silent"),
        }
    }
}
