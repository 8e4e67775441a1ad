//! The socket does not know where a mail ends; a line of text says it.
//!
//! A mail is sent by hand, and one of its lines is a single dot.
//!
//!     cargo run -p lesson-sockets -- smtp

use crate::PATIENCE;
use crate::mail_server::MailServer;
use kit::{Choice, Experiment, Narrator, Outcome};
use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};

/// Settled by the lines that the server has kept.
pub const EXPERIMENT: Experiment = Experiment {
    name: "smtp",
    about: "A mail without a mail program.",
    file: file!(),
    question: "You write a mail by hand, straight into the socket. It has \
        three lines: \"Dear Bob\", \".\" and \"see you\". A line with a dot \
        follows, as the protocol wants it. Which mail does the server keep?",
    choices: &[
        Choice::new("whole", "All three lines: a mail may hold any text"),
        Choice::new("cut", "\"Dear Bob\" only; the rest is taken for commands"),
        Choice::new("gone", "None: a mail with such a line is refused"),
    ],
    run,
};

// ANCHOR: smtp
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let mut client = TcpStream::connect_timeout(&address, PATIENCE)?;
    client.set_read_timeout(Some(PATIENCE))?;
    let mut replies = BufReader::new(client.try_clone()?).lines();

    let (stream, _) = listener.accept()?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut server = MailServer::greet(stream)?;
    let greeting = replies.next().transpose()?.unwrap_or_default();
    me.does("client", format!("reads the line \"{greeting}\""));

    for line in [
        "HELO localhost",
        "MAIL FROM:<alice@example.org>",
        "RCPT TO:<bob@example.org>",
        "DATA",
        "Dear Bob",
        ".",
        "see you",
        ".",
        "QUIT",
    ] {
        let line = format!("{line}\r\n");
        me.sends("client", line.as_bytes(), address);
        client.write_all(line.as_bytes())?;
        let before = server.mail.len();
        server.step()?;
        // A line of the mail gets no reply; all else gets one.
        if server.mail.len() > before {
            me.does("server", "keeps it as a line of the mail");
            continue;
        }
        let reply = replies.next().transpose()?.unwrap_or_default();
        me.does("client", format!("reads the line \"{reply}\""));
    }

    // A mail program would have sent ".." for ".", and the server would have
    // taken one dot away again: RFC 5321 calls this transparency.
    let mail: Vec<&str> = server.mail.iter().map(String::as_str).collect();
    let shown = kit::list_quoted(&mail);
    let evidence = format!("the server has kept {shown}");
    Ok(match &mail[..] {
        ["Dear Bob", ".", "see you"] => Outcome::chose("whole", evidence),
        ["Dear Bob"] => Outcome::chose("cut", evidence),
        [] => Outcome::chose("gone", evidence),
        _ => Outcome::unlisted(evidence),
    })
}
// ANCHOR_END: smtp
