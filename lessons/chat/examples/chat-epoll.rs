//! The yardstick: a chat server with one thread, which waits for all at once.
//!
//! It knows names and messages and nothing else: no limits, no commands, no
//! goodbye. What arrives in one round goes out with one write a client. Two
//! things of the hub are not needed here: threads, and a queue between them.
//!
//!     cargo run --release -p lesson-chat --example chat-epoll -- 127.0.0.1:0

use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token};
use std::collections::HashMap;
use std::io::{self, ErrorKind, Read, Write};

/// One client.
struct Member {
    stream: TcpStream,
    name: Option<String>,
    /// What came behind the last newline, and what could not be sent yet.
    half: Vec<u8>,
    out: Vec<u8>,
    /// How much of this round's text it has, or has said itself.
    seen: usize,
    open: bool,
}

const DOOR: Token = Token(0);

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1);
    let address = address.as_deref().unwrap_or("127.0.0.1:12345");
    let address = address.parse().map_err(io::Error::other)?;
    let mut listener = TcpListener::bind(address)?;
    kit::print(&format!("listening on {}\n", listener.local_addr()?));
    let mut poll = Poll::new()?;
    poll.registry()
        .register(&mut listener, DOOR, Interest::READABLE)?;
    let mut events = Events::with_capacity(1024);
    let mut members: HashMap<Token, Member> = HashMap::new();
    let mut room = Vec::new();
    let mut next = 1;
    loop {
        match poll.poll(&mut events, None) {
            Err(e) if e.kind() == ErrorKind::Interrupted => continue,
            polled => polled?,
        }
        for event in &events {
            if event.token() != DOOR {
                if let Some(member) = members.get_mut(&event.token()) {
                    member.listen(&mut room);
                }
                continue;
            }
            // Events come once for all that wait, so take all that wait.
            while let Ok((mut stream, _)) = listener.accept() {
                stream.set_nodelay(true)?;
                let both = Interest::READABLE | Interest::WRITABLE;
                poll.registry().register(&mut stream, Token(next), both)?;
                members.insert(Token(next), Member::new(stream));
                next += 1;
            }
        }
        for member in members.values_mut() {
            member.flush(&room);
        }
        room.clear();
        members.retain(|_, member| member.open);
    }
}

impl Member {
    fn new(stream: TcpStream) -> Member {
        Member {
            stream,
            name: None,
            half: Vec::new(),
            out: b"* Your name?\n".to_vec(),
            seen: 0,
            open: true,
        }
    }

    /// Reads all that has arrived, and says it to the room line by line.
    fn listen(&mut self, room: &mut Vec<u8>) {
        let mut buffer = [0; 16 * 1024];
        loop {
            match self.stream.read(&mut buffer) {
                Ok(length @ 1..) => self.half.extend(&buffer[..length]),
                Err(e) if e.kind() == ErrorKind::WouldBlock => break,
                _ => {
                    self.open = false;
                    break;
                }
            }
        }
        let half = std::mem::take(&mut self.half);
        let mut rest = &half[..];
        while let Some(end) = rest.iter().position(|&byte| byte == b'\n') {
            let text = kit::visible(&String::from_utf8_lossy(&rest[..end]));
            rest = &rest[end + 1..];
            self.catch_up(room);
            match &self.name {
                Some(name) => {
                    room.extend(format!("[{name}] {text}\n").as_bytes());
                }
                None => {
                    self.out.extend(b"* Welcome\n");
                    room.extend(
                        format!("* {text} has entered the room\n").as_bytes(),
                    );
                    self.name = Some(text);
                }
            }
            self.seen = room.len();
        }
        self.half = rest.to_vec();
    }

    fn catch_up(&mut self, room: &[u8]) {
        if self.name.is_some() {
            self.out.extend_from_slice(&room[self.seen..]);
        }
        self.seen = room.len();
    }

    /// One write for all that waits; what is left goes in another round.
    fn flush(&mut self, room: &[u8]) {
        let direct = self.out.is_empty() && self.name.is_some();
        if !direct {
            self.catch_up(room);
        }
        let start = std::mem::take(&mut self.seen);
        let text = if direct { &room[start..] } else { &self.out };
        if text.is_empty() {
            return;
        }
        let sent = match self.stream.write(text) {
            Ok(sent) => sent,
            Err(e) if e.kind() == ErrorKind::WouldBlock => 0,
            Err(_) => {
                self.open = false;
                return;
            }
        };
        match direct {
            true => self.out.extend_from_slice(&room[start + sent..]),
            false => drop(self.out.drain(..sent)),
        }
    }
}
