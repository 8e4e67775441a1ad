//! The programs of the page "Find the fault": each runs, and its fault shows.
//!
//! What is seen of a run is kept beside the program and shown by the page, and
//! so is what its mended version does. `BLESS=1` writes these files instead.
//! Without python3 that is said; under CI it is a failure.

use crate::beliefs::settled_by;
use crate::recordings::compare;
use crate::tools::found;
use crate::workspace::{DEADLINE, files, read, root};
use regex::Regex;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;
use wait_timeout::ChildExt;

/// Each program, by its name, and what is done to it.
const FAULTS: &[(&str, Act)] = &[
    ("waiting_room", waiting_room),
    ("text_and_bytes", text_and_bytes),
    ("one_accept", one_accept),
    ("no_end", no_end),
    ("pieces", pieces),
    ("no_framing", alone),
    ("sixteen_bytes", alone),
    ("two_types", alone),
];

/// How long a client waits before it says that nothing came.
const NOTHING: Duration = Duration::from_secs(1);

/// How many times a program that does not end may say the same.
const ENOUGH: usize = 1000;

#[test]
fn every_fault_shows_and_its_mended_version_does_better() {
    if !found("python3") {
        return;
    }
    if !cfg!(target_os = "linux") {
        eprintln!("NOT CHECKED: the faults were recorded on Linux");
        return;
    }
    let mut differences = String::new();
    for (name, act) in FAULTS {
        let mut stories = Vec::new();
        for folder in [folder(), folder().join("mended")] {
            let source = folder.join(format!("{name}.py"));
            let story = story(&source, *act);
            compare(&source.with_extension("txt"), &story, &mut differences);
            stories.push(story);
        }
        assert_ne!(
            stories[0], stories[1],
            "{name}: the mended one does the same"
        );
    }
    assert!(
        differences.is_empty(),
        "{differences}\nIf this is right: BLESS=1 cargo test --workspace"
    );
}

#[test]
fn no_file_of_the_faults_is_left_over() {
    for file in files(&folder(), "") {
        let stem = file.file_stem().unwrap().to_string_lossy();
        let known = FAULTS.iter().any(|(name, _)| *name == stem);
        assert!(known, "{} belongs to no fault", file.display());
    }
}

/// The experiment of an answer must be one whose run explains the belief.
#[test]
fn each_fault_names_a_belief_and_an_experiment_that_settles_it() {
    let page = read(root().join("book/find-the-fault.md"));
    let belief = Regex::new(r"\[(M\d\d)\]\(beliefs\.md#(m\d\d)\)").unwrap();
    let run = r"\[`cargo run -p lesson-(\w+) -- ([\w-]+)`\]\((\w+)\.md#lab-([\w-]+)\)";
    let run = Regex::new(run).unwrap();
    let mut wrong = Vec::new();
    for (name, _) in FAULTS {
        let program = format!("{{{{#include find-the-fault/{name}.py:program}}}}");
        let sections = page.split("\n## ").filter(|part| part.contains(&program));
        let sections: Vec<&str> = sections.collect();
        assert_eq!(sections.len(), 1, "{name}");
        for include in [
            format!("{{{{#include find-the-fault/{name}.txt}}}}"),
            format!("{{{{#include find-the-fault/mended/{name}.py:mend}}}}"),
            format!("{{{{#include find-the-fault/mended/{name}.txt}}}}"),
        ] {
            assert!(sections[0].contains(&include), "{name} lacks {include}");
        }
        let named: Vec<_> = belief.captures_iter(sections[0]).collect();
        assert!(!named.is_empty(), "{name} names no belief");
        for id in &named {
            assert_eq!(id[1].to_lowercase(), id[2], "{name}");
        }
        let runs: Vec<_> = run.captures_iter(sections[0]).collect();
        assert!(!runs.is_empty(), "{name} names no experiment");
        for run in runs {
            let (slug, experiment) = (&run[1], &run[2]);
            assert_eq!(&run[3], slug, "{name}");
            assert_eq!(run[4], format!("{slug}-{experiment}"), "{name}");
            if !named.iter().any(|id| settled_by(&id[1], slug, experiment)) {
                wrong.push(format!("{name}: {slug}/{experiment}"));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "settle none of the beliefs that are named with them: {wrong:#?}"
    );
}

/// Three clients come to two seats.
fn waiting_room(scene: &mut Scene) {
    scene.listens();
    let mut clients = Vec::new();
    for who in ["first", "second", "third"] {
        clients.push(scene.connects(who));
        scene.says();
    }
    scene.gets(&mut clients[2], NOTHING);
}

/// A client says something, and waits for the answer.
fn text_and_bytes(scene: &mut Scene) {
    scene.listens();
    let mut client = scene.connects("client");
    scene.sends(&mut client, b"hello");
    if scene.gets(&mut client, DEADLINE) == Some(0) {
        scene.ends();
    }
}

/// A second client comes while the first is still there.
fn one_accept(scene: &mut Scene) {
    scene.listens();
    let mut first = scene.connects("first");
    scene.sends(&mut first, b"one");
    scene.gets(&mut first, DEADLINE);
    let mut second = scene.connects("second");
    scene.sends(&mut second, b"two");
    if scene.gets(&mut second, NOTHING).is_none() {
        scene.tell("first", "leaves");
        drop(first);
        scene.gets(&mut second, DEADLINE);
        scene.ends();
    }
}

/// A client gets its echo and leaves.
fn no_end(scene: &mut Scene) {
    scene.listens();
    let mut client = scene.connects("client");
    scene.sends(&mut client, b"bye");
    scene.says();
    scene.gets(&mut client, DEADLINE);
    scene.tell("client", "leaves");
    drop(client);
    let mut same = 0;
    while same < ENOUGH && scene.line().as_deref() == Some("0 bytes") {
        same += 1;
    }
    if same == 0 {
        scene.ends();
        return;
    }
    scene.tell("program", "0 bytes");
    let rest = format!("says so another {} times, and is stopped", same - 1);
    scene.tell("program", &rest);
}

/// A text longer than one piece, with letters of two bytes.
fn pieces(scene: &mut Scene) {
    scene.listens();
    let mut client = scene.connects("client");
    let text = format!("x{}", "é".repeat(600));
    client.stream.write_all(text.as_bytes()).unwrap();
    client.stream.shutdown(Shutdown::Write).unwrap();
    let sent = format!("sends {} bytes, x and 600 times é, and ends", text.len());
    scene.tell("client", &sent);
    scene.ends();
}

/// The program has both ends in itself.
fn alone(scene: &mut Scene) {
    scene.ends();
}

/// What is seen of a program while something is done to it.
///
/// Two messages that were sent one after the other can also come one by one:
/// a program that shows its fault only most of the time gets another try.
fn story(source: &Path, act: Act) -> String {
    let kept = std::fs::read_to_string(source.with_extension("txt"));
    let mut seen = String::new();
    for _ in 0..5 {
        let mut scene = Scene::new(source);
        act(&mut scene);
        seen = std::mem::take(&mut scene.story);
        if !source.ends_with("no_framing.py") || kept.as_ref().is_ok_and(|kept| *kept == seen) {
            break;
        }
    }
    seen
}

/// What is done to a program.
type Act = fn(&mut Scene);

/// A running program, and what was seen of it so far.
struct Scene {
    program: Child,
    lines: Receiver<String>,
    errors: ChildStderr,
    address: Option<SocketAddr>,
    story: String,
}

struct Client {
    who: &'static str,
    stream: TcpStream,
}

impl Scene {
    fn new(source: &Path) -> Scene {
        let mut python = Command::new("python3");
        // Unbuffered, and without leaving bytecode in the book.
        python.args(["-u", "-B"]).arg(source);
        python.stdin(Stdio::null());
        python.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut program = python.spawn().unwrap();
        let output = BufReader::new(program.stdout.take().unwrap());
        // A program that never ends its output has to wait for its reader.
        let (sender, lines) = mpsc::sync_channel(10);
        thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        Scene {
            errors: program.stderr.take().unwrap(),
            program,
            lines,
            address: None,
            story: String::new(),
        }
    }

    fn tell(&mut self, who: &str, what: &str) {
        self.story += &format!("{who:<9} {what}\n");
    }

    /// The next line that the program prints, or nothing if it has ended.
    fn line(&mut self) -> Option<String> {
        match self.lines.recv_timeout(DEADLINE) {
            Ok(line) => Some(line),
            Err(mpsc::RecvTimeoutError::Disconnected) => None,
            Err(_) => panic!("nothing more was printed:\n{}", self.story),
        }
    }

    fn says(&mut self) -> String {
        let line = self.line().unwrap_or_else(|| "(has ended)".into());
        self.tell("program", &line);
        line
    }

    fn listens(&mut self) {
        let line = self.says();
        let address = line.strip_prefix("listening on ");
        self.address = address.and_then(|address| address.parse().ok());
    }

    fn connects(&mut self, who: &'static str) -> Client {
        let address = self.address.expect("the program listens");
        let stream = TcpStream::connect_timeout(&address, DEADLINE).unwrap();
        self.tell(who, "connects");
        Client { who, stream }
    }

    fn sends(&mut self, client: &mut Client, bytes: &[u8]) {
        let shown = bytes.escape_ascii();
        self.tell(client.who, &format!("sends \"{shown}\""));
        client.stream.write_all(bytes).unwrap();
    }

    /// What one receive returns within this time, told and counted.
    fn gets(&mut self, client: &mut Client, patience: Duration) -> Option<usize> {
        client.stream.set_read_timeout(Some(patience)).unwrap();
        let mut buffer = [0; 1024];
        let came = client.stream.read(&mut buffer);
        let what = match &came {
            Ok(0) => "gets the end of the stream".into(),
            Ok(length) => format!("gets \"{}\"", buffer[..*length].escape_ascii()),
            Err(error) => match error.kind() {
                ErrorKind::WouldBlock | ErrorKind::TimedOut => {
                    format!("gets nothing within {patience:?}")
                }
                _ => format!("gets {}", kit::describe_error(error)),
            },
        };
        self.tell(client.who, &what);
        came.ok()
    }

    /// All that the program still says, its last words, and how it ends.
    fn ends(&mut self) {
        while let Some(line) = self.line() {
            self.tell("program", &line);
        }
        let mut errors = String::new();
        self.errors.read_to_string(&mut errors).unwrap();
        if let Some(last) = errors.lines().last() {
            self.tell("program", last);
        }
        let status = self.program.wait_timeout(DEADLINE).unwrap();
        let status = status.unwrap_or_else(|| panic!("it does not end:\n{}", self.story));
        self.tell("program", &format!("has ended, {status}"));
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        // It may have ended by itself, and then there is nothing to kill.
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

fn folder() -> PathBuf {
    root().join("book/find-the-fault")
}
