//! What mdBook says while it builds.
//!
//! mdBook reports a missing include as a log line and then succeeds, so a build
//! is only as good as what was logged during it.

use std::io::{self, Write};
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tracing_subscriber::filter::LevelFilter;

/// Errors and warnings since the last [`take`], as mdBook wrote them.
static WORDS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Starts to collect; once is enough for the whole process.
pub fn listen() {
    // The only error is that somebody listens already: ourselves.
    let _ = tracing_subscriber::fmt()
        .with_max_level(LevelFilter::WARN)
        .with_ansi(false)
        .with_target(false)
        .without_time()
        .with_writer(Message::default)
        .try_init();
}

/// Takes what was collected: the errors with the warnings that explain them,
/// and the warnings of a build without an error.
pub fn take() -> (Vec<String>, Vec<String>) {
    let words = mem::take(&mut *collected());
    let failed = words.iter().any(|word| word.starts_with("ERROR"));
    let words = words.iter().map(|word| without_level(word)).collect();
    match failed {
        true => (words, Vec::new()),
        false => (Vec::new(), words),
    }
}

fn without_level(word: &str) -> String {
    let text = word.strip_prefix("ERROR").or(word.strip_prefix("WARN"));
    text.unwrap_or(word).trim().to_owned()
}

fn collected() -> MutexGuard<'static, Vec<String>> {
    WORDS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One message, collected when it is complete.
#[derive(Default)]
struct Message(Vec<u8>);

impl Write for Message {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Message {
    fn drop(&mut self) {
        let text = String::from_utf8_lossy(&self.0).trim().to_owned();
        if !text.is_empty() {
            collected().push(text);
        }
    }
}
