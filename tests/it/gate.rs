//! Who gets an answer from `workbook serve`, and who is refused.

use std::fs;
use std::io::{Read, Write};
use std::time::{Duration, Instant};

use crate::server::{Server, small_book};

/// The start of a right request.
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

/// What a page of ours sends, less or more one field at a time.
#[test]
fn only_a_page_of_ours_can_send_anything() {
    let book = small_book();
    let server = Server::of(book.path());
    let token = server.token();
    let good = [
        "Origin: http://127.0.0.1:PORT",
        "Content-Type: application/json",
        "X-Workbook-Token: TOKEN",
        "Content-Length: 2",
    ];
    let wrong: &[(usize, &str, u16)] = &[
        (0, "", 403),
        (0, "Origin: null", 403),
        (0, "Origin: http://evil.example", 403),
        (0, "Origin: http://evil.example:PORT", 403),
        (0, "Origin: http://localhost:PORT", 403),
        (0, "Origin: https://127.0.0.1:PORT", 403),
        (0, "Origin: http://127.0.0.1:PORT\r\nOrigin: null", 403),
        (1, "", 415),
        (1, "Content-Type: text/plain", 415),
        (1, "Content-Type: application/json; charset=utf-8", 415),
        (1, "Content-Type: Application/JSON", 415),
        (1, "Content-Type: application/x-www-form-urlencoded", 415),
        (1, "Content-Type: multipart/form-data; boundary=x", 415),
        (
            1,
            "Content-Type: application/json\r\nContent-Type: text/plain",
            415,
        ),
        (2, "", 403),
        (2, "X-Workbook-Token:", 403),
        (2, "X-Workbook-Token: 0", 403),
        (2, "X-Workbook-Token: TOKEN0", 403),
        (2, "X-Workbook-Token: 00000000000000000000000000000000", 403),
        (2, "X-Workbook-Token: TOKEN\r\nX-Workbook-Token: TOKEN", 403),
        (2, "Cookie: x-workbook-token=TOKEN", 403),
        (3, "", 411),
        (3, "Transfer-Encoding: chunked", 411),
        (3, "Content-Length: 4097", 413),
        (3, "Content-Length: 99999999999999", 413),
        (3, "Content-Length: 2\r\nSec-Fetch-Site: cross-site", 403),
        (3, "Content-Length: 2\r\nSec-Fetch-Site: same-site", 403),
        (3, "Content-Length: 2\r\nSec-Fetch-Site: none", 403),
        (
            3,
            "Content-Length: 2\r\nSec-Fetch-Site: cross-site\r\n\
             Sec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document",
            403,
        ),
        (3, "Content-Length: 2\r\nUpgrade: h2c", 400),
    ];
    let send = |path: &str, fields: &[&str]| {
        let fields = fields.iter().filter(|field| !field.is_empty());
        let fields: String = fields.map(|field| format!("{field}\r\n")).collect();
        let fields = fields.replace("TOKEN", &token);
        let host = "Host: 127.0.0.1:PORT\r\nConnection: close";
        server.send(&format!(
            "POST {path} HTTP/1.1\r\n{host}\r\n{fields}\r\n{{}}"
        ))
    };
    for path in ["/live/run", "/live/input"] {
        for (place, field, status) in wrong {
            let mut fields = good;
            fields[*place] = field;
            let answer = send(path, &fields);
            assert_eq!(answer.status(), *status, "{path} {field:?}\n{}", answer.0);
            assert!(answer.field("content-security-policy").is_some());
            assert!(!answer.0.to_ascii_lowercase().contains("access-control-"));
        }
        // The gate lets it pass, and then `{}` is not what is asked for.
        let answer = send(path, &good);
        assert_eq!(answer.status(), 400, "{}", answer.0);
        assert!(answer.body().contains("missing field"), "{}", answer.0);
        let said = "Content-Length: 2\r\nSec-Fetch-Site: same-origin";
        let answer = send(path, &[good[0], good[1], good[2], said]);
        assert!(answer.body().contains("missing field"), "{}", answer.0);
    }
}

#[test]
fn a_body_that_is_cut_short_chopped_up_or_never_sent_harms_nobody() {
    let book = small_book();
    let server = Server::of(book.path());
    let token = server.token();
    let right = format!(
        "POST /live/run HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nOrigin: http://127.0.0.1:PORT\r\n\
         Content-Type: application/json\r\nX-Workbook-Token: {token}\r\n"
    );
    let close = "Connection: close\r\n";
    // What comes in each, and the statuses that may come back.
    let cases: &[(String, &[u16])] = &[
        (
            format!("{right}{close}Transfer-Encoding: chunked\r\n\r\nzz\r\n"),
            &[411],
        ),
        (
            format!("{right}{close}Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{{"),
            &[411],
        ),
        (
            format!("{right}Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n{{}}"),
            &[400, 411],
        ),
        (
            format!("{right}Transfer-Encoding: gzip\r\n\r\n{{}}"),
            &[400, 411],
        ),
        (
            format!("{right}{close}Content-Length: +2\r\n\r\n{{}}"),
            &[400, 411],
        ),
        (
            format!("{right}{close}Content-Length: 2, 2\r\n\r\n{{}}"),
            &[400, 411],
        ),
        (format!("{right}{close}Content-Length: 0\r\n\r\n"), &[400]),
        (
            format!("{right}{close}Content-Length: 2\r\n\r\n\u{0}\u{1}"),
            &[400],
        ),
        (
            format!("{right}{close}Content-Length: 4\r\n\r\n\"\u{fc}\""),
            &[400],
        ),
        // More than it said: the rest is another request, and none of ours.
        (
            format!("{right}Content-Length: 2\r\n\r\n{{}}and more\r\n\r\n"),
            &[400],
        ),
    ];
    for (bytes, statuses) in cases {
        let answer = server.send(bytes);
        let status = answer.status();
        assert!(statuses.contains(&status), "{bytes:?}\n{}", answer.0);
        assert_eq!(server.get("/live/build").status(), 200);
    }
    // Half a body and then the end, or nothing more for longer than it waits.
    let half = format!("{right}Content-Length: 60\r\n\r\n{{\"lesson\":");
    let half = half.replace("PORT", &server.port.to_string());
    let mut ends = server.connect();
    ends.write_all(half.as_bytes()).unwrap();
    ends.shutdown(std::net::Shutdown::Write).unwrap();
    let mut waits = server.connect();
    waits.write_all(half.as_bytes()).unwrap();
    for (mut stream, statuses) in [(ends, ["", "400"]), (waits, ["408", "408"])] {
        let mut rest = String::new();
        stream.read_to_string(&mut rest).unwrap();
        let status = rest.split(' ').nth(1).unwrap_or_default();
        assert!(statuses.contains(&status), "{rest:?}");
    }
    // Two at once on one connection: both are answered, in order.
    let two = format!("{right}Content-Length: 2\r\n\r\n{{}}");
    let answers = server.send(&format!("{two}{right}{close}Content-Length: 2\r\n\r\n[]"));
    assert_eq!(
        answers.0.matches("HTTP/1.1 400").count(),
        2,
        "{}",
        answers.0
    );
    assert!(!server.said().contains("panicked"), "{}", server.said());
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
    let tables = tables.map(|table| fs::read_to_string(table).unwrap_or_default());
    let lines: Vec<_> = tables.iter().flat_map(|table| table.lines()).collect();
    let ours: Vec<_> = lines.into_iter().filter(listens).collect();
    assert_eq!(ours.len(), 1, "{ours:?}");
    assert!(ours[0].contains(&format!(" 0100007F{port} ")), "{ours:?}");
}
