//! The connection to the server, and the next one when it breaks.
//!
//! A lost server is said at once, and tried again with growing waits.
//!
//!     cargo run -p lesson-chat -- client --name ada

use super::dial::{Options, connect};
use super::screen::Screen;
use crate::lines::next_line;
use std::io::{self, BufReader};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// The longest line that is taken from a server.
const LONGEST: usize = 64 * 1024;

/// What both threads of the client share.
#[derive(Clone)]
pub struct Link {
    options: Options,
    /// The connection of this moment, if there is one.
    pub stream: Arc<Mutex<Option<TcpStream>>>,
    /// Whether the person wants to go.
    pub leaving: Arc<AtomicBool>,
}

// ANCHOR: link
impl Link {
    pub fn to(options: Options) -> io::Result<Link> {
        let stream = connect(&options)?;
        let stream = Arc::new(Mutex::new(Some(stream)));
        let leaving = Arc::default();
        Ok(Link {
            options,
            stream,
            leaving,
        })
    }

    /// Shows what the server says, until the person leaves or all is lost.
    pub fn show_all(&self, screen: &Screen) -> io::Result<()> {
        loop {
            let stream = held(&self.stream).as_ref().map(|s| s.try_clone());
            let Some(stream) = stream else { return Ok(()) };
            let mut reader = BufReader::new(stream?);
            while let Ok(Some(line)) = next_line(&mut reader, LONGEST) {
                screen.show(&line)?;
            }
            *held(&self.stream) = None;
            if self.leaving.load(SeqCst) {
                return Ok(());
            }
            screen.show("* The server is gone")?;
            if self.options.no_reconnect {
                return screen.show("* Press Enter to leave");
            }
            let again = self.connect_again();
            if again.is_some() {
                screen.show("* Connected again")?;
            }
            *held(&self.stream) = again;
        }
    }

    /// Tries until it succeeds or the person leaves.
    fn connect_again(&self) -> Option<TcpStream> {
        let mut wait = Duration::from_millis(250);
        while !self.leaving.load(SeqCst) {
            thread::sleep(wait);
            // If all clients came back at once, they would come as a storm.
            wait = (wait * 2).min(Duration::from_secs(4));
            if let Ok(stream) = connect(&self.options) {
                return Some(stream);
            }
        }
        None
    }
}
// ANCHOR_END: link

/// The lock, also after another thread has panicked with it.
pub fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}
