//! Systems other than Linux: the same names, but no way to get a lab.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::process::{ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus};
use std::time::Duration;

use crate::diag::Socket;
use crate::options::Options;
use crate::packet::Side;
use crate::refusal::{Cause, Refusal, Step};
use crate::wire::Wire;

/// Proof that the process is in namespaces of its own; there is none here.
#[derive(Debug)]
pub struct Entered(Infallible);

/// Two hosts on one wire; there are none here.
#[derive(Debug)]
#[allow(missing_docs)]
pub struct Lab {
    pub a: Host,
    pub b: Host,
    pub wire: Wire,
}

/// A capture of the loopback interface; there is none here.
#[derive(Debug)]
pub struct Capture(Infallible);

#[allow(missing_docs)]
impl Capture {
    pub fn start(entered: &Entered, _: impl io::Write) -> Result<Capture, Refusal> {
        match entered.0 {}
    }

    pub fn finish(self) -> io::Result<u64> {
        match self.0 {}
    }
}

/// A host; there is none here.
#[derive(Debug)]
pub struct Host(Infallible);

/// A program on a host; there is none here.
#[derive(Debug)]
#[allow(missing_docs)]
pub struct Program {
    pub stdin: Option<ChildStdin>,
    pub stdout: Option<ChildStdout>,
    pub stderr: Option<ChildStderr>,
    never: Infallible,
}

/// Says that the lab needs Linux.
///
/// # Errors
/// Always.
pub fn enter() -> Result<Entered, Refusal> {
    Err(Refusal {
        step: Step::Platform,
        errno: None,
        cause: Cause::NotLinux,
    })
}

#[allow(missing_docs)]
impl Lab {
    pub fn new(entered: &Entered) -> Result<Lab, Refusal> {
        match entered.0 {}
    }

    pub fn with(entered: &Entered, _: Options) -> Result<Lab, Refusal> {
        match entered.0 {}
    }

    pub fn unset(&self) -> &[String] {
        match self.a.0 {}
    }

    pub fn host(&self, _: Side) -> &Host {
        &self.a
    }
}

#[allow(missing_docs)]
impl Host {
    pub fn enter<T>(&self, _: impl FnOnce() -> T) -> T {
        match self.0 {}
    }

    pub fn side(&self) -> Side {
        match self.0 {}
    }

    pub fn addr(&self) -> Ipv4Addr {
        match self.0 {}
    }

    pub fn addr_v6(&self) -> Option<Ipv6Addr> {
        match self.0 {}
    }

    pub fn sysctl(&self, _: &str, _: &str) -> io::Result<()> {
        match self.0 {}
    }

    pub fn sysctl_value(&self, _: &str) -> io::Result<String> {
        match self.0 {}
    }

    pub fn counter(&self, _: &str, _: &str) -> io::Result<u64> {
        match self.0 {}
    }

    pub fn sockets(&self) -> io::Result<Vec<Socket>> {
        match self.0 {}
    }

    pub fn spawn(&self, _: Command) -> io::Result<Program> {
        match self.0 {}
    }

    pub fn look_inside(&self) -> String {
        match self.0 {}
    }
}

#[allow(missing_docs)]
impl Program {
    pub fn wait(&mut self, _: Duration) -> io::Result<Option<ExitStatus>> {
        match self.never {}
    }

    pub fn terminate(&self) -> io::Result<()> {
        match self.never {}
    }

    pub fn kill(&self) -> io::Result<()> {
        match self.never {}
    }

    pub fn id(&self) -> u32 {
        match self.never {}
    }
}

/// What the modules for Linux are called there.
pub(crate) mod handshake {
    pub(crate) fn try_out() -> Result<(), crate::Refusal> {
        super::enter().map(drop)
    }
}

/// As above.
pub(crate) mod port {
    use std::convert::Infallible;
    use std::io;

    use crate::queue::Outgoing;

    pub(crate) struct Port(Infallible);
    pub(crate) struct Waker(Infallible);

    impl Port {
        pub(crate) fn send(&self, _: &[Outgoing]) -> (usize, Option<io::Error>) {
            match self.0 {}
        }

        pub(crate) fn lost(&self) -> u64 {
            match self.0 {}
        }
    }

    impl Waker {
        pub(crate) fn wake(&self) {
            match self.0 {}
        }
    }
}
