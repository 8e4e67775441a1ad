//! A line has an end, a greatest length, and nothing that harms a screen.
//!
//! Everybody who reads a line in the full chat reads it here.
//!
//!     cargo run -p lesson-chat -- endless

use std::io::{self, BufRead, ErrorKind, Read};

/// The longest line that a client may send, without its newline.
pub const LONGEST: usize = 1024;

// ANCHOR: lines
/// The next line, at most `longest` bytes long; `None` at the end.
///
/// An error of the kind `InvalidData` says that the line is too long: there
/// is no way to find the next one but to read on, for as long as it takes.
pub fn next_line(
    reader: &mut impl BufRead,
    longest: usize,
) -> io::Result<Option<String>> {
    // Room for the end too, which may be "\r\n", as telnet sends it.
    let mut line = Vec::new();
    let room = longest as u64 + 2;
    reader.by_ref().take(room).read_until(b'\n', &mut line)?;
    if line.is_empty() {
        return Ok(None);
    }
    // A last line without a newline is delivered: somebody typed it.
    let text = line.strip_suffix(b"\n").unwrap_or(&line);
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    if text.len() > longest {
        return Err(ErrorKind::InvalidData.into());
    }
    Ok(Some(harmless(text)))
}

/// The bytes as text that can be shown on anybody's terminal.
///
/// What is no UTF-8 becomes U+FFFD. Control characters, the escape that
/// starts a command to a terminal among them, and characters that turn the
/// direction of text become visible, such as `\u{1b}`.
/// It does not stop letters that look alike: а and a are two letters.
pub fn harmless(bytes: &[u8]) -> String {
    kit::visible(&String::from_utf8_lossy(bytes))
}
// ANCHOR_END: lines
