//! Wrong on purpose: it believes that a newline comes soon: nobody types
//! lines that long.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

type Room = Mutex<BTreeMap<String, TcpStream>>;

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
            room.insert(name.clone(), client.try_clone()?);
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
    end.and(client.shutdown(Shutdown::Both))
}

/// Writes a text to everybody but its author.
fn say(room: &Room, author: &str, text: &str) {
    for (name, client) in room.lock().expect("nobody panics").iter_mut() {
        if name != author {
            // Who is gone is noticed by its own thread.
            let _ = client.write_all(text.as_bytes());
        }
    }
}

fn next_line(lines: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut line = Vec::new();
    lines.read_until(b'\n', &mut line)?;
    if line.is_empty() {
        return Ok(None);
    }
    let text = line.strip_suffix(b"\n").unwrap_or(&line);
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    Ok(Some(kit::visible(&String::from_utf8_lossy(text))))
}
