//! Signals to the keeper: what came, and a wait that ends when one comes.

use std::io::{self, Read};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use signal_hook::consts::{SIGCHLD, SIGHUP, SIGINT, SIGTERM};
use signal_hook::{flag, low_level};

/// From its making on, these signals no longer end the process.
pub struct Signals {
    woken: UnixStream,
    hung_up: Arc<AtomicBool>,
    interrupted: Arc<AtomicBool>,
    terminated: Arc<AtomicBool>,
}

impl Signals {
    pub fn new() -> io::Result<Signals> {
        let (woken, wake) = UnixStream::pair()?;
        let flag = |signal| -> io::Result<Arc<AtomicBool>> {
            let came = Arc::new(AtomicBool::new(false));
            // First the flag, then the byte that says to look at it.
            flag::register(signal, came.clone())?;
            low_level::pipe::register(signal, wake.try_clone()?)?;
            Ok(came)
        };
        let signals = Signals {
            hung_up: flag(SIGHUP)?,
            interrupted: flag(SIGINT)?,
            terminated: flag(SIGTERM)?,
            woken,
        };
        low_level::pipe::register(SIGCHLD, wake)?;
        Ok(signals)
    }

    /// Waits for a signal, or for this long.
    pub fn wait(&self, within: Duration) {
        let within = within.max(Duration::from_millis(1));
        let limited = self.woken.set_read_timeout(Some(within));
        // Bytes only wake; what came is in the flags, or told by wait(2).
        if limited.is_ok() {
            let _ = (&self.woken).read(&mut [0; 256]);
        }
    }

    /// Whether SIGHUP came.
    pub fn hung_up(&self) -> bool {
        self.hung_up.load(Ordering::SeqCst)
    }

    /// Whether SIGINT came since the last question.
    pub fn interrupted(&self) -> bool {
        self.interrupted.swap(false, Ordering::SeqCst)
    }

    /// Whether SIGTERM came since the last question.
    pub fn terminated(&self) -> bool {
        self.terminated.swap(false, Ordering::SeqCst)
    }
}
