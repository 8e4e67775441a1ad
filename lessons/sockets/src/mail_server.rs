//! A very small mail server: it keeps one mail in memory.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;

// ANCHOR: mail_server
/// The most that a client may send: a stranger must not fill our memory.
const LIMIT: u64 = 10_000;

/// A conversation with one client.
pub struct MailServer {
    reader: BufReader<io::Take<TcpStream>>,
    stream: TcpStream,
    in_mail: bool,
    /// The lines of the mail, without their ends.
    pub mail: Vec<String>,
}

impl MailServer {
    /// Begins the conversation: in SMTP it is the server who speaks first.
    pub fn greet(stream: TcpStream) -> io::Result<MailServer> {
        let reader = BufReader::new(stream.try_clone()?.take(LIMIT));
        let (in_mail, mail) = (false, Vec::new());
        let mut server = MailServer {
            reader,
            stream,
            in_mail,
            mail,
        };
        server.reply("220 localhost waits for your mail")?;
        Ok(server)
    }

    /// Reads one line and answers it, unless it is a line of the mail.
    pub fn step(&mut self) -> io::Result<()> {
        let mut line = String::new();
        self.reader.read_line(&mut line)?;
        let line = line.trim_end();
        if self.in_mail && line != "." {
            // A line of the mail that begins with a dot has one too many:
            // its sender doubled it, so that it is not taken for the end.
            self.mail
                .push(line.strip_prefix('.').unwrap_or(line).into());
            return Ok(());
        }
        // A real server checks the order, the names and who may send.
        let verb = line.split(' ').next().unwrap_or_default();
        let reply = match verb.to_ascii_uppercase().as_str() {
            "." if self.in_mail => "250 Kept",
            "HELO" => "250 localhost",
            "MAIL" | "RCPT" => "250 OK",
            "DATA" => "354 Go on, and end with a dot on a line of its own",
            "QUIT" => "221 Goodbye",
            _ => "500 I do not know this command",
        };
        self.in_mail = reply.starts_with("354");
        self.reply(reply)
    }

    fn reply(&mut self, line: &str) -> io::Result<()> {
        self.stream.write_all(format!("{line}\r\n").as_bytes())
    }
}
// ANCHOR_END: mail_server
