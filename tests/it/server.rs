//! A small book and a running `workbook serve`, for the tests that ask it
//! things. Requests are written byte by byte, as a hostile client would.

use std::fs;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use wait_timeout::ChildExt;

use crate::workspace::{output_within, workbook};

/// How long anything may take here; what is waited for takes far less.
pub const DEADLINE: Duration = Duration::from_secs(30);

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

/// A book with a lesson `udp` that is a script: experiments that behave as no
/// lesson of ours does, and one that behaves well.
#[cfg(unix)]
pub fn book_with_a_lesson() -> TempDir {
    use std::os::unix::fs::PermissionsExt;
    let book = small_book();
    let folder = book.path().join("target/debug");
    fs::create_dir_all(&folder).unwrap();
    fs::write(book.path().join("Cargo.toml"), "[workspace]\n").unwrap();
    let program = folder.join("lesson-udp");
    fs::write(&program, include_str!("lesson.sh")).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    book
}

/// A running `workbook serve`; it ends with the test.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub port: u16,
    said: Arc<Mutex<String>>,
}

impl Server {
    /// Serves a book on a port that the system chose.
    pub fn of(root: &Path) -> Server {
        Server::with(root, &["--port", "0"])
    }

    /// Serves a book with these options.
    pub fn with(root: &Path, options: &[&str]) -> Server {
        Server::under(root, options, &[])
    }

    /// Serves a book with these options and variables of the environment.
    pub fn under(root: &Path, options: &[&str], variables: &[(&str, &str)]) -> Server {
        let mut child = workbook()
            .envs(variables.iter().copied())
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

    /// Everything it wrote to its terminal so far.
    pub fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    /// Waits until something holds; fails with all that the server said.
    #[track_caller]
    pub fn until(&self, what: &str, holds: impl Fn(&Server) -> bool) {
        let start = Instant::now();
        while !holds(self) {
            let said = self.said();
            assert!(start.elapsed() < DEADLINE, "not in time: {what}\n{said}");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Sends exactly these bytes, with `PORT` replaced, and reads to the end.
    pub fn send(&self, bytes: &str) -> Answer {
        self.send_bytes(bytes.replace("PORT", &self.port.to_string()).as_bytes())
    }

    /// Sends exactly these bytes and reads to the end.
    pub fn send_bytes(&self, bytes: &[u8]) -> Answer {
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

    /// Asks for a path as a browser would.
    pub fn get(&self, path: &str) -> Answer {
        self.with_fields(path, "")
    }

    /// A right request with further fields, each ended by `\r\n`.
    pub fn with_fields(&self, path: &str, fields: &str) -> Answer {
        self.send(&format!(
            "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\
             Connection: close\r\n{fields}\r\n"
        ))
    }

    /// A connection that has asked nothing yet.
    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream
    }

    /// The token that its pages carry.
    pub fn token(&self) -> String {
        let page = self.get("/");
        let (_, rest) = page.0.split_once("workbook-token\" content=\"").unwrap();
        rest.split('"').next().unwrap().to_owned()
    }

    /// The fields of a request that a page of ours would send with this body.
    pub fn fields(&self, body: &str) -> String {
        let (port, token, length) = (self.port, self.token(), body.len());
        format!(
            "Origin: http://127.0.0.1:{port}\r\nContent-Type: application/json\r\n\
             X-Workbook-Token: {token}\r\nContent-Length: {length}\r\n"
        )
    }

    /// Sends what a page of ours would send, and reads to the end.
    pub fn post(&self, path: &str, body: &str) -> Answer {
        let fields = self.fields(body);
        self.send(&format!(
            "POST {path} HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nConnection: close\r\n\
             {fields}\r\n{body}"
        ))
    }

    /// What its pages ask once a second.
    pub fn live(&self) -> serde_json::Value {
        serde_json::from_str(self.get("/live/build").body()).unwrap()
    }

    /// The number of the build on show.
    pub fn build(&self) -> u64 {
        self.live()["build"].as_u64().unwrap()
    }

    /// What the last build said went wrong.
    pub fn error(&self) -> Option<String> {
        self.live()["error"].as_str().map(str::to_owned)
    }

    /// Sends a signal and waits for the end.
    pub fn end_by(&mut self, signal: &str) -> (ExitStatus, Duration) {
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
pub fn refused(root: &Path, port: &str) -> Output {
    let mut command = workbook();
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
pub struct Answer(pub String);

impl Answer {
    /// The status code; 0 if the connection just ended.
    pub fn status(&self) -> u16 {
        let code = self.0.split(' ').nth(1);
        code.map_or(0, |code| code.parse().unwrap())
    }

    /// The status line and the fields.
    pub fn head(&self) -> &str {
        self.0.split("\r\n\r\n").next().unwrap()
    }

    /// What follows the head.
    pub fn body(&self) -> &str {
        self.0.split_once("\r\n\r\n").map_or("", |(_, body)| body)
    }

    /// The value of a field.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.head().lines().find_map(|line| {
            let (field, value) = line.split_once(": ")?;
            field.eq_ignore_ascii_case(name).then_some(value)
        })
    }
}

/// Replaces a file as editors do, so that no build sees half of it.
pub fn edit(root: &Path, name: &str, change: impl Fn(&str) -> String) {
    let file = root.join(name);
    let scratch = file.with_file_name(".scratch");
    fs::write(&scratch, change(&fs::read_to_string(&file).unwrap())).unwrap();
    fs::rename(scratch, file).unwrap();
}
