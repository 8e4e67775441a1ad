//! The line `listening on ADDR`, with which a server says that it is ready.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::program::{Line, Program};

/// How many lines before it are too many.
pub const FLOOD: usize = 10_000;
/// How long a program must have waited for others before we believe that it
/// has nothing more to say.
const WAITED: Duration = Duration::from_secs(1);
/// How long its last words may take.
const LAST_WORDS: Duration = Duration::from_millis(400);
/// How often to look what it does.
const LOOK: Duration = Duration::from_millis(100);

/// What to do about a line that was written where nobody looks for it.
const ASTRAY: &str = "the line is on standard error; print it to standard output";

/// What came of a wait for the line.
pub enum Announced {
    /// It listens there, it says.
    At(SocketAddr),
    /// It has not said so; what it said instead.
    Not(String),
}

/// Waits for the line, at most until then; less if the program waits for
/// somebody who cannot come before it was said where.
pub fn wait(program: &mut Program, until: Instant) -> Announced {
    let mut seen: Vec<Vec<u8>> = Vec::new();
    let mut waits_since = None;
    // Of a flood, the first lines tell enough, and it has no end.
    while seen.len() < FLOOD {
        let (rest, nothing) = match program.line(until.min(Instant::now() + LOOK)) {
            Line::Text(line) => {
                if let Some(address) = address(&line) {
                    return Announced::At(address);
                }
                seen.push(line);
                waits_since = None;
                continue;
            }
            Line::End(rest) => {
                // What it wrote on standard error may still be under way.
                program.wait(Instant::now() + LAST_WORDS);
                (rest, "the end of its output")
            }
            Line::Silence(rest) => {
                let near = seen.iter().chain([&rest]).any(|line| is_near(line));
                match waits_for_others(&program.waits_in(), near) {
                    false => waits_since = None,
                    true if waits_since.is_none() => waits_since = Some(Instant::now()),
                    true => {}
                }
                let waited = waits_since.is_some_and(|since| since.elapsed() >= WAITED);
                if !waited && Instant::now() < until {
                    continue;
                }
                let nothing = "no output at all (is it still in a buffer that was not flushed?)";
                (rest, nothing)
            }
        };
        seen.push(rest);
        let astray = program.last_words().iter().any(|line| is_astray(line));
        return Announced::Not(match instead(&seen) {
            None if astray => format!("nothing on standard output: {ASTRAY}"),
            Some(other) if astray => format!("{other}: {ASTRAY}"),
            Some(other) => other,
            None => nothing.into(),
        });
    }
    let first = kit::quoted(&seen[0]);
    Announced::Not(format!(
        "{} other lines, from {first} on",
        kit::grouped(FLOOD)
    ))
}

/// The first lines that came instead, and what is amiss with one that is
/// nearly right.
fn instead(seen: &[Vec<u8>]) -> Option<String> {
    let said = || seen.iter().filter(|line| !line.is_empty());
    let mut lines: Vec<&Vec<u8>> = said().take(3).collect();
    let near = said().find(|line| is_near(line));
    if let Some(near) = near.filter(|near| !lines.contains(near)) {
        lines.push(near);
    }
    let quoted: Vec<_> = lines.iter().map(|line| kit::quoted(line)).collect();
    let mut text = match quoted.is_empty() {
        true => return None,
        false => format!("only {}", quoted.join(" and ")),
    };
    if let Some(why) = near.and_then(|near| amiss(near)) {
        text += &format!(": {why}");
    }
    Some(text)
}

/// Why a line that is nearly right is not.
fn amiss(line: &[u8]) -> Option<String> {
    // The last one that came: a whole line would have been the right one.
    if address(line).is_some() {
        return Some("the newline at its end is missing".into());
    }
    let line = String::from_utf8_lossy(line);
    let right = "listening on ";
    let Some(rest) = line.trim_end().strip_prefix(right) else {
        return Some(format!(
            "it does not begin with `{right}`, letter for letter"
        ));
    };
    // As Python prints what getsockname returns.
    let pair = rest.strip_prefix("('").and_then(|r| r.strip_suffix(')'));
    let pair = pair.and_then(|r| r.split_once("', "));
    Some(match pair {
        Some((host, port)) => {
            let right = kit::visible(&format!("{host}:{port}"));
            format!("that is a pair, and it should be `listening on {right}`")
        }
        None => "what follows is no address, such as 127.0.0.1:4000".into(),
    })
}

/// Whether the line may have been meant as the one that we wait for.
fn is_near(line: &[u8]) -> bool {
    let line = line.trim_ascii_start();
    let begin = line.get(.."listening".len()).unwrap_or_default();
    begin.eq_ignore_ascii_case(b"listening")
}

/// Whether a line of standard error holds the one that we wait for, maybe
/// behind what a logger adds.
fn is_astray(line: &str) -> bool {
    let mut behind = line.split("listening on ").skip(1);
    // Port 0 is what it was given, not where it listens.
    let is_right = |address: SocketAddr| address.port() != 0;
    behind.any(|rest| rest.trim_end().parse().is_ok_and(is_right))
}

/// Whether a call waits for many sockets, or only for a time to come.
pub fn polls(call: &str) -> bool {
    call.contains("poll") || call.contains("select")
}

/// Whether all its threads wait for somebody who will not come: for clients,
/// or for what is typed. One that polls may only wait for its own time to
/// come, so that counts only when it has said nearly the right thing.
fn waits_for_others(calls: &[String], near: bool) -> bool {
    let client = |call: &str| {
        matches!(call, "accept" | "accept4" | "recvfrom" | "recvmsg")
            || call.ends_with("from standard input")
    };
    let idle = |call: &str| call == "futex";
    let waits = |call: &String| client(call) || (near && polls(call));
    calls.iter().any(waits) && calls.iter().all(|call| waits(call) || idle(call))
}

/// The address in `listening on ADDR`.
fn address(line: &[u8]) -> Option<SocketAddr> {
    let line = std::str::from_utf8(line).ok()?.trim_end();
    line.strip_prefix("listening on ")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{address, instead, waits_for_others};

    #[test]
    fn what_is_amiss_with_a_line_is_told() {
        let told =
            |line: &str| instead(&[line.as_bytes().to_vec(), Vec::new()]).unwrap_or_default();
        assert_eq!(
            told("listening on ('127.0.0.1', 5000)"),
            "only \"listening on ('127.0.0.1', 5000)\": that is a pair, and it \
             should be `listening on 127.0.0.1:5000`"
        );
        assert!(told("Listening on 127.0.0.1:5").ends_with("letter for letter"));
        assert!(told("listening: 127.0.0.1:5").ends_with("letter for letter"));
        assert!(told("listening on port 5").ends_with("such as 127.0.0.1:4000"));
        assert!(told("listening on 127.0.0.1:5").ends_with("the newline at its end is missing"));
        assert_eq!(told("hello"), "only \"hello\"");
        assert_eq!(instead(&[Vec::new()]), None);
        assert!(address(b"listening on 127.0.0.1:5\r").is_some());
    }

    #[test]
    fn who_waits_for_clients_says_nothing_more() {
        let waits = |calls: &[&str], near| {
            let calls: Vec<_> = calls.iter().map(|call| call.to_string()).collect();
            waits_for_others(&calls, near)
        };
        assert!(waits(&["accept4"], false));
        assert!(waits(&["futex", "recvfrom"], false));
        assert!(waits(&["read from standard input"], false));
        assert!(!waits(&["epoll_wait"], false) && waits(&["epoll_wait"], true));
        assert!(!waits(&[], true) && !waits(&["futex"], true));
        assert!(!waits(&["accept4", "runs"], true));
        assert!(!waits(&["accept4", "clock_nanosleep"], true));
    }
}
