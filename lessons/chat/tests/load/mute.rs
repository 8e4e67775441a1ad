//! Ten who never read, in a busy room of a hundred. How much later the others
//! hear each other meanwhile is measured by chat-compare, with `--mute 10`: on
//! a machine that has other work too, no single run could tell.

use crate::server::Server;
use crate::{load, release, turn};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

#[test]
fn ten_who_never_read_are_let_go_and_cost_the_others_no_line_and_little_memory()
{
    let release = release();
    let _turn = turn();
    let (without, with) = (run(&release, 0), run(&release, 10));
    let grown = with.saturating_sub(without);
    eprintln!("{grown} kB more memory");
    // What is kept for each at most, and some more.
    assert!(grown <= 10 * 256 + 2048, "{grown} kB");
}

/// A hundred who read, and so many who do not; the most memory in kB that the
/// server ever had.
fn run(release: &Path, mute: usize) -> u64 {
    let mut program = Command::new(release.join("lesson-chat"));
    program.args(["server", "127.0.0.1:0"]);
    program.stderr(Stdio::piped());
    let mut server = Server::run(program);
    let log = BufReader::new(server.child.stderr.take().unwrap());
    let log = thread::spawn(move || log.lines().collect::<Vec<_>>());
    let mutes = mute.to_string();
    // Lines so long that whoever does not read them is behind in a moment.
    let talk = ["--seconds", "2", "--window", "1", "--size", "512"];
    let report =
        load(release, &server, &[&talk, &["--mute", &mutes][..]].concat());
    let memory_kb = server.memory_kb("VmHWM:");
    // Each of the others has heard each line, once and in order.
    for fault in ["lost", "doubled_or_late", "mangled", "closed"] {
        assert_eq!(report[fault], 0, "{report}");
    }
    server.signal("TERM");
    assert_eq!(server.wait().code(), Some(0));
    let log = log.join().unwrap();
    let reason = "has left You do not read what is sent to you";
    let let_go = log.iter().flatten().filter(|line| line.ends_with(reason));
    let names: Vec<&str> = let_go.filter_map(|l| l.split(' ').next()).collect();
    assert_eq!(names.len(), mute, "{log:?}");
    assert!(
        names.iter().all(|name| name.starts_with("mute")),
        "{names:?}"
    );
    memory_kb
}
