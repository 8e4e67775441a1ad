//! What is sent to `workbook serve`, and what it takes.

use std::io::{Read, Write};

use crate::server::{Server, small_book};

/// What a page of ours sends.
const GOOD: [&str; 4] = [
    "Origin: http://127.0.0.1:PORT",
    "Content-Type: application/json",
    "X-Workbook-Token: TOKEN",
    "Content-Length: 2",
];

/// The place of a field in it, what stands there instead, and the status of that.
const WRONG: &[(usize, &str, u16)] = &[
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

/// A request is refused for one field that is missing, wrong or too many.
#[test]
fn only_a_page_of_ours_can_send_anything() {
    let book = small_book();
    let server = Server::of(book.path());
    let token = server.token();
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
        for (place, field, status) in WRONG {
            let mut fields = GOOD;
            fields[*place] = field;
            let answer = send(path, &fields);
            assert_eq!(answer.status(), *status, "{path} {field:?}\n{}", answer.0);
            assert!(answer.field("content-security-policy").is_some());
            assert!(!answer.0.to_ascii_lowercase().contains("access-control-"));
        }
        // The gate lets it pass, and then `{}` is not what is asked for.
        let answer = send(path, &GOOD);
        assert_eq!(answer.status(), 400, "{}", answer.0);
        assert!(answer.body().contains("missing field"), "{}", answer.0);
        let said = "Content-Length: 2\r\nSec-Fetch-Site: same-origin";
        let answer = send(path, &[GOOD[0], GOOD[1], GOOD[2], said]);
        assert!(answer.body().contains("missing field"), "{}", answer.0);
    }
}

#[test]
fn a_body_that_is_cut_short_chopped_up_or_never_sent_harms_nobody() {
    let book = small_book();
    let server = Server::of(book.path());
    let right = right(&server);
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
fn half_a_body_is_waited_for_no_longer_than_a_while() {
    let book = small_book();
    let server = Server::of(book.path());
    let right = right(&server);
    // Then comes the end, or nothing more for longer than it waits.
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
    assert!(!server.said().contains("panicked"), "{}", server.said());
}

/// A request of a page of ours, without its length and its body.
fn right(server: &Server) -> String {
    format!(
        "POST /live/run HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nOrigin: http://127.0.0.1:PORT\r\n\
         Content-Type: application/json\r\nX-Workbook-Token: {}\r\n",
        server.token()
    )
}
