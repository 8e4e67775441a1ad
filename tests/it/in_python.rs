//! The judge and its hints for who writes Python, or anything else that takes
//! its time and prints in its own way.

use crate::tools::found;
use crate::workshop::{RIGHT, SERVER, Workshop};
use crate::workspace::{DEADLINE, output_within, workbook};
use std::path::Path;
use std::process::Output;
use std::time::{Duration, Instant};

/// Judges a command in a folder.
fn check(exercise: &str, command: &str, folder: &Path) -> Output {
    let mut judge = workbook();
    judge.args(["check", exercise, "--cmd", command, "--color", "never"]);
    output_within(judge.current_dir(folder), "", Duration::from_secs(120))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A line that is nearly right is told at once, and what is amiss with it,
/// when the program only waits for clients any more.
#[test]
fn a_line_that_is_nearly_right_is_told_soon_and_why() {
    let folder = tempfile::tempdir().unwrap();
    for (line, why) in [
        (
            "listening on ('127.0.0.1', 5000)",
            "it should be `listening on 127.0.0.1:5000`",
        ),
        ("Listening on 127.0.0.1:5000", "letter for letter"),
        ("listening on port 5000", "no address, such as"),
    ] {
        std::fs::write(
            folder.path().join("says.sh"),
            format!("echo \"{line}\"; exec cat"),
        )
        .unwrap();
        let start = Instant::now();
        let run = check("udp-echo", "sh says.sh", folder.path());
        let told = text(&run.stdout);
        let words = told.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(run.status.code(), Some(1), "{told}");
        assert!(words.contains(line) && words.contains(why), "{told}");
        // Far less than the ten seconds that a program may take to start.
        if cfg!(target_os = "linux") {
            assert!(start.elapsed() < Duration::from_secs(8), "{line}");
        }
    }
}

/// No clients that went away before the verdict: a Python server would say so,
/// in a traceback that its writer then takes for the fault.
#[test]
fn the_last_words_of_a_program_are_its_own() {
    if !found("python3") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let loud = "import socket, sys\n\
                host, port = sys.argv[1].rsplit(':', 1)\n\
                server = socket.create_server((host, int(port)))\n\
                print('listening on %s:%d' % server.getsockname(), flush=True)\n\
                while True:\n\
                \x20   client, _ = server.accept()\n\
                \x20   while data := client.recv(1000):\n\
                \x20       client.sendall(data + data)\n";
    std::fs::write(folder.path().join("loud.py"), loud).unwrap();
    for exercise in ["stream-echo", "stream-lines", "threading-serve"] {
        let run = check(exercise, "python3 loud.py", folder.path());
        let told = text(&run.stdout);
        assert_eq!(run.status.code(), Some(1), "{told}");
        assert!(told.contains("it is alive"), "{told}");
        assert!(!told.contains("last words"), "{told}");
    }
}

/// One that has said something else first is waited for.
#[test]
fn a_line_that_comes_late_is_waited_for() {
    if !found("python3") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let late = "print('listening on all interfaces', flush=True)\n\
                import time; time.sleep(1.5)\nprint('listening on %s";
    let server = SERVER.replace("print('listening on %s", late);
    // The first rule is enough: each takes that time.
    let server = server.replace("first = None", "sys.exit(3)");
    std::fs::write(folder.path().join("late.py"), server + RIGHT).unwrap();
    let run = check("udp-echo", "python3 late.py", folder.path());
    let told = text(&run.stdout);
    assert!(told.contains("kept   1"), "{told}");
    assert!(told.contains("exit status 3"), "{told}");
}

/// The right line where it is not seen: without its newline, or on standard
/// error, as a logger prints it.
#[test]
fn a_right_line_without_its_end_or_on_standard_error_is_told_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let unended = "\"listening on 127.0.0.1:5000\": the newline at its end is missing";
    let astray = "the line is on standard error; print it to standard output";
    for (script, why) in [
        ("printf 'listening on 127.0.0.1:5000'; exec cat", unended),
        ("printf 'listening on 127.0.0.1:5000'", unended),
        ("echo listening on 127.0.0.1:5000 >&2; exec cat", astray),
        ("echo listening on 127.0.0.1:5000 >&2", astray),
        (
            "echo hello; echo INFO:listening on 127.0.0.1:5000 >&2",
            astray,
        ),
    ] {
        std::fs::write(folder.path().join("says.sh"), script).unwrap();
        let told = text(&check("udp-echo", "sh says.sh", folder.path()).stdout);
        let words = told.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains(why), "{told}");
    }
}

#[test]
fn a_command_that_names_no_program_is_refused() {
    for command in ["", "  "] {
        let run = check("udp-echo", command, Path::new("."));
        assert_eq!(run.status.code(), Some(2));
        assert!(text(&run.stderr).contains("--cmd names no program"));
        assert_eq!(text(&run.stdout), "");
    }
}

/// As an empty variable of a script leaves it: nothing is judged, and nobody
/// may take that for a verdict.
#[test]
fn a_command_without_an_exercise_is_refused() {
    for options in [["--cmd", "true"], ["--seed", "7"], ["--pcap", "no.pcapng"]] {
        let run = output_within(workbook().arg("check").args(options), "", DEADLINE);
        assert_eq!(run.status.code(), Some(2));
        assert!(text(&run.stderr).contains("<EXERCISE>"), "{options:?}");
        assert_eq!(text(&run.stdout), "");
    }
}

/// Whose command the shell cannot start is not left with a socket's words.
#[test]
fn a_command_that_the_shell_cannot_start_is_told_as_such() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mine.py"), "").unwrap();
    for (command, why) in [
        (
            "./other.py",
            "127, as the shell does for a program that it does not find: paths are seen from",
        ),
        (
            "./mine.py",
            "126, as the shell does for a program that it may not start: try `chmod +x FILE`",
        ),
    ] {
        let told = text(&check("udp-echo", command, folder.path()).stdout);
        let words = told.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains(why), "{told}");
    }
}

/// A program that knocks, gives up after so long, and starts slowly.
fn probe(gives_up: &str) -> String {
    format!(
        "import socket, sys, time
time.sleep(0.8)
for address in sys.argv[1:]:
    host, _, port = address.rpartition(':')
    if not port.isdigit():
        sys.exit(2)
    try:
        socket.create_connection((host, int(port)), timeout={gives_up}).close()
        print(address, 'open')
    except ConnectionRefusedError:
        print(address, 'refused')
    except OSError:
        print(address, 'silent')
"
    )
}

/// The first SYN is dropped however late it comes: who gives up too soon is
/// told so, and does not pass because it started late.
#[test]
fn a_program_that_starts_slowly_is_tried_like_any_other() {
    if !found("python3") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let verdict = |gives_up: &str| {
        std::fs::write(folder.path().join("probe.py"), probe(gives_up)).unwrap();
        text(&check("handshake-probe", "python3 probe.py", folder.path()).stdout)
    };
    let hasty = verdict("0.6");
    assert!(hasty.contains("BROKEN   4"), "{hasty}");
    assert!(hasty.contains("Who does not answer at once"), "{hasty}");
    // This one asks one after the other, which is another rule.
    let patient = verdict("2");
    assert!(patient.contains("kept   5"), "{patient}");
    assert!(patient.contains("BROKEN   6"), "{patient}");
}

/// An empty datagram that is left out, by a server that goes on, is told as
/// such and not as an end.
#[test]
fn an_empty_datagram_that_is_only_left_out_is_no_end() {
    if !found("python3") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let plain = format!("{SERVER}    if data:\n    {RIGHT}");
    // As asyncio waits, for all its sockets in one call.
    let polls = plain.replace(
        "    data, peer",
        "    __import__('select').select([server], [], [])\n    data, peer",
    );
    for (server, is_asyncio) in [(plain, false), (polls, true)] {
        std::fs::write(folder.path().join("skips.py"), server).unwrap();
        let run = check("udp-echo", "python3 skips.py", folder.path());
        let told = text(&run.stdout);
        assert!(told.contains("BROKEN   7"), "{told}");
        let words = told.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains("came back after that"), "{told}");
        let why = "(asyncio sends no empty datagrams before Python 3.13;";
        assert_eq!(words.contains(why), is_asyncio, "{told}");
        assert!(!told.contains("The belief"), "{told}");
    }
}

/// The last hint and the solution come in the language that was judged last.
#[test]
fn the_last_hint_and_the_solution_are_in_python_for_who_writes_it() {
    if !found("python3") {
        return;
    }
    let workshop = Workshop::new();
    workshop.write(
        "lessons/udp/answers/udp-echo--right-in-python.py",
        "# In Python.\n",
    );
    let last = || workshop.said(&["hint", "udp-echo", "--level", "3"]);
    let solution = || workshop.said(&["solution", "udp-echo", "--anyway"]);
    assert!(last().contains("recv_from"), "{}", last());
    assert!(solution().contains("// It passes."));
    workshop.write("mine.py", "raise SystemExit(1)\n");
    let mine = format!("python3 '{}'", workshop.path("mine.py").display());
    let run = workshop.run(&["check", "udp-echo", "--cmd", &mine]);
    assert_eq!(run.status.code(), Some(1));
    assert!(last().contains("s.recvfrom(65507)"), "{}", last());
    assert!(solution().contains("# In Python."), "{}", solution());
}
