//! HTTP is text that two programs have agreed on; the socket carries bytes.
//!
//! A request is written by hand, and a small web server answers it.
//!
//!     cargo run -p lesson-sockets -- http

use crate::{PATIENCE, web_server};
use kit::{Choice, Experiment, Narrator, Outcome};
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};

/// Settled by the bytes at both ends.
pub const EXPERIMENT: Experiment = Experiment {
    name: "http",
    about: "A web page without a browser.",
    file: file!(),
    question: "A program that is no browser connects to a web server that \
        is not on port 80, and writes three lines of text. What does the \
        server's program read from its socket?",
    choices: &[
        Choice::new(
            "exact",
            "Exactly these bytes: the web is text on a connection",
        ),
        Choice::new(
            "more",
            "These bytes, and before them what the kernel adds: addresses, \
             ports, a length",
        ),
        Choice::new(
            "nothing",
            "Nothing: web traffic needs port 80, and a client that is known",
        ),
    ],
    run,
};

// ANCHOR: http
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    me.does("server", format!("listens on {address}"));

    let mut client = TcpStream::connect_timeout(&address, PATIENCE)?;
    client.set_read_timeout(Some(PATIENCE))?;
    // The empty line at the end says: this is all, now it is your turn.
    let lines = ["GET / HTTP/1.1\r\n", "Host: localhost\r\n", "\r\n"];
    for line in lines {
        me.sends("client", line.as_bytes(), address);
        client.write_all(line.as_bytes())?;
    }

    // One thread plays both sides: what the client wrote waits in the
    // kernel until the server accepts and reads. A real server has a loop.
    let (stream, _) = listener.accept()?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let request = web_server::answer(&stream)?;
    let text = String::from_utf8_lossy(&request);
    for line in text.split_inclusive('\n') {
        me.does("server", format!("reads {}", kit::quoted(line.as_bytes())));
    }
    drop(stream); // the server closes, which ends the client's read

    let mut answer = String::new();
    client.read_to_string(&mut answer)?;
    for line in answer.split_inclusive('\n') {
        me.does("client", format!("reads {}", kit::quoted(line.as_bytes())));
    }

    let sent: String = lines.concat();
    let ends_so = request.ends_with(sent.as_bytes());
    let (sent, read) = (sent.len(), request.len());
    let evidence = format!("written {sent} bytes, read {read}");
    Ok(match answer.starts_with("HTTP/1.1 200") {
        true if ends_so && sent == read => Outcome::chose("exact", evidence),
        true if ends_so => Outcome::chose("more", evidence),
        _ if read == 0 => Outcome::chose("nothing", evidence),
        _ => Outcome::unlisted(evidence),
    })
}
// ANCHOR_END: http
