//! `workbook serve`: what its pages carry, how it follows edits, how it ends.

use std::fs;
use std::io::Write;
use std::thread;
use std::time::{Duration, Instant};

use crate::server::{Server, edit, refused, small_book};

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
    let head =
        server.send("HEAD /udp.html HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nConnection: close\r\n\r\n");
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
    thread::scope(|scope| {
        let edits = scope.spawn(|| {
            for _ in 0..4 {
                let before = server.build();
                edit(book.path(), "book/udp.md", |text| {
                    format!("{text}\nMore.\n")
                });
                server.until("the edit", |server| server.build() > before);
            }
        });
        let mut pages = 0;
        while !edits.is_finished() {
            let page = server.get("/udp.html");
            assert_eq!(page.status(), 200, "after {pages} pages");
            assert!(page.body().ends_with("</html>\n"), "after {pages} pages");
            pages += 1;
        }
        edits.join().unwrap();
        assert!(pages > 10, "only {pages} pages");
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
