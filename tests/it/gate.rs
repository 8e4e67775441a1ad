//! Who gets an answer from `workbook serve`, and who is refused.

mod sent;

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use crate::server::{Server, small_book};

/// The start of a right request.
const OK: &str = "GET / HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nConnection: close\r\n";

/// The first line and the Host fields of each, and the status it gets.
const STRANGE_HEADS: &[(&str, u16)] = &[
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
    ("POST /live/run HTTP/1.1\r\nHost: evil.example:PORT", 421),
    ("POST //live/run HTTP/1.1\r\nHost: localhost:PORT", 405),
    ("PUT /live/run HTTP/1.1\r\nHost: localhost:PORT", 405),
    ("OPTIONS /live/run HTTP/1.1\r\nHost: localhost:PORT", 405),
    ("POST /live/run/ HTTP/1.1\r\nHost: localhost:PORT", 405),
    ("POST /live/%72un HTTP/1.1\r\nHost: localhost:PORT", 405),
    ("GET /live/run HTTP/1.1\r\nHost: localhost:PORT", 405),
    ("HEAD /live/input HTTP/1.1\r\nHost: localhost:PORT", 405),
    (
        "POST http://localhost:PORT/live/run HTTP/1.1\r\nHost: localhost:PORT",
        400,
    ),
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

/// The further fields of each request that is right without them.
const STRANGE_FIELDS: &[(&str, u16)] = &[
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

#[test]
fn every_foreign_or_strange_request_is_refused() {
    let book = small_book();
    let server = Server::of(book.path());
    for (head, status) in STRANGE_HEADS {
        let answer = server.send(&format!("{head}\r\nConnection: close\r\n\r\n"));
        assert_eq!(answer.status(), *status, "{head:?}\n{}", answer.0);
        let names_the_methods = answer.0.to_lowercase().contains("\r\nallow: ");
        assert_eq!(names_the_methods, *status == 405, "{head:?}\n{}", answer.0);
    }
    for (fields, status) in STRANGE_FIELDS {
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
    let tables = tables.map(|table| std::fs::read_to_string(table).unwrap_or_default());
    let lines: Vec<_> = tables.iter().flat_map(|table| table.lines()).collect();
    let ours: Vec<_> = lines.into_iter().filter(listens).collect();
    assert_eq!(ours.len(), 1, "{ours:?}");
    assert!(ours[0].contains(&format!(" 0100007F{port} ")), "{ours:?}");
}
