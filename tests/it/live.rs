//! `workbook serve`: who gets an answer, what is in it, and how it follows
//! edits. Requests are written byte by byte, as a hostile client would.

use std::fs;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use wait_timeout::ChildExt;

use crate::workspace::output_within;

/// How long anything may take here; what is waited for takes far less.
const DEADLINE: Duration = Duration::from_secs(30);

/// A book of two pages, one of which shows a part of a program.
pub fn small_book() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let file = folder.path().join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    };
    write(
        "book.toml",
        "[book]\ntitle = \"Small\"\nsrc = \"book\"\n\n[build]\nbuild-dir = \"target/book\"\n",
    );
    write(
        "book/SUMMARY.md",
        "# Summary\n\n[Welcome](index.md)\n\n- [Sockets]()\n- [UDP](udp.md)\n",
    );
    write("book/index.md", "# Welcome\n\nHello.\n");
    write(
        "book/udp.md",
        "# UDP\n\n```rust\n{{#include ../lessons/udp/src/main.rs:one}}\n```\n",
    );
    write(
        "lessons/udp/src/main.rs",
        "// ANCHOR: one\nfn first() {}\n// ANCHOR_END: one\n",
    );
    write(
        "lessons/udp/Cargo.toml",
        "[package]\nname = \"lesson-udp\"\n",
    );
    folder
}

/// A running `workbook serve`; it ends with the test.
struct Server {
    child: Child,
    port: u16,
    said: Arc<Mutex<String>>,
}

impl Server {
    /// Serves a book on a port that the system chose.
    fn of(root: &Path) -> Server {
        Server::with(root, &["--port", "0"])
    }

    fn with(root: &Path, options: &[&str]) -> Server {
        let mut child = Command::new(env!("CARGO_BIN_EXE_workbook"))
            .arg("--root")
            .arg(root)
            .arg("serve")
            .args(options)
            // Both would change a book that mdBook loaded by itself.
            .env("MDBOOK_BOOK__TITLE", "Foreign")
            .env("MDBOOK_BUILD__BUILD_DIR", "book")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let said = Arc::new(Mutex::new(String::new()));
        collect(child.stdout.take().unwrap(), &said);
        collect(child.stderr.take().unwrap(), &said);
        let mut server = Server {
            child,
            port: 0,
            said,
        };
        server.until("it is ready", |server| server.said().contains("Ctrl-C"));
        let said = server.said();
        let (_, url) = said.split_once("http://127.0.0.1:").unwrap();
        let digits: String = url.chars().take_while(char::is_ascii_digit).collect();
        server.port = digits.parse().unwrap();
        server
    }

    fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    /// Waits until something holds; fails with all that the server said.
    #[track_caller]
    fn until(&self, what: &str, holds: impl Fn(&Server) -> bool) {
        let start = Instant::now();
        while !holds(self) {
            let said = self.said();
            assert!(start.elapsed() < DEADLINE, "not in time: {what}\n{said}");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Sends exactly these bytes, with `PORT` replaced, and reads to the end.
    fn send(&self, bytes: &str) -> Answer {
        self.send_bytes(bytes.replace("PORT", &self.port.to_string()).as_bytes())
    }

    fn send_bytes(&self, bytes: &[u8]) -> Answer {
        let mut stream = self.connect();
        // A server that refuses need not read all of it.
        let _ = stream.write_all(bytes);
        let mut raw = Vec::new();
        if let Err(error) = stream.read_to_end(&mut raw) {
            let closed = error.kind() == ErrorKind::ConnectionReset;
            assert!(closed, "no end of the answer: {error}");
        }
        Answer(String::from_utf8_lossy(&raw).into_owned())
    }

    fn get(&self, path: &str) -> Answer {
        self.with_fields(path, "")
    }

    /// A right request with further fields, each ended by `\r\n`.
    fn with_fields(&self, path: &str, fields: &str) -> Answer {
        self.send(&format!(
            "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\
             Connection: close\r\n{fields}\r\n"
        ))
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream
    }

    fn live(&self) -> serde_json::Value {
        serde_json::from_str(self.get("/live/build").body()).unwrap()
    }

    fn build(&self) -> u64 {
        self.live()["build"].as_u64().unwrap()
    }

    fn error(&self) -> Option<String> {
        self.live()["error"].as_str().map(str::to_owned)
    }

    /// Sends a signal and waits for the end.
    fn end_by(&mut self, signal: &str) -> (ExitStatus, Duration) {
        let start = Instant::now();
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", signal, &pid]).status();
        assert!(sent.unwrap().success());
        let status = self.child.wait_timeout(DEADLINE).unwrap();
        (status.expect("it ends"), start.elapsed())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs `serve` where it should end by itself.
fn refused(root: &Path, port: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_workbook"));
    command.args(["serve", "--port", port, "--root"]).arg(root);
    output_within(&mut command, "", DEADLINE)
}

fn collect(output: impl Read + Send + 'static, said: &Arc<Mutex<String>>) {
    let said = said.clone();
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            let mut said = said.lock().unwrap();
            said.push_str(&line);
            said.push('\n');
        }
    });
}

/// An HTTP answer as it came.
struct Answer(String);

impl Answer {
    /// The status code; 0 if the connection just ended.
    fn status(&self) -> u16 {
        let code = self.0.split(' ').nth(1);
        code.map_or(0, |code| code.parse().unwrap())
    }

    fn head(&self) -> &str {
        self.0.split("\r\n\r\n").next().unwrap()
    }

    fn body(&self) -> &str {
        self.0.split_once("\r\n\r\n").map_or("", |(_, body)| body)
    }

    fn field(&self, name: &str) -> Option<&str> {
        self.head().lines().find_map(|line| {
            let (field, value) = line.split_once(": ")?;
            field.eq_ignore_ascii_case(name).then_some(value)
        })
    }
}

/// Replaces a file as editors do, so that no build sees half of it.
fn edit(root: &Path, name: &str, change: impl Fn(&str) -> String) {
    let file = root.join(name);
    let scratch = file.with_file_name(".scratch");
    fs::write(&scratch, change(&fs::read_to_string(&file).unwrap())).unwrap();
    fs::rename(scratch, file).unwrap();
}

const OK: &str = "GET / HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nConnection: close\r\n";

#[test]
fn every_foreign_or_strange_request_is_refused() {
    let book = small_book();
    let server = Server::of(book.path());
    // The first line and the Host fields of each, and the status it gets.
    let by_head: &[(&str, u16)] = &[
        ("GET / HTTP/1.1", 421),
        ("GET / HTTP/1.0", 421),
        ("GET / HTTP/1.1\r\nHost: evil.example", 421),
        ("GET / HTTP/1.1\r\nHost: evil.example:PORT", 421),
        ("GET / HTTP/1.1\r\nHost: 127.0.0.1", 421),
        ("GET / HTTP/1.1\r\nHost: 127.0.0.1:1", 421),
        ("GET / HTTP/1.1\r\nHost: 127.0.0.1:PORT:PORT", 421),
        ("GET / HTTP/1.1\r\nHost: 127.0.0.1:PORT, evil.example", 421),
        ("GET / HTTP/1.1\r\nHost: 127.0.0.2:PORT", 421),
        ("GET / HTTP/1.1\r\nHost: 0.0.0.0:PORT", 421),
        ("GET / HTTP/1.1\r\nHost: localhost.:PORT", 421),
        ("GET / HTTP/1.1\r\nHost: me@localhost:PORT", 421),
        ("GET / HTTP/1.1\r\nHost: localhost:PORT.evil.example", 421),
        ("GET / HTTP/1.1\r\nHost:", 421),
        ("GET / HTTP/1.1\r\nHost: \u{fc}", 421),
        (
            "GET / HTTP/1.1\r\nHost: localhost:PORT\r\nHost: localhost:PORT",
            421,
        ),
        (
            "GET / HTTP/1.1\r\nHost: localhost:PORT\r\nHost: evil.example",
            421,
        ),
        ("GET /live/build HTTP/1.1\r\nHost: evil.example:PORT", 421),
        ("GET /nothing HTTP/1.1\r\nHost: evil.example:PORT", 421),
        ("POST / HTTP/1.1\r\nHost: localhost:PORT", 405),
        ("POST /live/build HTTP/1.1\r\nHost: localhost:PORT", 405),
        ("PUT / HTTP/1.1\r\nHost: localhost:PORT", 405),
        ("DELETE / HTTP/1.1\r\nHost: localhost:PORT", 405),
        ("TRACE / HTTP/1.1\r\nHost: localhost:PORT", 405),
        ("OPTIONS * HTTP/1.1\r\nHost: localhost:PORT", 405),
        ("BREW /pot HTTP/1.1\r\nHost: localhost:PORT", 405),
        (
            "CONNECT localhost:PORT HTTP/1.1\r\nHost: localhost:PORT",
            405,
        ),
        (
            "GET http://localhost:PORT/ HTTP/1.1\r\nHost: localhost:PORT",
            400,
        ),
        (
            "GET http://evil.example/ HTTP/1.1\r\nHost: localhost:PORT",
            400,
        ),
        ("GET //evil.example/ HTTP/1.1\r\nHost: localhost:PORT", 400),
        ("GET * HTTP/1.1\r\nHost: localhost:PORT", 400),
        ("GET ../book.toml HTTP/1.1\r\nHost: localhost:PORT", 400),
    ];
    for (head, status) in by_head {
        let answer = server.send(&format!("{head}\r\nConnection: close\r\n\r\n"));
        assert_eq!(answer.status(), *status, "{head:?}\n{}", answer.0);
    }
    // The further fields of each request that is right without them.
    let by_fields: &[(&str, u16)] = &[
        ("Origin: http://evil.example", 403),
        ("Origin: http://127.0.0.1", 403),
        ("Origin: http://127.0.0.1:1", 403),
        ("Origin: https://127.0.0.1:PORT", 403),
        ("Origin: http://localhost:PORT", 403),
        ("Origin: http://127.0.0.1:PORT/", 403),
        ("Origin: null", 403),
        ("Origin:", 403),
        (
            "Origin: http://127.0.0.1:PORT\r\nOrigin: http://127.0.0.1:PORT",
            403,
        ),
        ("Sec-Fetch-Site: cross-site", 403),
        ("Sec-Fetch-Site: same-site\r\nSec-Fetch-Mode: cors", 403),
        ("Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors", 403),
        (
            "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n\
             Sec-Fetch-Dest: iframe",
            403,
        ),
        (
            "Sec-Fetch-Site: same-origin\r\nSec-Fetch-Site: cross-site",
            403,
        ),
        ("Sec-Fetch-Site: something-new", 403),
        ("Upgrade: websocket\r\nSec-WebSocket-Version: 13", 400),
    ];
    for (fields, status) in by_fields {
        let answer = server.with_fields("/", &format!("{fields}\r\n"));
        assert_eq!(answer.status(), *status, "{fields:?}\n{}", answer.0);
    }
    assert_eq!(server.get("/").status(), 200);
}

#[test]
fn what_is_no_http_ends_the_connection_and_nothing_else() {
    let book = small_book();
    let server = Server::of(book.path());
    let long = "x".repeat(20_000);
    let many = "X-Field: 1\r\n".repeat(200);
    let requests = [
        "\r\n\r\n\r\n\r\nnonsense\r\n\r\n".to_owned(),
        "GET\r\n\r\n".to_owned(),
        "GET / HTTP/9.9\r\n\r\n".to_owned(),
        "GET / HTTP/1.1\r\nHost\r\n\r\n".to_owned(),
        "GET / HTTP/1.1\r\nHost : 127.0.0.1:PORT\r\n\r\n".to_owned(),
        "GET / HTTP/1.1\r\nHost: a\u{0}b\r\n\r\n".to_owned(),
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(),
        format!("GET /{long} HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n"),
        format!("{OK}X-Long: {long}\r\n\r\n"),
        format!("{OK}{many}\r\n"),
        format!("{OK}Content-Length: -1\r\n\r\n"),
        format!("{OK}Content-Length: 1\r\nContent-Length: 2\r\n\r\n"),
        "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}".to_owned() + "tls?\r\n\r\n",
    ];
    for request in &requests {
        let status = server.send(request).status();
        let refused = status == 0 || (400..500).contains(&status);
        assert!(refused, "{status} for {request:.80?}");
    }
    server.send_bytes(&(0..=255).cycle().take(100_000).collect::<Vec<u8>>());
    assert_eq!(server.get("/").status(), 200);
    let said = server.said();
    assert!(!said.contains("panicked"), "{said}");
}

#[test]
fn a_good_request_does_not_let_a_bad_one_in_behind_it() {
    let book = small_book();
    let server = Server::of(book.path());
    let answers = server.send(
        "GET /live/build HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n\
         GET /live/build HTTP/1.1\r\nHost: evil.example\r\n\r\n\
         \u{1}nonsense\r\n\r\n",
    );
    let statuses: Vec<_> = answers.0.split("HTTP/1.1 ").skip(1).collect();
    let statuses: Vec<_> = statuses.iter().map(|answer| &answer[..3]).collect();
    assert_eq!(statuses, ["200", "421", "400"], "{}", answers.0);
    // A body that claims to be long is not waited for.
    let smuggled = format!("{OK}Content-Length: 9999999\r\n\r\nGET /x HTTP/1.1\r\n");
    assert_eq!(server.send(&smuggled).status(), 200);
}

#[test]
fn our_own_pages_links_and_curl_get_through() {
    let book = small_book();
    let server = Server::of(book.path());
    for host in ["127.0.0.1", "localhost", "[::1]"] {
        let answer = server.send(&format!(
            "GET / HTTP/1.1\r\nHost: {host}:PORT\r\nOrigin: http://{host}:PORT\r\n\
             Connection: close\r\n\r\n"
        ));
        assert_eq!(answer.status(), 200, "{host}");
    }
    let old = server.send("GET / HTTP/1.0\r\nHost: localhost:PORT\r\n\r\n");
    assert_eq!(old.status(), 200);
    for fields in [
        "Sec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: cors\r\n",
        "Sec-Fetch-Site: none\r\nSec-Fetch-Mode: navigate\r\n",
        "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n\
         Sec-Fetch-Dest: document\r\n",
        "Range: bytes=0-3\r\nIf-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT\r\n",
    ] {
        let answer = server.with_fields("/udp.html?highlight=x", fields);
        assert_eq!(answer.status(), 200, "{fields}");
    }
}

#[test]
fn every_answer_carries_the_policy_and_none_opens_it() {
    let book = small_book();
    let server = Server::of(book.path());
    let foreign = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let answers = [
        server.get("/"),
        server.get("/live/build"),
        server.get("/nothing"),
        server.with_fields("/", "Origin: null\r\n"),
        server.send(foreign),
    ];
    for answer in answers {
        let field = |name| answer.field(name).unwrap_or_default();
        let policy = field("content-security-policy");
        assert!(policy.starts_with("default-src 'self';"), "{}", answer.0);
        assert!(policy.contains("frame-ancestors 'self'"), "{policy}");
        assert_eq!(field("x-content-type-options"), "nosniff");
        assert_eq!(field("cross-origin-resource-policy"), "same-origin");
        assert_eq!(field("referrer-policy"), "no-referrer");
        assert_eq!(field("cache-control"), "no-store");
        let head = answer.head().to_ascii_lowercase();
        assert!(!head.contains("access-control-"), "{head}");
    }
}

#[test]
fn no_path_leads_out_of_the_site() {
    let book = small_book();
    let server = Server::of(book.path());
    for path in [
        "/../book.toml",
        "/../../book.toml",
        "/%2e%2e/%2e%2e/book.toml",
        "/..%2f..%2fbook.toml",
        "/.%2e/.%2e/book.toml",
        "/..%5c..%5cbook.toml",
        "/css/../../../book.toml",
        "/%2fetc/passwd",
        "/udp.html%00.css",
        "/udp.html/",
        "/%",
        "/%ff%fe",
    ] {
        let answer = server.get(path);
        assert_eq!(answer.status(), 404, "{path}\n{}", answer.0);
        assert!(!answer.0.contains("build-dir"), "{path}");
    }
}

#[test]
fn a_page_carries_the_number_that_the_server_tells() {
    let book = small_book();
    let server = Server::of(book.path());
    let meta = format!(
        "<meta name=\"workbook-build\" content=\"{}\">\n</head>",
        server.build()
    );
    for path in ["/", "/udp.html", "/nothing/at/all"] {
        let page = server.get(path);
        assert_eq!(page.body().matches(&meta).count(), 1, "{path}");
        assert!(page.body().contains(" - Small</title>"), "{path}");
        let length = page.field("content-length").unwrap();
        assert_eq!(length, page.body().len().to_string());
    }
    let head = server.send(&(OK.replace("GET /", "HEAD /udp.html") + "\r\n"));
    let page = server.get("/udp.html");
    assert_eq!((head.status(), head.body()), (200, ""));
    assert_eq!(head.field("content-length"), page.field("content-length"));
}

#[test]
fn an_edit_is_built_and_a_faulty_one_leaves_the_page_as_it_was() {
    follows_edits(&["--port", "0"], "");
}

#[test]
fn polling_follows_edits_too_and_says_so() {
    follows_edits(
        &["--port", "0", "--poll"],
        "Looking for edits once a second",
    );
}

fn follows_edits(options: &[&str], says: &str) {
    let book = small_book();
    let root = book.path();
    let server = Server::with(root, options);
    assert!(server.said().contains(says), "{}", server.said());
    let first = server.build();
    assert_eq!(server.error(), None);

    let rename = |text: &str| text.replace("first", "second");
    edit(root, "lessons/udp/src/main.rs", rename);
    server.until("a lesson's edit", |server| server.build() == first + 1);
    assert!(server.get("/udp.html").body().contains("fn second()"));

    let break_it = |text: &str| text.replace("main.rs:one", "gone.rs");
    edit(root, "book/udp.md", break_it);
    server.until("the fault", |server| server.error().is_some());
    assert!(server.error().unwrap().contains("gone.rs"));
    let says = |server: &Server| server.said().contains("mdBook says: ");
    server.until("words in the terminal", says);
    assert_eq!(server.build(), first + 1);
    assert!(server.get("/udp.html").body().contains("fn second()"));

    let repair = |text: &str| text.replace("gone.rs", "main.rs:one");
    edit(root, "book/udp.md", repair);
    server.until("the repair", |server| server.error().is_none());

    edit(root, "book.toml", |text| text.replace("Small", "Large"));
    let large = |server: &Server| server.get("/").body().contains(" - Large</title>");
    server.until("the title's edit", large);
    // One build for each edit: that a build reads files causes no other.
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(1) {
        assert_eq!(server.build(), first + 3, "{}", server.said());
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn no_reader_sees_half_a_book() {
    let book = small_book();
    let server = Server::of(book.path());
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut pages = 0;
            while !done.load(Ordering::Relaxed) {
                let page = server.get("/udp.html");
                assert_eq!(page.status(), 200, "after {pages} pages");
                assert!(page.body().ends_with("</html>\n"), "after {pages} pages");
                pages += 1;
            }
            pages
        });
        for _ in 0..4 {
            let before = server.build();
            edit(book.path(), "book/udp.md", |text| {
                format!("{text}\nMore.\n")
            });
            server.until("the edit", |server| server.build() > before);
        }
        done.store(true, Ordering::Relaxed);
        assert!(reader.join().unwrap() > 10);
    });
}

#[test]
fn two_workbooks_of_one_folder_take_two_ports_and_both_follow() {
    let book = small_book();
    let one = Server::with(book.path(), &[]);
    let two = Server::with(book.path(), &[]);
    assert_ne!(one.port, two.port);
    // At least one of them is not on the usual port, and says so.
    let says_so = |server: &Server| {
        let sentence = format!("is taken, so this is on port {}.", server.port);
        server.said().contains(&sentence)
    };
    assert!(says_so(&one) || says_so(&two), "{}", two.said());
    for round in 0..5 {
        let word = format!("Round-{round}");
        edit(book.path(), "book/index.md", |text| {
            format!("{text}\n{word}\n")
        });
        for server in [&one, &two] {
            let shown = |server: &Server| server.get("/").body().contains(&word);
            server.until("the edit", shown);
        }
    }
}

#[test]
fn a_port_that_was_asked_for_is_used_or_refused() {
    let book = small_book();
    let server = Server::of(book.path());
    let port = server.port.to_string();
    let second = refused(book.path(), &port);
    assert_eq!(second.status.code(), Some(2));
    let words = String::from_utf8_lossy(&second.stderr);
    assert!(words.contains(&format!("port {port} is taken")), "{words}");
}

#[test]
fn a_book_that_cannot_be_built_is_not_served() {
    let book = small_book();
    edit(book.path(), "book/SUMMARY.md", |_| {
        "- [UDP](gone.md)\n".into()
    });
    let output = refused(book.path(), "0");
    assert_eq!(output.status.code(), Some(2));
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(words.contains("cannot build the book"), "{words}");
    assert!(words.contains("gone.md"), "{words}");
    assert!(!book.path().join("book/gone.md").exists());
}

#[test]
fn building_leaves_the_source_alone() {
    let book = small_book();
    let files = || {
        let entries = fs::read_dir(book.path().join("book")).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let before = files();
    let server = Server::of(book.path());
    edit(book.path(), "book/udp.md", |text| {
        text.replace("UDP", "Udp")
    });
    server.until("the edit", |server| {
        server.get("/udp.html").0.contains("Udp")
    });
    assert_eq!(files(), before);
    edit(book.path(), "book/udp.md", |text| {
        text.replace("main.rs", "gone.rs")
    });
    server.until("the fault", |server| server.error().is_some());
    let made = fs::read_dir(book.path().join("target")).unwrap();
    let made: Vec<_> = made.map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(made, ["workbook-site"]);
}

#[test]
fn silent_and_slow_clients_keep_nobody_waiting_and_are_dropped() {
    let book = small_book();
    let server = Server::of(book.path());
    let mut idle: Vec<_> = (0..50).map(|_| server.connect()).collect();
    for slow in &mut idle[..25] {
        slow.write_all(b"GET / HTTP/1.1\r\nHost: 127").unwrap();
    }
    let start = Instant::now();
    assert_eq!(server.get("/").status(), 200);
    assert!(start.elapsed() < Duration::from_secs(2));
    for mut stream in idle {
        // The read deadline of `connect` is far longer than the server's.
        let mut rest = String::new();
        stream.read_to_string(&mut rest).unwrap();
        assert!(!rest.contains("200 OK"), "{rest}");
    }
}

#[cfg(unix)]
#[test]
fn ctrl_c_and_a_request_to_terminate_end_it_at_once() {
    let book = small_book();
    for signal in ["INT", "TERM"] {
        let mut server = Server::of(book.path());
        let mut open = server.connect();
        let port = server.port;
        write!(open, "GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n").unwrap();
        let mut half = server.connect();
        half.write_all(b"GET /").unwrap();
        let (status, took) = server.end_by(signal);
        assert_eq!(status.code(), Some(0), "{signal}");
        assert!(took < Duration::from_secs(1), "{signal}: {took:?}");
        server.until("its last word", |server| server.said().contains("Stopped."));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn it_listens_on_loopback_only() {
    let book = small_book();
    let server = Server::of(book.path());
    let port = format!(":{:04X}", server.port);
    let listens = |line: &&str| {
        let fields: Vec<_> = line.split_whitespace().collect();
        fields[1].ends_with(&port) && fields[3] == "0A"
    };
    let tables = ["/proc/thread-self/net/tcp", "/proc/thread-self/net/tcp6"];
    let tables = tables.map(|table| fs::read_to_string(table).unwrap_or_default());
    let lines: Vec<_> = tables.iter().flat_map(|table| table.lines()).collect();
    let ours: Vec<_> = lines.into_iter().filter(listens).collect();
    assert_eq!(ours.len(), 1, "{ours:?}");
    assert!(ours[0].contains(&format!(" 0100007F{port} ")), "{ours:?}");
}
