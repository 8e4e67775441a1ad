//! Wrong on purpose: it believes that a signal ends a program, and there is
//! nothing to do about it.

use socket2::SockRef;
use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::thread;
use std::time::{Duration, Instant};

/// The longest line, and the most that is kept for a client, in bytes.
const LONGEST: usize = 1024;
const KEPT: usize = 1 << 20;
/// How long it may take to say a name, and nothing of what waits for it.
const NAME_WITHIN: Duration = Duration::from_secs(2);
const READ_WITHIN: Duration = Duration::from_secs(4);
/// MSG_DONTWAIT of send(2).
const AT_ONCE: i32 = if cfg!(target_os = "linux") {
    0x40
} else {
    0x80
};

enum Event {
    Joined(u64, Arc<TcpStream>),
    Line(u64, String),
    Left(u64, &'static str),
}

struct Member {
    stream: Arc<TcpStream>,
    name: Option<String>,
    since: Instant,
    out: Vec<u8>,
    taken: Instant,
}

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:0".into());
    let listener = TcpListener::bind(address)?;
    println!("listening on {}", listener.local_addr()?);
    let (events, inbox) = mpsc::sync_channel(1024);
    thread::spawn(move || accept(&listener, &events));
    Room::default().run(&inbox);
    Ok(())
}

fn accept(listener: &TcpListener, events: &SyncSender<Event>) {
    for id in 0.. {
        let Ok((client, _)) = listener.accept() else {
            // No descriptor is free, most likely: one will be.
            thread::sleep(Duration::from_millis(50));
            continue;
        };
        let client = Arc::new(client);
        let _ = events.send(Event::Joined(id, client.clone()));
        let events = events.clone();
        let small = thread::Builder::new().stack_size(64 * 1024);
        let sender = events.clone();
        if small.spawn(move || read(id, &client, &sender)).is_err() {
            let _ = events.send(Event::Left(id, "No thread is free"));
        }
    }
}

/// Reads lines until the client leaves, or sends one that is too long.
fn read(id: u64, mut client: &TcpStream, events: &SyncSender<Event>) {
    let mut lines = BufReader::new(client);
    let why = loop {
        match next_line(&mut lines) {
            Ok(Some(line)) => drop(events.send(Event::Line(id, line))),
            Err(e) if e.kind() == ErrorKind::InvalidData => {
                break "Your line is too long";
            }
            _ => break "",
        }
    };
    let _ = events.send(Event::Left(id, why));
    // A socket that is closed with unread bytes resets its connection, and
    // the reason could be lost: read on for a moment.
    let until = Instant::now() + Duration::from_secs(1);
    let _ = client.set_read_timeout(Some(Duration::from_secs(1)));
    while Instant::now() < until {
        if !matches!(client.read(&mut [0; 4096]), Ok(1..)) {
            return;
        }
    }
}

fn next_line(lines: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut line = Vec::new();
    let room = LONGEST as u64 + 2;
    lines.by_ref().take(room).read_until(b'\n', &mut line)?;
    if line.is_empty() {
        return Ok(None);
    }
    let text = line.strip_suffix(b"\n").unwrap_or(&line);
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    if text.len() > LONGEST {
        return Err(ErrorKind::InvalidData.into());
    }
    Ok(Some(kit::visible(&String::from_utf8_lossy(text))))
}

#[derive(Default)]
struct Room(BTreeMap<u64, Member>);

impl Room {
    fn run(mut self, inbox: &Receiver<Event>) {
        loop {
            let event = inbox.recv_timeout(Duration::from_millis(10));
            let more = inbox.try_iter().take(500);
            for event in event.iter().chain(&more.collect::<Vec<_>>()) {
                match event {
                    Event::Joined(id, stream) => self.join(*id, stream),
                    Event::Line(id, line) => self.line(*id, line),
                    Event::Left(id, why) => self.part(*id, why),
                }
            }
            if event.is_err_and(|e| e == RecvTimeoutError::Disconnected) {
                return;
            }
            self.flush();
        }
    }

    fn join(&mut self, id: u64, stream: &Arc<TcpStream>) {
        let now = Instant::now();
        let member = Member {
            stream: stream.clone(),
            name: None,
            since: now,
            out: Vec::new(),
            taken: now,
        };
        let _ = stream.set_nodelay(true);
        self.0.insert(id, member);
        self.tell(id, "* Your name? 1 to 16 letters and digits");
    }

    fn line(&mut self, id: u64, line: &str) {
        let Some(member) = self.0.get(&id) else {
            return;
        };
        if let Some(name) = &member.name {
            return self.all_but(id, &format!("[{name}] {line}"));
        }
        let letters = line.bytes().all(|b| b.is_ascii_alphanumeric());
        let taken = |m: &Member| m.name.as_deref() == Some(line);
        if !letters || !(1..=16).contains(&line.len()) {
            self.tell(id, "* 1 to 16 letters and digits, please");
        } else if self.0.values().any(taken) {
            self.tell(id, "* This name is taken; which other one?");
        } else {
            let names = self.0.values().filter_map(|m| m.name.as_deref());
            let names = names.collect::<Vec<_>>().join(", ");
            self.tell(id, &format!("* The room contains: {names}"));
            self.all_but(id, &format!("* {line} has entered the room"));
            if let Some(member) = self.0.get_mut(&id) {
                member.name = Some(line.into());
            }
        }
    }

    fn all_but(&mut self, id: u64, line: &str) {
        let named = self.0.iter().filter(|(_, m)| m.name.is_some());
        let others: Vec<u64> = named.map(|(other, _)| *other).collect();
        for other in others.into_iter().filter(|other| *other != id) {
            self.tell(other, line);
        }
    }

    fn tell(&mut self, id: u64, line: &str) {
        if let Some(member) = self.0.get_mut(&id) {
            if member.out.is_empty() {
                member.taken = Instant::now();
            }
            member.out.extend_from_slice(line.as_bytes());
            member.out.push(b'\n');
        }
    }

    /// Sends what the kernels take, and lets go who is too far behind.
    fn flush(&mut self) {
        let mut lost = Vec::new();
        for (id, member) in &mut self.0 {
            member.send();
            let late = member.taken.elapsed() > READ_WITHIN;
            let silent = member.since.elapsed() > NAME_WITHIN;
            if member.out.len() > KEPT || !member.out.is_empty() && late {
                lost.push((*id, "You do not read what is sent to you"));
            } else if member.name.is_none() && silent {
                lost.push((*id, "You did not say your name"));
            }
        }
        for (id, why) in lost {
            self.part(id, why);
        }
    }

    fn part(&mut self, id: u64, why: &str) {
        if !why.is_empty() {
            self.tell(id, &format!("* {why}; goodbye"));
        }
        let Some(mut member) = self.0.remove(&id) else {
            return;
        };
        member.send();
        // Its reader sees the end of a client that reads, and goes.
        let too_long = why.ends_with("too long");
        let both = Shutdown::Both;
        let how = if too_long { Shutdown::Write } else { both };
        let _ = member.stream.shutdown(how);
        if let Some(name) = member.name {
            self.all_but(id, &format!("* {name} has left the room"));
        }
    }
}

impl Member {
    /// Sends what the kernel takes at this moment.
    fn send(&mut self) {
        let socket = SockRef::from(&*self.stream);
        if self.out.is_empty() {
            return;
        }
        match socket.send_with_flags(&self.out, AT_ONCE) {
            Ok(sent) => {
                self.out.drain(..sent);
                self.taken = Instant::now();
            }
            Err(e) if e.kind() == ErrorKind::WouldBlock => {}
            // Its reader sees the same, and tells that it has left.
            Err(_) => self.out.clear(),
        }
    }
}
