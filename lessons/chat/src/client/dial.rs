//! Finds the server that the command line names.
//!
//! A name such as localhost may stand for several addresses.
//!
//!     cargo run -p lesson-chat -- client --help

use crate::PATIENCE;
use std::io::{self, ErrorKind, Write};
use std::net::{TcpStream, ToSocketAddrs};

/// What the client is told on its command line.
#[derive(Clone, clap::Args)]
pub struct Options {
    /// The server
    #[arg(default_value = crate::command::ADDRESS)]
    pub address: String,
    /// Say this name at once; without it the server asks
    #[arg(long)]
    pub name: Option<String>,
    /// End when the server goes away
    #[arg(long)]
    pub no_reconnect: bool,
}

// ANCHOR: dial
/// A connection, on which our name has been said if we have one.
pub fn connect(options: &Options) -> io::Result<TcpStream> {
    let mut tried = Err(ErrorKind::NotFound.into());
    for address in options.address.to_socket_addrs()? {
        tried = TcpStream::connect_timeout(&address, PATIENCE);
        if tried.is_ok() {
            break;
        }
    }
    let mut stream = tried?;
    // A line is small and is to leave at once; see the chapter on TCP.
    stream.set_nodelay(true)?;
    if let Some(name) = &options.name {
        stream.write_all(format!("{name}\n").as_bytes())?;
    }
    Ok(stream)
}
// ANCHOR_END: dial
