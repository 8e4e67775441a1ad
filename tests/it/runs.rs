//! Lessons that a page runs: what it is told, and that nothing is left of them.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::server::{Answer, Server, book_with_a_lesson};
use crate::workspace::{has_no_wire, lesson};

/// How soon a lesson must be gone when nobody reads it any more.
const SOON: Duration = Duration::from_secs(1);

fn serve(book: &Path, seconds: &str) -> Server {
    let options = ["--port", "0", "--no-build", "--run-seconds", seconds];
    Server::with(book, &options)
}

fn asked(experiment: &str, answer: &str) -> String {
    let asked =
        json!({ "lesson": "udp", "experiment": experiment, "answer": answer, "hold": false });
    asked.to_string()
}

/// A run as a page reads it: line by line.
struct Reading {
    stream: BufReader<TcpStream>,
}

impl Reading {
    fn of(server: &Server, experiment: &str) -> Reading {
        Reading::asking(server, &asked(experiment, ""))
    }

    fn asking(server: &Server, body: &str) -> Reading {
        let fields = server.fields(body);
        let (mut stream, port) = (server.connect(), server.port);
        write!(
            stream,
            "POST /live/run HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{fields}\r\n{body}"
        )
        .unwrap();
        let stream = BufReader::new(stream);
        Reading { stream }
    }

    /// The next line that is an object, past the head and the chunks.
    fn next(&mut self) -> Value {
        loop {
            let mut line = String::new();
            assert!(self.stream.read_line(&mut line).unwrap() > 0, "no more");
            if let Ok(value @ Value::Object(_)) = serde_json::from_str(&line) {
                return value;
            }
        }
    }

    fn until(&mut self, event: &str) -> Value {
        loop {
            let line = self.next();
            if line["event"] == event || line["live"] == event {
                return line;
            }
        }
    }
}

/// The objects of an answer, without the sizes of its chunks.
fn objects(answer: &Answer) -> Vec<Value> {
    let lines = answer.body().lines();
    lines
        .filter_map(|line| serde_json::from_str(line).ok())
        .filter(Value::is_object)
        .collect()
}

fn end(answer: &Answer) -> Value {
    let end = objects(answer).pop().unwrap_or_default();
    assert_eq!(end["live"], "end", "{}", answer.0);
    end
}

#[test]
fn a_run_begins_with_its_name_goes_on_as_told_and_ends_with_how() {
    let book = book_with_a_lesson();
    let server = serve(book.path(), "20");
    let answer = server.post("/live/run", &asked("echo", "no"));
    assert_eq!(answer.status(), 200, "{}", answer.0);
    let kind = answer.field("content-type");
    assert_eq!(kind, Some("application/x-ndjson"));
    let objects = objects(&answer);
    let [first, question, answered, last] = &objects[..] else {
        panic!("{objects:?}");
    };
    assert_eq!(first["live"], "run");
    assert_eq!(first["id"].as_str().unwrap().len(), 32);
    assert_eq!(question["event"], "question");
    assert_eq!(answered["key"], "no");
    let arguments = answered["arguments"].as_str().unwrap();
    assert!(
        arguments.starts_with("--format json --capture "),
        "{arguments}"
    );
    assert!(arguments.ends_with(".pcapng echo"), "{arguments}");
    let good = json!({ "live": "end", "status": "ok", "words": "", "capture": false });
    assert_eq!(*last, good);
    // Lines come byte for byte as the lesson wrote them.
    let own = r#"{"v":1,"n":0,"t_us":1,"event":"question","text":"?","options":"#;
    assert!(answer.0.contains(own), "{}", answer.0);
}

#[test]
fn only_what_is_in_the_table_runs() {
    let book = book_with_a_lesson();
    let server = serve(book.path(), "20");
    let cases = [
        (asked("nothing", ""), 404, "no experiment `nothing`"),
        (asked("", ""), 404, "no experiment"),
        (asked("--list", ""), 404, "no experiment `--list`"),
        (asked("../../bin/sh", ""), 404, "no experiment"),
        (asked("echo", "perhaps"), 400, "none of the options"),
        (asked("echo", "1"), 400, "none of the options"),
        (asked("echo", "no\nyes"), 400, "none of the options"),
        (
            asked("echo", "").replace("udp", "upd"),
            404,
            "no lesson `upd`",
        ),
        (
            asked("echo", "").replace("udp", "\\u001b[31m"),
            404,
            "\\u{1b}",
        ),
        (
            asked("echo", "").replace("false", "1"),
            400,
            "not what this asks",
        ),
        (
            asked("echo", "").replace("false", "false,\"x\":1"),
            400,
            "unknown field",
        ),
        (
            asked("echo", "").replace("\"hold\":false,", ""),
            400,
            "missing field",
        ),
        (
            asked("echo", "").replace('{', "{\"lesson\":\"udp\","),
            400,
            "duplicate field",
        ),
        ("[]".to_owned(), 400, "not what this asks"),
        ("{".to_owned(), 400, "not what this asks"),
        ("".to_owned(), 400, "not what this asks"),
        ("[".repeat(4000), 400, "not what this asks"),
        ("\"\\ud800\"".to_owned(), 400, "not what this asks"),
    ];
    for (body, status, words) in cases {
        let answer = server.post("/live/run", &body);
        assert_eq!(answer.status(), status, "{body:.99}\n{}", answer.0);
        assert!(answer.body().contains(words), "{body:.99}\n{}", answer.0);
        let raw = answer.body().contains('\u{1b}');
        assert!(!raw && answer.body().len() < 300, "{}", answer.0);
    }
    assert!(!server.said().contains("panicked"), "{}", server.said());
    assert_eq!(server.post("/live/run", &asked("echo", "")).status(), 200);
}

#[test]
fn a_lesson_that_misbehaves_is_cut_and_the_page_is_told_why() {
    let book = book_with_a_lesson();
    let server = serve(book.path(), "20");
    let cases = [
        ("flood", "limit", "more than a page can show"),
        ("long", "limit", "without an end"),
        ("endless", "limit", "without an end"),
        ("nonsense", "limit", "no event"),
        (
            "dies",
            "failed",
            "exit status 101. thread panicked \\u{1b}[31m",
        ),
        ("signal", "killed", "signal: 9"),
        ("quiet", "ok", ""),
        ("warns", "ok", "a remark"),
        ("unsettled", "ok", ""),
        ("refuses", "failed", "exit status 2. what was that?"),
    ];
    for (experiment, status, words) in cases {
        let start = Instant::now();
        let answer = server.post("/live/run", &asked(experiment, ""));
        let end = end(&answer);
        assert_eq!(end["status"], status, "{experiment}: {end}");
        let said = end["words"].as_str().unwrap();
        assert!(said.contains(words), "{experiment}: {end}");
        assert!(answer.0.len() < (3 << 20), "{experiment}");
        let took = start.elapsed();
        assert!(took < Duration::from_secs(10), "{experiment}: {took:?}");
    }
}

#[test]
fn a_run_that_takes_too_long_is_ended_with_all_it_started() {
    let book = book_with_a_lesson();
    let server = serve(book.path(), "1");
    for experiment in ["child", "hangs"] {
        let mut run = Reading::of(&server, experiment);
        let pids = pids(&mut run, experiment);
        let end = run.until("end");
        assert_eq!(end["status"], "limit", "{experiment}: {end}");
        let words = end["words"].as_str().unwrap();
        assert!(words.contains("too long"), "{end}");
        gone_soon(&pids, experiment);
    }
    // One that never asks its question is told of, too.
    let answer = server.post("/live/run", &asked("silent", ""));
    assert_eq!(end(&answer)["status"], "limit");
}

#[test]
fn when_the_page_goes_away_the_lesson_does_with_all_it_started() {
    let book = book_with_a_lesson();
    let server = serve(book.path(), "60");
    for experiment in ["child", "hangs", "typed", "flood"] {
        let mut run = Reading::of(&server, experiment);
        let pids = pids(&mut run, experiment);
        drop(run);
        gone_soon(&pids, experiment);
    }
}

#[test]
fn when_the_server_ends_or_is_killed_its_lessons_are_gone() {
    let book = book_with_a_lesson();
    for signal in ["INT", "TERM", "KILL"] {
        let mut server = serve(book.path(), "60");
        let mut runs = ["child", "hangs", "typed"].map(|experiment| {
            let mut run = Reading::of(&server, experiment);
            let pids = pids(&mut run, experiment);
            (experiment, run, pids)
        });
        server.end_by(signal);
        for (experiment, _, pids) in &mut runs {
            gone_soon(pids, &format!("{experiment} after {signal}"));
        }
    }
}

#[test]
fn no_more_than_four_run_at_once() {
    let book = book_with_a_lesson();
    let server = serve(book.path(), "60");
    let mut four: Vec<_> = (0..4).map(|_| Reading::of(&server, "hangs")).collect();
    for run in &mut four {
        run.until("answered");
    }
    let fifth = server.post("/live/run", &asked("echo", ""));
    assert_eq!(fifth.status(), 429, "{}", fifth.0);
    assert!(fifth.body().contains("running already"), "{}", fifth.0);
    // The pages are served all the same, and a place that is left is free.
    assert_eq!(server.get("/udp.html").status(), 200);
    four.pop();
    let again = |server: &Server| server.post("/live/run", &asked("echo", "")).status() == 200;
    server.until("a place is free", again);
}

#[test]
fn what_a_page_types_reaches_its_own_run_and_no_other() {
    let book = book_with_a_lesson();
    let server = serve(book.path(), "60");
    let mut one = Reading::of(&server, "typed");
    let mut two = Reading::of(&server, "typed");
    let ids = [&mut one, &mut two].map(|run| run.until("run")["id"].clone());
    let type_into = |id: &Value, line: &str| {
        let body = json!({ "id": id, "line": line }).to_string();
        server.post("/live/input", &body).status()
    };
    assert_eq!(type_into(&ids[0], "to the first"), 204);
    assert_eq!(type_into(&ids[1], "to the second"), 204);
    assert_eq!(one.until("typed")["line"], "to the first");
    assert_eq!(two.until("typed")["line"], "to the second");

    assert_eq!(type_into(&ids[0], &"x".repeat(201)), 400);
    assert_eq!(type_into(&ids[0], "two\nlines"), 400);
    assert_eq!(type_into(&ids[0], "\u{1b}[31m"), 400);
    assert_eq!(type_into(&json!("0"), "nobody"), 404);
    let extra = json!({ "id": ids[0], "line": "", "x": 1 }).to_string();
    assert_eq!(server.post("/live/input", &extra).status(), 400);

    assert_eq!(type_into(&ids[0], "over"), 204);
    assert_eq!(one.until("end")["event"], "end");
    assert_eq!(one.until("end")["status"], "ok");
    server.until("its name is gone", |_| type_into(&ids[0], "late") == 404);
    // A lesson that reads nothing fills its own pipe and nothing else.
    let mut deaf = Reading::of(&server, "hangs");
    let id = deaf.until("run")["id"].clone();
    let line = "x".repeat(200);
    let refused = (0..2000)
        .map(|_| type_into(&id, &line))
        .find(|it| *it != 204);
    assert_eq!(refused, Some(429));
    assert_eq!(type_into(&ids[1], "still here"), 204);
    assert_eq!(two.until("typed")["line"], "still here");
}

#[test]
fn a_real_lesson_runs_on_the_page_with_its_packets_held_and_kept() {
    if has_no_wire() {
        return;
    }
    let book = book_with_a_lesson();
    let root = book.path();
    fs::create_dir_all(root.join("lessons/handshake")).unwrap();
    let manifest = "[package]\nname = \"lesson-handshake\"\n";
    fs::write(root.join("lessons/handshake/Cargo.toml"), manifest).unwrap();
    let program = root.join("target/debug/lesson-handshake");
    fs::copy(lesson("handshake"), program).unwrap();
    let server = serve(root, "60");
    for hold in [false, true] {
        let body = json!({
            "lesson": "handshake", "experiment": "three-packets", "answer": "", "hold": hold
        });
        let mut run = Reading::asking(&server, &body.to_string());
        let id = run.until("run")["id"].clone();
        if hold {
            let packet = run.until("packet");
            assert_eq!(packet["fate"], "held");
            let line = json!({ "packet": "all", "do": "pass" }).to_string();
            let body = json!({ "id": id, "line": line }).to_string();
            assert_eq!(server.post("/live/input", &body).status(), 204);
            assert_eq!(run.until("packet")["fate"], "held, then passed");
        }
        let told = run.until("end");
        let status = if hold { "inconclusive" } else { "ok" };
        assert_eq!(told["status"], status, "{told}");
        let end = run.until("end");
        assert_eq!(end["status"], "ok", "{end}");
        assert_eq!(end["capture"], true, "{end}");
        let capture = server.get(&format!("/live/capture/{}", id.as_str().unwrap()));
        assert_eq!(capture.field("content-type"), Some("application/x-pcapng"));
        // Section header block, in this machine's order of bytes.
        assert!(capture.body().starts_with("\n\r\r\n"), "{}", capture.head());
        assert!(capture.body().len() > 300);
    }
    let left = fs::read_dir(root.join("target/workbook-captures")).unwrap();
    assert_eq!(left.count(), 0);
    for nothing in ["0", "..%2f..%2fbook.toml", ""] {
        let answer = server.get(&format!("/live/capture/{nothing}"));
        assert_eq!(answer.status(), 404, "{nothing}");
    }
}

/// The processes of a run, from what it tells.
fn pids(run: &mut Reading, experiment: &str) -> Vec<u64> {
    let mut pids = vec![run.until("answered")["pid"].as_u64().unwrap()];
    if experiment == "child" {
        pids.push(run.until("started")["pid"].as_u64().unwrap());
    }
    pids
}

fn gone_soon(pids: &[u64], what: &str) {
    let start = Instant::now();
    for pid in pids {
        while runs(*pid) {
            assert!(start.elapsed() < SOON, "{what}: {pid} is still there");
            thread::sleep(Duration::from_millis(10));
        }
    }
}

/// Whether there is such a process, and it is more than a name.
fn runs(pid: u64) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"));
    let state = |stat: String| {
        stat.rsplit(") ")
            .next()
            .map(|rest| rest.starts_with(['Z', 'X']))
    };
    stat.is_ok_and(|stat| state(stat) == Some(false))
}
