//! The last step of the probe: a connection over the wire, and a program on a host.

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::refusal::{Refusal, Step};
use crate::sandbox::{enter, refuse};
use crate::{Lab, Options};

const DEADLINE: Duration = Duration::from_secs(5);

/// Enters, builds a lab, connects over it, and starts this program on a host (which fails or ends
/// at once: only the namespace it needs is of interest).
pub(crate) fn try_out() -> Result<(), Refusal> {
    let entered = enter()?;
    let options = Options {
        latency: Duration::ZERO,
        ..Options::default()
    };
    let lab = Lab::with(&entered, options)?;
    connect(&lab).map_err(|e| refuse(Step::Handshake, &e))?;
    let mut nothing = Command::new("/proc/self/exe/nothing");
    nothing.stdin(Stdio::null());
    match lab.a.spawn(nothing) {
        Err(e) if !matches!(e.raw_os_error(), Some(libc::ENOTDIR | libc::ENOENT)) => {
            Err(refuse(Step::PidNamespace, &e))
        }
        _ => Ok(()),
    }
}

fn connect(lab: &Lab) -> io::Result<()> {
    let any = SocketAddr::from((lab.b.addr(), 0));
    let listener = lab.b.enter(|| TcpListener::bind(any))?;
    let to = listener.local_addr()?;
    lab.a
        .enter(|| TcpStream::connect_timeout(&to, DEADLINE))
        .map(drop)
}
