//! One host of a lesson: on the wire, or this machine where that is refused.

use crate::wait::Deadline;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// One of the two hosts.
pub struct Host {
    pub(crate) side: wire::Side,
    pub(crate) lab: Option<Arc<wire::Lab>>,
}

impl Host {
    /// Runs `f` on this host. Sockets that it makes belong to the host for
    /// good; they can be used from anywhere afterwards.
    pub fn enter<T>(&self, f: impl FnOnce() -> T) -> T {
        match self.on_wire() {
            Some(host) => host.enter(f),
            None => f(),
        }
    }

    /// This host's address: 10.0.0.1 or 10.0.0.2, or 127.0.0.1 without a wire.
    pub fn address(&self) -> IpAddr {
        match self.on_wire() {
            Some(host) => host.addr().into(),
            None => Ipv4Addr::LOCALHOST.into(),
        }
    }

    /// This host's address as the calls for multicast take it: it says which
    /// interface is meant.
    pub fn ipv4(&self) -> Ipv4Addr {
        match self.on_wire() {
            Some(host) => host.addr(),
            None => Ipv4Addr::LOCALHOST,
        }
    }

    /// The broadcast address of this host's network: 10.0.0.255, or
    /// 127.255.255.255 without a wire.
    pub fn broadcast(&self) -> Ipv4Addr {
        match self.on_wire() {
            Some(_) => Ipv4Addr::new(10, 0, 0, 255),
            None => Ipv4Addr::new(127, 255, 255, 255),
        }
    }

    /// This host's address with a port. Without a wire the port is 0, because
    /// on this machine any other may be taken.
    pub fn at(&self, port: u16) -> SocketAddr {
        let port = if self.lab.is_some() { port } else { 0 };
        SocketAddr::new(self.address(), port)
    }

    /// Changes a setting of this host, such as `net.ipv4.tcp_syn_retries`.
    ///
    /// # Errors
    /// `Unsupported` without a wire: the machine's own settings stay.
    pub fn sysctl(&self, name: &str, value: &str) -> io::Result<()> {
        match self.on_wire() {
            Some(host) => host.sysctl(name, value),
            None => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    /// Gives a setting of this host the value that this kernel is born with,
    /// and returns it.
    ///
    /// # Errors
    /// `NotFound` if this kernel has no such setting; as [`Host::sysctl`].
    pub fn restore(&self, name: &str) -> io::Result<String> {
        let host = self.on_wire().ok_or(io::ErrorKind::Unsupported)?;
        // This program's own namespace is as new as those of the hosts, and
        // nobody has changed a setting in it.
        let path = format!("/proc/sys/{}", name.replace('.', "/"));
        let born = std::fs::read_to_string(path)?.trim().to_string();
        // Where settings cannot be written, nobody has changed this one.
        if host.sysctl_value(name)? != born {
            host.sysctl(name, &born)?;
        }
        Ok(born)
    }

    /// A counter of this host, such as `TcpExt` and `ListenOverflows`, or
    /// `None` if this kernel does not count that, or there is no wire and the
    /// counter would be that of the whole machine.
    pub fn counter(&self, group: &str, name: &str) -> Option<u64> {
        self.on_wire()?.counter(group, name).ok()
    }

    /// The state of the TCP socket with these two addresses, by sock_diag(7).
    pub fn state(&self, local: SocketAddr, peer: SocketAddr) -> String {
        match self.socket(local, peer) {
            Ok(Some(socket)) => socket.state.to_string(),
            Ok(None) => "no socket".into(),
            Err(error) => kit::describe_error(&error),
        }
    }

    /// The TCP socket with these two addresses, if this host has one.
    ///
    /// # Errors
    /// What the kernel answers to sock_diag(7).
    pub fn socket(
        &self,
        local: SocketAddr,
        peer: SocketAddr,
    ) -> io::Result<Option<wire::diag::Socket>> {
        let sockets = self.enter(wire::diag::sockets)?;
        Ok(sockets.into_iter().find(|socket| {
            socket.protocol == wire::diag::Protocol::Tcp
                && socket.local == local
                && socket.peer == peer
        }))
    }

    /// Waits until the socket with these two addresses is in `state`, and
    /// says in which state it was last: the same, or another after
    /// [`PATIENCE`](crate::PATIENCE).
    pub fn wait_for_state(
        &self,
        local: SocketAddr,
        peer: SocketAddr,
        state: &str,
    ) -> String {
        let mut deadline = Deadline::new();
        loop {
            let now = self.state(local, peer);
            let over = match &self.lab {
                Some(lab) => deadline.is_over(&lab.wire),
                None => Instant::now() > deadline.0,
            };
            if now == state || over {
                return now;
            }
            // The kernel does not tell when a state changes: it must be asked.
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    fn on_wire(&self) -> Option<&wire::Host> {
        self.lab.as_ref().map(|lab| lab.host(self.side))
    }
}
