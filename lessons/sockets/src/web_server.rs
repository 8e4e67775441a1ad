//! A very small web server: one request, one answer.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;

// ANCHOR: web_server
/// The most that a request may have: a stranger must not fill our memory.
const LIMIT: u64 = 10_000;

/// Reads a request up to its empty line, answers it, and returns its bytes.
///
/// It takes every request for a wish to see the one page that it has, and
/// would leave the body of a POST unread.
pub fn answer(stream: &TcpStream) -> io::Result<Vec<u8>> {
    let mut request = Vec::new();
    let mut reader = BufReader::new(stream.take(LIMIT));
    // A line of HTTP ends in \r\n, and a line with nothing else ends the head.
    while !request.ends_with(b"\r\n\r\n") {
        if reader.read_until(b'\n', &mut request)? == 0 {
            break; // the client has gone, or its request is too long
        }
    }

    let page = "Hello from your own web server!\n";
    let length = page.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\n\
         Content-Type: text/plain\r\n\
         Content-Length: {length}\r\n\
         Connection: close\r\n\
         \r\n"
    );
    let mut stream = stream;
    stream.write_all((head + page).as_bytes())?;
    Ok(request)
}
// ANCHOR_END: web_server
