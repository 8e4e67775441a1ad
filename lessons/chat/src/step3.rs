//! Step 3: lines and names.
//!
//! A line is a message, and the first line of each client is its name.
//!
//!     cargo run -p lesson-chat -- step3 server

use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// Everybody who has a name.
pub type People = Arc<Mutex<Vec<(String, TcpStream)>>>;

/// As in step 2, one panic with the lock held would end the chat.
const WHOLE: &str = "no thread has panicked while it held the list";

// ANCHOR: step3
/// Accepts for ever; each client gets a thread that reads lines.
pub fn serve(listener: TcpListener) -> io::Result<()> {
    let people = People::default();
    loop {
        let (client, _) = listener.accept()?;
        let people = people.clone();
        thread::spawn(move || relay(client, &people));
    }
}

fn relay(mut client: TcpStream, people: &People) -> io::Result<()> {
    let mut reader = BufReader::new(client.try_clone()?);
    client.write_all(b"* Your name?\n")?;
    let mut name = String::new();
    reader.read_line(&mut name)?;
    let name = name.trim().to_string();
    tell_others(people, &name, &format!("* {name} has entered the room\n"));
    let mut list = people.lock().expect(WHOLE);
    client.write_all(b"* Welcome\n")?;
    list.push((name.clone(), client));
    drop(list);

    let mut line = String::new();
    // It grows as long as no newline comes; and what is in a line goes to
    // the terminals of all others as it is.
    while let Ok(1..) = reader.read_line(&mut line) {
        let text = line.trim_end_matches(['\r', '\n']);
        tell_others(people, &name, &format!("[{name}] {text}\n"));
        line.clear();
    }
    people.lock().expect(WHOLE).retain(|(who, _)| *who != name);
    tell_others(people, &name, &format!("* {name} has left the room\n"));
    Ok(())
}

/// One write for each message, so that no other thread can come between.
fn tell_others(people: &People, name: &str, line: &str) {
    for (who, other) in people.lock().expect(WHOLE).iter_mut() {
        if who != name {
            let _ = other.write_all(line.as_bytes());
        }
    }
}
// ANCHOR_END: step3
