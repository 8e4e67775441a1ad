//! One of the two hosts.

use std::fs;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::os::fd::AsRawFd;
use std::process::{self, Command};

use crate::diag::{self, Socket};
use crate::lab;
use crate::packet::Side;
use crate::program::{self, Program};
use crate::sandbox::Namespace;
use crate::sysctl;

/// A host: a network namespace with `lo` and `wire0`, and nothing but the wire between it and the
/// other one.
#[derive(Debug)]
pub struct Host {
    side: Side,
    namespace: Namespace,
    has_ipv6: bool,
}

impl Host {
    pub(crate) fn new(side: Side, namespace: Namespace, has_ipv6: bool) -> Host {
        Host {
            side,
            namespace,
            has_ipv6,
        }
    }

    /// Runs `f` on this host: sockets it makes and threads it starts belong to the host for good,
    /// and may be used from anywhere afterwards.
    ///
    /// # Panics
    /// If the kernel refuses the change of namespace (setns(2)): the process has no descriptor
    /// left, or has given up its capabilities.
    pub fn enter<T>(&self, f: impl FnOnce() -> T) -> T {
        match self.namespace.enter(f) {
            Ok(result) => result,
            Err(e) => panic!("cannot enter host {}: {e}", self.side),
        }
    }

    /// Which side of the wire it is on.
    pub fn side(&self) -> Side {
        self.side
    }

    /// Its IPv4 address: 10.0.0.1 or 10.0.0.2, in 10.0.0.0/24.
    pub fn addr(&self) -> Ipv4Addr {
        lab::ipv4(self.side)
    }

    /// Its IPv6 address: fd00::1 or fd00::2, in fd00::/64.
    ///
    /// None if the lab was built without.
    pub fn addr_v6(&self) -> Option<Ipv6Addr> {
        self.has_ipv6.then(|| lab::ipv6(self.side))
    }

    /// Changes a setting of this host, such as "net.ipv4.tcp_syn_retries" (tcp(7)).
    ///
    /// # Errors
    /// `NotFound` if this kernel has no such setting, `ReadOnlyFilesystem` in some containers,
    /// `InvalidInput` for a bad name or value.
    pub fn sysctl(&self, name: &str, value: &str) -> io::Result<()> {
        self.enter(|| sysctl::write(name, value))
    }

    /// Reads a setting of this host.
    ///
    /// # Errors
    /// As [`sysctl`](Host::sysctl).
    pub fn sysctl_value(&self, name: &str) -> io::Result<String> {
        self.enter(|| sysctl::read(name))
    }

    /// Reads a counter of this host, such as ("Tcp", "RetransSegs"), ("TcpExt", "ListenOverflows")
    /// or ("Udp6", "InDatagrams"): /proc/net/snmp, netstat and snmp6 (proc_pid_net(5)).
    ///
    /// # Errors
    /// `NotFound` if this kernel does not count that.
    pub fn counter(&self, group: &str, name: &str) -> io::Result<u64> {
        // thread-self: /proc/net would be that of the main thread.
        let read = |file| fs::read_to_string(format!("/proc/thread-self/net/{file}"));
        let found = self.enter(|| -> io::Result<Option<i64>> {
            for file in ["snmp", "netstat"] {
                if let Some(value) = table_value(&read(file)?, group, name) {
                    return Ok(Some(value));
                }
            }
            // Absent without IPv6.
            let six = read("snmp6").unwrap_or_default();
            Ok(list_value(&six, &format!("{group}{name}")))
        })?;
        let missing = || io::Error::new(io::ErrorKind::NotFound, format!("{group} {name}"));
        // Tcp MaxConn is -1.
        found.map(|value| value.max(0) as u64).ok_or_else(missing)
    }

    /// All TCP and UDP sockets of this host, of IPv4 and IPv6: also listening ones, those in
    /// TIME_WAIT and SYN_RECV, and connections not accepted yet.
    ///
    /// # Errors
    /// What the kernel answers (sock_diag(7)).
    pub fn sockets(&self) -> io::Result<Vec<Socket>> {
        self.enter(diag::sockets)
    }

    /// Starts a program on this host. It and everything it starts are killed when the [`Program`]
    /// is dropped, when the program itself ends, and when this process ends, however that happens.
    ///
    /// It runs in a process group and a process id namespace of its own, without capabilities
    /// unless the user is root. stdin, stdout and stderr are as `command` says.
    ///
    /// # Errors
    /// As [`Command::spawn`], or the kernel's refusal of a process id namespace (`ENOSPC` if
    /// user.max_pid_namespaces is used up).
    pub fn spawn(&self, command: Command) -> io::Result<Program> {
        program::spawn(&self.namespace, command)
    }

    /// A shell command that looks inside this host from a second terminal while the lab is up,
    /// without root: append `ss -tuan` or `ip addr`; root can append `tshark -i wire0` as well, which
    /// needs a capability that others lose there (nsenter(1), capabilities(7)).
    pub fn look_inside(&self) -> String {
        let (pid, fd) = (process::id(), self.namespace.file().as_raw_fd());
        format!("nsenter -t {pid} -U --preserve-credentials --net=/proc/{pid}/fd/{fd}")
    }
}

/// Two lines a group: names, then values, both after "Group:".
fn table_value(text: &str, group: &str, name: &str) -> Option<i64> {
    let mut lines = text
        .lines()
        .filter_map(|line| line.strip_prefix(group)?.strip_prefix(':'));
    while let (Some(names), Some(values)) = (lines.next(), lines.next()) {
        let mut pairs = names.split_whitespace().zip(values.split_whitespace());
        if let Some((_, value)) = pairs.find(|(n, _)| *n == name) {
            return value.parse().ok();
        }
    }
    None
}

/// One line a counter: name, value.
fn list_value(text: &str, name: &str) -> Option<i64> {
    let mut pairs = text
        .lines()
        .filter_map(|line| line.split_once(char::is_whitespace));
    pairs.find(|(n, _)| *n == name)?.1.trim().parse().ok()
}
