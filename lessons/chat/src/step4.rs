//! Step 4: a queue and a writing thread for each client.
//!
//! Nobody waits for a slow client any more, and everything costs more.
//!
//!     cargo run -p lesson-chat -- step4 server

use crate::lines::{LONGEST, next_line};
use std::io::{self, BufReader, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread;

/// Everybody who has a name, and the queue to their writing thread.
pub type People = Arc<Mutex<Vec<(String, SyncSender<Arc<str>>)>>>;

/// As in step 2, one panic with the lock held would end the chat.
const WHOLE: &str = "no thread has panicked while it held the list";

/// How many lines wait for a client before it is dropped.
const QUEUE: usize = 1024;

// ANCHOR: step4
/// Accepts for ever; each client gets two threads. A Ctrl-C ends all of
/// them at once, and what was in the queues is lost.
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
    let name = next_line(&mut reader, LONGEST)?.unwrap_or_default();
    let name = name.trim().to_string();
    tell_others(people, &name, &format!("* {name} has entered the room\n"));
    let (queue, lines) = sync_channel(QUEUE);
    let mut list = people.lock().expect(WHOLE);
    client.write_all(b"* Welcome\n")?;
    list.push((name.clone(), queue));
    drop(list);
    thread::spawn(move || write_all_of(&lines, &client));

    // Bounded and harmless: what step 3 lacked.
    while let Ok(Some(text)) = next_line(&mut reader, LONGEST) {
        tell_others(people, &name, &format!("[{name}] {text}\n"));
    }
    // With its queue the writing thread ends too.
    people.lock().expect(WHOLE).retain(|(who, _)| *who != name);
    tell_others(people, &name, &format!("* {name} has left the room\n"));
    Ok(())
}

/// Puts a line into all queues: each wakes a thread for one small write.
fn tell_others(people: &People, name: &str, line: &str) {
    let line: Arc<str> = line.into();
    people.lock().expect(WHOLE).retain(|(who, queue)| {
        // try_send does not wait. Who is a whole queue behind is dropped.
        who == name || queue.try_send(line.clone()).is_ok()
    });
}

fn write_all_of(lines: &Receiver<Arc<str>>, mut client: &TcpStream) {
    for line in lines {
        if client.write_all(line.as_bytes()).is_err() {
            break;
        }
    }
    let _ = client.shutdown(Shutdown::Both);
}
// ANCHOR_END: step4
