//! The port of the page.

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, TcpListener};
use std::ops::RangeInclusive;

use anyhow::{Context, Result};

/// Where the book is served when nobody asks for a port; not mdBook's 3000,
/// and no port that a lesson uses.
pub const USUAL: u16 = 4750;
/// How many ports after the usual one are tried when it is taken.
pub const SPARE: u16 = 20;

/// Listens on exactly the port asked for, else on the usual one, the first free
/// one after it, or any; only on 127.0.0.1.
pub fn listen(asked: Option<u16>) -> Result<TcpListener> {
    match asked {
        Some(port) => on(port).map_err(|error| match error.kind() {
            ErrorKind::AddrInUse => anyhow::anyhow!(
                "port {port} is taken by another program; \
                 leave --port out, and the workbook finds a free one"
            ),
            _ => anyhow::Error::new(error).context(format!("cannot listen on port {port}")),
        }),
        None => first_free(USUAL..=USUAL + SPARE),
    }
}

fn first_free(ports: RangeInclusive<u16>) -> Result<TcpListener> {
    for port in ports {
        match on(port) {
            Err(error) if error.kind() == ErrorKind::AddrInUse => {}
            done => return done.with_context(|| format!("cannot listen on port {port}")),
        }
    }
    // A whole class may be on this machine.
    on(0).context("no port is free")
}

fn on(port: u16) -> io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_gives_way_to_the_next_free_one() {
        let taken = on(0).expect("a free port");
        let port = taken.local_addr().expect("its address").port();
        let other = first_free(port..=port + SPARE).expect("a free port after it");
        let other = other.local_addr().expect("its address").port();
        assert!((port + 1..=port + SPARE).contains(&other));
    }

    #[test]
    fn where_all_are_taken_there_is_still_another() {
        let taken = on(0).expect("a free port");
        let port = taken.local_addr().expect("its address").port();
        let other = first_free(port..=port).expect("a port elsewhere");
        assert_ne!(other.local_addr().expect("its address").port(), port);
    }

    #[test]
    fn a_port_asked_for_is_used_or_refused() {
        let taken = on(0).expect("a free port");
        let port = taken.local_addr().expect("its address").port();
        let words = listen(Some(port)).expect_err("it is taken").to_string();
        assert!(words.contains(&format!("port {port} is taken")), "{words}");
    }
}
