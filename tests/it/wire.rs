//! `workbook wire`: two programs that know nothing of it, and what it does.

mod captures;

use crate::running::Running;
use crate::tools::found;
use crate::workspace::{DEADLINE, has_no_wire, output, parse};
use kit::Event;
use std::process::{Command, Output};

/// A server that takes one line and answers it, and its client.
const SERVER: &str = "python3 -c 'import socket
s = socket.create_server((\"10.0.0.1\", 7777))
c, _ = s.accept()
c.sendall(b\"heard \" + c.recv(100))'";
const CLIENT: &str = "python3 -c 'import socket
c = socket.create_connection((\"10.0.0.1\", 7777), 5)
c.sendall(b\"hello\")
print(c.recv(100).decode())'";

/// A server that gets datagrams, answers none, and goes on.
const WAITS: &str = "exec python3 -c 'import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind((\"10.0.0.1\", 7777))
time.sleep(1000)'";

#[test]
fn two_programs_talk_over_the_wire_and_every_packet_is_seen() {
    if has_no_wire() || !found("python3") {
        return;
    }
    let run = wire(&["--a", SERVER, "--b", CLIENT, "--format", "json"]);
    let events = events(&run);
    let said = |who: &str, line: &str| {
        events.iter().any(|event| {
            matches!(event, Event::Wrote { who: w, error: false, text } if w == who && text == line)
        })
    };
    assert!(said("B", "heard hello"), "{events:#?}");
    let flags: Vec<_> = packets(&events).iter().map(|p| p.flags.clone()).collect();
    assert_eq!(flags[..3], ["SYN", "SYN, ACK", "ACK"]);
    assert_eq!(run.status.code(), Some(0));
}

#[test]
fn a_dropped_syn_is_sent_again_and_the_programs_do_not_notice() {
    if has_no_wire() || !found("python3") {
        return;
    }
    let run = wire(&[
        "--a", SERVER, "--b", CLIENT, "--drop", "syn:1", "--format", "json",
    ]);
    let events = events(&run);
    let packets = packets(&events);
    let fates: Vec<_> = packets
        .iter()
        .take(2)
        .map(|p| (&*p.flags, &*p.fate))
        .collect();
    assert_eq!(fates, [("SYN", "dropped"), ("SYN", "passed")]);
    let waited = packets[1].at_us - packets[0].at_us;
    assert!((1_000_000..2_500_000).contains(&waited), "{waited} us");
    assert_eq!(run.status.code(), Some(0));
}

/// Neither program knows of the wire, and nobody changed a line of them.
#[test]
fn curl_fetches_a_page_from_pythons_web_server_over_a_bad_cable() {
    if has_no_wire() || !found("python3") || !found("curl") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("page.txt"), "over the wire\n").unwrap();
    let server = "python3 -m http.server 8000";
    let client = "curl --silent --show-error --max-time 20 http://10.0.0.1:8000/page.txt";
    let mut command = workbook(&["--a", server, "--b", client, "--format", "json"]);
    command
        .args(["--drop", "data:1", "--duplicate", "fin"])
        .current_dir(&folder);
    let run = output(&mut command, "");
    let events = events(&run);
    let line = Event::Wrote {
        who: "B".into(),
        error: false,
        text: "over the wire".into(),
    };
    assert!(events.contains(&line), "{events:#?}");
    let dropped = packets(&events)
        .iter()
        .filter(|p| p.fate == "dropped")
        .count();
    assert_eq!(dropped, 2, "the first data segment of each side");
    assert_eq!(run.status.code(), Some(0));
}

#[test]
fn the_exit_code_tells_whether_each_program_ended_well() {
    if has_no_wire() || !found("python3") {
        return;
    }
    assert_eq!(wire(&["--a", "true", "--b", "true"]).status.code(), Some(0));
    assert_eq!(
        wire(&["--a", "true", "--b", "exit 3"]).status.code(),
        Some(1)
    );
    assert_eq!(
        wire(&["--a", "exit 3", "--b", "true"]).status.code(),
        Some(1)
    );
    // A server that goes on is asked to end, which is no fault of its own.
    assert_eq!(wire(&["--a", WAITS, "--b", "true"]).status.code(), Some(0));
}

#[test]
fn a_bad_rule_is_refused_with_the_place_of_the_mistake_marked() {
    let run = wire(&["--a", "true", "--b", "true", "--drop", "syn:x from=c"]);
    let words = String::from_utf8(run.stderr).unwrap();
    assert!(words.contains("drop syn:x from=c\n         ^\n"), "{words}");
    assert_eq!(run.status.code(), Some(2));
    assert!(run.stdout.is_empty(), "a program was started all the same");
    for option in ["--drop", "--duplicate", "--reorder", "--corrupt", "--hold"] {
        let run = wire(&["--a", "true", "--b", "true", option, " "]);
        let words = String::from_utf8(run.stderr).unwrap();
        assert!(words.contains(option) && words.contains("`any`"), "{words}");
        assert_eq!(run.status.code(), Some(2), "{option}");
    }
}

#[test]
fn a_time_has_a_unit_or_none_and_a_limit() {
    for (time, code) in [("0", 0), ("5ms", 0), ("5s", 2), ("-1", 2), ("3600001", 2)] {
        if code == 0 && has_no_wire() {
            continue;
        }
        let latency = format!("--latency={time}");
        let run = wire(&["--a", "true", "--b", "true", &latency]);
        assert_eq!(run.status.code(), Some(code), "{run:?}");
    }
}

#[test]
fn what_a_program_writes_cannot_reach_the_terminal_raw() {
    if has_no_wire() {
        return;
    }
    let run = wire(&["--a", "true", "--b", r"printf '\033[2J\007\xff\n'"]);
    let text = String::from_utf8(run.stdout).unwrap();
    assert!(!text.contains(['\u{1b}', '\u{7}']), "{text:?}");
    assert!(text.contains(r"B | \u{1b}[2J\u{7}\xff"), "{text}");
}

#[test]
fn packets_are_held_until_a_key_decides() {
    if has_no_wire() || !found("python3") {
        return;
    }
    let mut command = workbook(&[
        "--a", SERVER, "--b", CLIENT, "--hold", "syn", "--format", "json",
    ]);
    // The first SYN is dropped, the second one passed, all others are let go.
    let run = output(&mut command, "d\np\nr\n");
    let fates: Vec<_> = packets(&events(&run)).into_iter().map(|p| p.fate).collect();
    let decided = [
        "held",
        "held, then dropped",
        "held",
        "held, then passed",
        "passed",
    ];
    assert_eq!(fates[..5], decided);
    assert_eq!(run.status.code(), Some(0));
}

#[test]
fn a_program_that_is_asked_to_end_may_do_what_it_has_to_do_first() {
    if has_no_wire() || !found("python3") {
        return;
    }
    let wishes = |last: &str| {
        let handler = format!("signal.signal(signal.SIGTERM, {last})");
        // Before the port is bound, for which B waits.
        let waits = WAITS.replace("s.bind", &format!("import signal\n{handler}\ns.bind"));
        // With a shell above it that SIGTERM ends at once.
        let server = format!("{}; true", waits.trim_start_matches("exec "));
        let run = wire(&["--a", &server, "--b", "true", "--linger", "0"]);
        String::from_utf8(run.stdout).unwrap()
    };
    let text = wishes("lambda *_: (time.sleep(.5), print(\"bye\"), exit())");
    assert!(text.contains("A | bye\n"), "{text}");
    assert!(text.contains("A has ended: signal 15, as asked"), "{text}");
    let text = wishes("signal.SIG_IGN");
    let killed = "A has ended: killed, because not all of it ended when asked";
    assert!(text.contains(killed), "{text}");
}

#[test]
fn a_run_is_summed_up_and_a_rule_that_did_nothing_is_named() {
    if has_no_wire() || !found("python3") {
        return;
    }
    let run = wire(&[
        "--a", SERVER, "--b", CLIENT, "--drop", "syn:1", "--drop", "udp", "--loss", "0%",
    ]);
    let text = String::from_utf8(run.stdout).unwrap();
    // On a busy machine more may be sent again.
    let summary = regex::Regex::new(": 1 dropped, [1-9][0-9]* sent again\n").unwrap();
    assert!(summary.is_match(&text), "{text}");
    assert!(
        text.contains("the rule `drop udp` did nothing to any"),
        "{text}"
    );
    assert!(!text.contains("`drop syn:1` did nothing"), "{text}");
}

#[test]
fn silence_between_two_tries_is_explained() {
    if has_no_wire() || !found("python3") {
        return;
    }
    // The SYN is sent again after 1 s, after 2 s and after 4 s.
    let client = CLIENT.replace("7777), 5)", "7777), 15)");
    let run = wire(&["--a", SERVER, "--b", &client, "--drop", "syn:1-3"]);
    let text = String::from_utf8(run.stdout).unwrap();
    let remark = "host B has no answer, and sends again in ";
    assert!(text.contains(remark), "{text}");
}

/// The end of a program is told after all that it wrote, on both of its
/// outputs.
#[test]
fn the_last_words_come_before_the_end() {
    if has_no_wire() {
        return;
    }
    let talks = "seq 3000; echo last >&2";
    let run = wire(&["--a", "true", "--b", talks]);
    let text = String::from_utf8(run.stdout).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let end = lines
        .iter()
        .position(|line| line.starts_with("B has ended"));
    let rest = &lines[end.unwrap()..];
    let late: Vec<_> = rest.iter().filter(|line| line.starts_with("B ")).collect();
    assert_eq!(
        late,
        ["B has ended: exit status 0"].iter().collect::<Vec<_>>()
    );
    assert!(
        lines.contains(&"B | 3000") && lines.contains(&"B ! last"),
        "{text}"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_flood_keeps_neither_memory_nor_ctrl_c() {
    if has_no_wire() || !found("python3") {
        return;
    }
    let mut run = Running::start(workbook(&["--a", WAITS, "--b", "yes", "--linger", "100"]));
    let lines = std::iter::from_fn(|| run.line());
    let shown = lines.filter(|line| line == "B | y").take(50_000);
    assert_eq!(shown.count(), 50_000);
    let status = std::fs::read_to_string(format!("/proc/{}/status", run.id())).unwrap();
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    let peak: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(peak < 64_000, "{peak} kB after 50,000 lines");
    run.signal("INT");
    // What waits in pipes is shown, and no more than that.
    let rest = std::iter::from_fn(|| run.line()).take(200_000).count();
    assert!(rest < 200_000, "{rest} lines after Ctrl-C");
    assert_eq!(run.ends_within(DEADLINE).code(), Some(0));
}

#[test]
fn a_server_that_only_its_own_host_can_reach_is_named() {
    if has_no_wire() || !found("python3") {
        return;
    }
    let server = SERVER.replace("10.0.0.1", "127.0.0.1");
    let run = wire(&["--a", &server, "--b", CLIENT, "--linger", "0"]);
    let text = String::from_utf8(run.stdout).unwrap();
    let remark = "host A waits at 127.0.0.1:7777 only";
    assert!(text.contains(remark), "{text}");
    assert!(text.contains("ConnectionRefusedError"), "{text}");
    assert!(!text.contains("neither has sent a packet"), "{text}");
    assert_eq!(run.status.code(), Some(1));
    let itself = CLIENT.replace("10.0.0.1", "127.0.0.1");
    let run = wire(&["--a", SERVER, "--b", &itself, "--linger", "0"]);
    let text = String::from_utf8(run.stdout).unwrap();
    let remark = "neither has sent a packet to the other; for B, host A is 10.0.0.1";
    assert!(text.contains(remark), "{text}");
    let run = wire(&["--a", SERVER, "--b", CLIENT]);
    let text = String::from_utf8(run.stdout).unwrap();
    assert!(!text.contains("host A waits at"), "{text}");
}

#[test]
fn a_client_that_was_started_as_a_is_told_to_be_b() {
    if has_no_wire() || !found("python3") {
        return;
    }
    let run = wire(&["--a", CLIENT, "--b", "echo started"]);
    let text = String::from_utf8(run.stdout).unwrap();
    assert!(
        text.contains("A has failed before it waited at any port"),
        "{text}"
    );
    assert!(!text.contains("B |"), "B was started: {text}");
    assert_eq!(run.status.code(), Some(1));
}

#[test]
fn a_program_that_does_not_exist_is_the_shells_to_tell() {
    if has_no_wire() {
        return;
    }
    let run = wire(&["--a", "no-such-program", "--b", "true"]);
    let text = String::from_utf8(run.stdout).unwrap();
    assert!(
        text.contains("A ! sh:") && text.contains("not found"),
        "{text}"
    );
    assert!(text.contains("A has ended: exit status 127"), "{text}");
    assert_eq!(run.status.code(), Some(1));
}

#[cfg(target_os = "linux")]
#[test]
fn a_narrow_terminal_gets_a_list() {
    if has_no_wire() || !found("python3") {
        return;
    }
    let file = tempfile::NamedTempFile::new().unwrap();
    let (program, server, client) = (env!("CARGO_BIN_EXE_workbook"), SERVER, CLIENT);
    let script = format!(
        "stty rows 24 cols 40\nexec env {}=off '{program}' wire --a \"$(cat <<'X'\n{server}\nX\n)\" \
         --b \"$(cat <<'X'\n{client}\nX\n)\" --drop syn:1 --ascii\n",
        kit::diary::VARIABLE
    );
    std::fs::write(file.path(), script).unwrap();
    let name = file.path().display();
    let mut typing = crate::terminal::Typing::at(&format!("env NO_COLOR=1 sh {name}"));
    typing.wait_for("B > A SYN seq 0");
    typing.wait_for("dropped");
    typing.wait_for("A > B SYN, ACK seq 0 ack 1");
    typing.wait_for("B has ended: exit status 0");
    let packets = typing.seen.split("ss -tuan").nth(2).unwrap();
    for line in packets.lines().filter(|line| !line.starts_with("A has")) {
        assert!(line.trim_end().chars().count() <= 40, "{line:?}");
        assert!(!line.contains("--"), "{line:?}");
    }
}

/// On a machine that is too busy a run proves nothing: then it is made again.
fn wire(args: &[&str]) -> Output {
    let mut runs = (0..3).map(|_| output(&mut workbook(args), ""));
    let proves = |run: &Output| !format!("{run:?}").contains("inconclusive, run again");
    runs.find(proves).expect("a run that proves something")
}

fn workbook(args: &[&str]) -> Command {
    let mut command = crate::workspace::workbook();
    command.arg("wire").args(args);
    command
}

fn events(run: &Output) -> Vec<Event> {
    let words = String::from_utf8_lossy(&run.stderr).into_owned();
    let text = String::from_utf8(run.stdout.clone()).unwrap();
    let events: Vec<Event> = parse(&text).into_iter().map(|line| line.event).collect();
    assert!(!events.is_empty(), "{words}");
    events
}

fn packets(events: &[Event]) -> Vec<kit::Packet> {
    let packet = |event: &Event| match event {
        Event::Packet(packet) => Some(packet.clone()),
        _ => None,
    };
    events.iter().filter_map(packet).collect()
}
