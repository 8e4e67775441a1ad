//! What differs from run to run and from machine to machine, in one place.

use regex::{Captures, Regex};

/// Numbers that a run measured, by the words around them.
const MEASURED: &[&str] = &[
    r"a queue of (\d+) bytes",
    r"(\d+) datagrams in its queue",
    r"drops: (\d+)",
    r"(\d+) arrived, drops by the kernel: (\d+)",
    // sockets
    r"descriptor (\d+)",
    r"lesson-sockets-(\d+)",
    r"(pipe|socket):\[(\d+)\]",
    r"ports for clients: (\d+) to (\d+)",
    r"ports for all from (\d+)",
    r"bind to port ([1-9]\d*)",
    // types
    r"longest queue: (\d+)",
    r"(\d+) sends returned success",
    r"(\d+) of them arrived",
    r"(\d+) sent, (\d+) arrived",
    // stream: how TCP cut a stream, and how much the queues took
    r"(\d+) reads: 4000000 bytes",
    r"(\d+) reads, the longest (\d+) bytes",
    r"\d+ for \d+, \d+ for \d+ bytes of the first",
    r"at most (\d+) each",
    r"needs (\d+) reads for",
    r"(\d+) segments, (\d+) reads",
    r"(\d+) segments\b",
    r"write of 50000000 bytes returns (\d+)",
    r"(\d+) unacknowledged",
    r"\b(\d+) unread",
    r"reads (\d+) bytes, and then the end",
    r"taken (\d+), arrived (\d+)",
    // framing: how long answers take, and how much memory a promise costs
    r"(?:one|two) writes?: (\d+) µs",
    r"(\d+) kB promised",
    r"(\d+) kB more in use",
    // threading: what clocks, cores and queues decide
    r"(\d+) ms: wait",
    r"cores: (\d+)",
    r"(\d+) waits, (\d+) sums",
    r"[\d.]+ times the waits, [\d.]+ times the sums",
    r"could send (\d+)",
    r"(\d+) and (\d+) of \d+ bytes sent",
    r"got the lock after (\d+) ms",
    r"the lock took (\d+) ms",
    r"times not, (\d{1,2}) once, (\d+) twice",
    r"got [1-3]?\d{1,2}, [1-3]?\d{1,2} of",
    // chat: how fast a loop spins, and how much the queues held for a reader
    r"read returns 0 bytes, (\d+) times",
    r"(\d+) reads of nothing",
    r#"bob\b(?:","what":"|\s+)(?:gets|got) (\d+) bytes"#,
    r"reads (\d+) bytes, and then: ",
    r"bob (\d+) bytes, sam (\d+), then",
    r"half within (\d+) µs",
    r"finds (\d+) lines",
    r"(\d+) lines, and \d+ of 250",
];

/// Times, as our events, ladders and tcpdump write them, addresses in memory,
/// the numbers that TCP draws (relative ones stay as they are), and what the
/// user who runs a lesson may do.
const VOLATILE: &[(&str, &str)] = &[
    (r"0x[0-9a-f]{8,}", "[ADDRESS]"),
    (r"thread '([^']+)' \(\d+\)", "thread '$1' ([N])"),
    (r"239\.(?:77|93)\.\d+\.\d+(:\d+| \d+)?", "[GROUP]"),
    (r#""t_us":\d+"#, r#""t_us":0"#),
    (r"(CAP_\w+): (?:true|false|unknown)", "$1: [HELD]"),
    (r#""at_us":\d+"#, r#""at_us":0"#),
    (r#""real":\d+"#, r#""real":0"#),
    (r"really \d+", "really [N]"),
    (r"nsenter -t \d+", "nsenter -t [PID]"),
    (r"/proc/\d+/fd/\d+", "/proc/[PID]/fd/[N]"),
    (r" *\d+\.\d ms", " [TIME]"),
    (r"(?m)^\d\d:\d\d:\d\d\.\d+", "[TIME]"),
    (r"[\d.]+[nµm]?s with (two writes|one)", "[TIME] with $1"),
    (r"the first reads: [\d, ]+", "the first reads: [N]"),
    (
        r#"a line that nobody said:\s+"[^"]*"(?:\.\.\.)?"#,
        "a line that nobody said: [TORN]",
    ),
    // Where two threads met, and how the message came out.
    (r#"message \d+ is torn: [\\u{}"0-9ab]+"#, "[TORN]"),
];

/// The text with ports and measured numbers replaced by names.
///
/// Ports are named in the order of their first appearance, so that equal
/// ports stay equal and different ones stay different.
pub fn mask(text: &str) -> String {
    let mut ports: Vec<String> = Vec::new();
    // As Rust, tcpdump, an ICMP message and strace write a port; on loopback
    // and on the two hosts of the wire.
    let port = concat!(
        r"((?:127\.0\.0\.\d|10\.0\.0\.\d)[:.]|0\.0\.0\.0:|\[::(?:ffff:127\.0\.0\.1)?\]:",
        r"|\[fd00::\d\]:|udp port |htons\()([1-9]\d*)",
    );
    let port = Regex::new(port).unwrap();
    let mut text = port
        .replace_all(text, |found: &Captures| {
            let number = found[2].to_string();
            let known = ports.iter().position(|port| *port == number);
            let place = known.unwrap_or_else(|| {
                ports.push(number);
                ports.len() - 1
            });
            format!("{}[PORT-{}]", &found[1], place + 1)
        })
        .into_owned();
    for (shape, masked) in VOLATILE {
        let shape = Regex::new(shape).unwrap();
        text = shape.replace_all(&text, *masked).into_owned();
    }
    let digits = Regex::new(r"\d+").unwrap();
    for words in MEASURED {
        let words = Regex::new(words).unwrap();
        let hidden = |found: &Captures| digits.replace_all(&found[0], "[N]").into_owned();
        text = words.replace_all(&text, hidden).into_owned();
    }
    text
}

#[test]
fn equal_ports_stay_equal_and_different_ones_different() {
    let text = "from 127.0.0.1:4000 to 127.0.0.1:5000, back to 127.0.0.1:4000";
    let masked = "from 127.0.0.1:[PORT-1] to 127.0.0.1:[PORT-2], back to 127.0.0.1:[PORT-1]";
    assert_eq!(mask(text), masked);
}

#[test]
fn a_port_is_masked_at_every_address_of_this_machine() {
    let text = "0.0.0.0:4000 [::]:4000 [::ffff:127.0.0.1]:4000 127.0.0.2:5000 127.0.0.1:0";
    let masked = "0.0.0.0:[PORT-1] [::]:[PORT-1] [::ffff:127.0.0.1]:[PORT-1] \
                  127.0.0.2:[PORT-2] 127.0.0.1:0";
    assert_eq!(mask(text), masked);
}

#[test]
fn what_two_threads_or_a_clock_decide_is_masked() {
    let torn = r#"without: message 7 is torn: "\u{0}\u{4}aa"; with: no"#;
    assert_eq!(mask(torn), "without: [TORN]; with: no");
    let mixed = "a line that nobody said:\n    \"[ada][bob] x\"\n";
    assert_eq!(mask(mixed), "a line that nobody said: [TORN]\n");
    let slow = "44.0ms with two writes, 18.9µs with one";
    assert_eq!(mask(slow), "[TIME] with two writes, [TIME] with one");
}

#[test]
fn a_measured_number_is_masked_and_its_words_are_not() {
    let masked = "[N] arrived, drops by the kernel: [N]";
    assert_eq!(mask("92 arrived, drops by the kernel: 1908"), masked);
    assert_eq!(mask("sends 2000 datagrams"), "sends 2000 datagrams");
}

#[test]
fn real_sequence_numbers_and_times_are_masked_and_relative_numbers_are_not() {
    let event = r#""at_us":20345,"seq":{"real":1234,"relative":1}"#;
    let masked = r#""at_us":0,"seq":{"real":0,"relative":1}"#;
    assert_eq!(mask(event), masked);
    let rung = "   20.3 ms  A -- SYN seq 0 --> B\n seq 0 is really 1234; mss 1460";
    let masked = " [TIME]  A -- SYN seq 0 --> B\n seq 0 is really [N]; mss 1460";
    assert_eq!(mask(rung), masked);
}
