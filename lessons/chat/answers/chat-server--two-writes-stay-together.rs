//! Wrong on purpose: it believes that two writes, one right after the other,
//! stay together.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, RwLock};
use std::thread;

type Room = Mutex<BTreeMap<String, Arc<TcpStream>>>;

const LONGEST: usize = 1024;

/// Held alone by who writes a notice; messages write beside each other.
static NOTICE: RwLock<()> = RwLock::new(());

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:0".into());
    let listener = TcpListener::bind(address)?;
    println!("listening on {}", listener.local_addr()?);
    let room = Arc::new(Room::default());
    for client in listener.incoming() {
        let (client, room) = (client?, room.clone());
        thread::spawn(move || chat(client, &room));
    }
    Ok(())
}

/// Serves one client until it leaves.
fn chat(mut client: TcpStream, room: &Room) -> io::Result<()> {
    let mut lines = BufReader::new(client.try_clone()?);
    let name = loop {
        client.write_all(b"* Your name? 1 to 16 letters and digits\n")?;
        let Some(name) = next_line(&mut lines)? else {
            return Ok(());
        };
        let letters = name.bytes().all(|b| b.is_ascii_alphanumeric());
        let mut room = room.lock().expect("nobody panics");
        if letters
            && (1..=16).contains(&name.len())
            && !room.contains_key(&name)
        {
            let names: Vec<_> = room.keys().map(|name| &**name).collect();
            let names = names.join(", ");
            writeln!(client, "* The room contains: {names}")?;
            room.insert(name.clone(), Arc::new(client.try_clone()?));
            break name;
        }
    };
    say(room, &name, &format!("* {name} has entered the room\n"));
    let end = loop {
        match next_line(&mut lines) {
            Ok(Some(line)) => say(room, &name, &format!("[{name}] {line}\n")),
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        }
    };
    room.lock().expect("nobody panics").remove(&name);
    say(room, &name, &format!("* {name} has left the room\n"));
    if end.is_err_and(|e| e.kind() == ErrorKind::InvalidData) {
        client.write_all(b"* Your line is too long\n")?;
    }
    client.shutdown(Shutdown::Both)
}

/// Writes a text to everybody but its author.
fn say(room: &Room, author: &str, text: &str) {
    // A write may have to wait, so nobody should hold the lock meanwhile.
    let mut others = room.lock().expect("nobody panics").clone();
    others.remove(author);
    if text.starts_with('*') {
        let _alone = NOTICE.write().expect("nobody panics");
        for client in others.values() {
            let _ = (&**client).write_all(text.as_bytes());
        }
        return;
    }
    let _beside_others = NOTICE.read().expect("nobody panics");
    let (who, text) = text.split_at(text.find(' ').unwrap_or_default());
    for client in others.values() {
        // Who is gone is noticed by its own thread.
        let mut client = &**client;
        let _ = client.write_all(who.as_bytes());
        let _ = client.write_all(text.as_bytes());
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
