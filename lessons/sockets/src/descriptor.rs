//! A socket is a file descriptor: read and write work on it.
//!
//! A file, a pipe and a TCP connection, all three behind the type `File`.
//!
//!     cargo run -p lesson-sockets -- descriptor

use crate::PATIENCE;
use kit::{Choice, Experiment, Narrator, Outcome};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};

/// Settled by what three pairs of write(2) and read(2) carry.
pub const EXPERIMENT: Experiment = Experiment {
    name: "descriptor",
    about: "The same two calls on a file, a pipe and a socket.",
    file: file!(),
    question: "A program hides a file, a pipe and a TCP connection behind \
        the type File, whose write and read are the system calls write(2) \
        and read(2). Which of the three carry \"hello\"?",
    choices: &[
        Choice::new("file", "The file only: the type is called File"),
        Choice::new("two", "File and pipe: a socket needs send and recv"),
        Choice::new("three", "All three: each is a number to the kernel"),
    ],
    run,
};

// ANCHOR: descriptor
#[cfg(unix)]
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    use std::os::fd::{AsRawFd, OwnedFd};

    // A file, opened twice and then deleted. It lives until both are closed.
    let name = format!("lesson-sockets-{}", std::process::id());
    let path = std::env::temp_dir().join(name);
    let new_file = File::create_new(&path)?;
    let same_file = File::open(&path);
    fs::remove_file(&path)?;

    let (reader, writer) = io::pipe()?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let client = TcpStream::connect_timeout(&address, PATIENCE)?;
    let (server, _) = listener.accept()?;
    server.set_read_timeout(Some(PATIENCE))?;

    // OwnedFd is a number that the kernel gave us, and the duty to close it.
    // File takes any such number: the kernel knows what it stands for.
    let hidden = |fd: OwnedFd| File::from(fd);
    let mut carried = Vec::new();
    for (kind, mut entrance, mut exit) in [
        ("file", new_file, same_file?),
        ("pipe", hidden(writer.into()), hidden(reader.into())),
        ("socket", hidden(client.into()), hidden(server.into())),
    ] {
        let number = entrance.as_raw_fd();
        me.state(kind, named(number), "/proc/self/fd");
        let written = entrance.write(b"hello");
        me.returns(kind, &format!("write to descriptor {number}"), &written);
        let mut buffer = [0; 100];
        // read would wait for ever on an empty pipe, so only after a write.
        let read = written.and_then(|_| exit.read(&mut buffer));
        me.returns(kind, "read at its other end", &read);
        carried.push(&buffer[..read.unwrap_or(0)] == b"hello");
    }
    let told = kit::yes_or_no(&carried);
    let evidence = format!("file, pipe, socket carried it: {told}");
    Ok(match carried[..] {
        [true, true, true] => Outcome::chose("three", evidence),
        [true, true, false] => Outcome::chose("two", evidence),
        [true, false, false] => Outcome::chose("file", evidence),
        _ => Outcome::unlisted(evidence),
    })
}
// ANCHOR_END: descriptor

/// What the number stands for, as Linux tells it; of a path its last part.
#[cfg(unix)]
fn named(number: i32) -> String {
    let link = fs::read_link(format!("/proc/self/fd/{number}"));
    let link = link.unwrap_or("?".into());
    let last = link.file_name().unwrap_or_default().display();
    format!("descriptor {number} is {last}")
}

#[cfg(not(unix))]
fn run(_: &mut Narrator) -> io::Result<Outcome> {
    Ok(Outcome::unlisted("std cannot make a File of a socket here"))
}
