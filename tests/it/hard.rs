//! Hard conditions: each is really brought about, and ends in work done or in
//! a clear sentence, with the exit status that goes with it.

use crate::server::small_book;
use crate::workshop::{RIGHT, SERVER};
use crate::workspace::{lesson, output_within, root, unkept};
use std::fs;
use std::path::Path;
use std::process::Output;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

/// How often an experiment is run that a busy machine has disturbed.
const TRIES: usize = 5;

/// What each script begins with: a right program for the judge; and `serve`,
/// which starts the workbook on a small book, fetches the first page when it
/// is ready, and ends it.
const SHELL: &str = r#"
ECHO="python3 '$HERE/echo.py'"
serve() {
  mkfifo "$HERE/said"
  workbook --root "$BOOK" serve --no-build "$@" >"$HERE/said" 2>&1 &
  server=$!
  while IFS= read -r line; do
    printf '%s\n' "$line"
    case $line in
      *http://127*) url=$(printf '%s' "$line" | grep -o 'http://[0-9.:]*') ;;
      *Ctrl-C*) curl --silent --max-time 20 "$url/" | grep -o '<title>.*</title>'
        kill -TERM "$server" ;;
    esac
  done <"$HERE/said"
  wait "$server"
}
"#;

/// A condition begins with `#`; in brackets, what is around the command if it
/// is not just a pipe. Indented lines are shell that runs before it. Then come
/// the commands, each with its exit status and words that it must say.
const TABLE: &str = r##"
# no terminal, and nothing to read
    exec </dev/null
setsid --wait lesson-udp => 0 Read on: cargo run
setsid --wait lesson-stream early => 0 Read on: cargo run
lesson-handshake lost-syn => 0 Read on: cargo run
lesson-threading one-at-a-time => 0 Read on: cargo run
setsid --wait workbook review => 0 There is no diary to go by
workbook wire --a true --b true => 0 B has ended: exit status 0
workbook wire --a 'sleep 1' --b cat => 0 B has ended: exit status 0

# lines that come too early or without end, and a file that is no capture
    echo kept >"$HERE/old"
echo hi | workbook wire --a 'sleep 1' --b cat => 0 B | hi
yes | timeout -s KILL 60 workbook wire --a true --b true => 0 B has ended: exit status 0
workbook check udp-echo --cmd true --pcap "$HERE/old"; [ $? = 2 ] && grep kept "$HERE/old" => 0 is no capture, so it stays

# standard input is closed
    exec <&-
lesson-stream => 0 Read on: cargo run
lesson-udp echo --format json => 0 "event":"question"
workbook review => 0 There is no diary to go by
workbook progress => 0 0 of
workbook check udp-echo --cmd "$ECHO" => 0 every rule is kept
serve --port 0 => 0 <title>Welcome - Small</title>

# NO_COLOR at a terminal [terminal]
    export NO_COLOR=1 TERM=xterm; stty rows 24 cols 80
lesson-udp echo --no-input => 0 Read on: cargo run
lesson-handshake three-packets --no-input => 0 ──▶ B
workbook list => 0 cargo run -p lesson-udp
workbook progress => 0 0 of
workbook check udp-echo --cmd true => 1 BROKEN
workbook --help => 0 Exit status: 0 good

# TERM=dumb at a terminal [terminal]
    unset NO_COLOR CLICOLOR_FORCE; export TERM=dumb; stty rows 24 cols 80
lesson-threading one-at-a-time --no-input => 0 Read on: cargo run
lesson-handshake three-packets --no-input => 0 --> B
workbook list => 0 cargo run -p lesson-udp
workbook progress => 0 .....
workbook doctor => 0 TERM is dumb

# 40 columns [terminal]
    unset NO_COLOR CLICOLOR_FORCE; export TERM=dumb; stty rows 24 cols 40
lesson-udp echo --no-input => 0 Read on: cargo run
lesson-handshake three-packets --no-input => 0 ms A > B SYN
lesson-stream --list => 0 boundaries
workbook list => 0 cargo run -p lesson-udp
workbook progress => 0 predictions: 0 of
workbook doctor => 0 Everything needed is here.
workbook check => 0 threading-stop
workbook check udp-echo --cmd true => 1 BROKEN
workbook check udp-echo --rules => 0 the reply comes from
workbook hint udp-echo => 0 cargo run -- hint udp-echo
workbook review => 0 There is no diary to go by
workbook --help => 0 Exit status: 0 good

# nobody reads standard output
    mkfifo "$HERE/pipe"; exec 5<>"$HERE/pipe" 6>"$HERE/pipe" 5>&- >&6
lesson-udp boundaries => 0
lesson-handshake three-packets => 0
lesson-threading --help => 0
workbook progress => 0
workbook hint udp-echo => 0
workbook check udp-echo --cmd true => 0
workbook wire --a true --b true => 0 nobody reads the output any more, so the run ends here

# standard output is full
    exec >/dev/full
lesson-stream early => 2 cannot write the output: ENOSPC (No space left on device)
lesson-handshake --list => 2 cannot write the output: ENOSPC (No space left on device)
lesson-threading --help => 2 cannot write the output: ENOSPC (No space left on device)
workbook list => 2 cannot write the output: ENOSPC (No space left on device)
workbook doctor => 2 cannot write the output: ENOSPC (No space left on device)
workbook --help => 2 cannot write the output: ENOSPC (No space left on device)
workbook completions bash => 2 cannot write the output: ENOSPC (No space left on device)
workbook check udp-echo --cmd true => 2 cannot write the output: ENOSPC (No space left on device)
workbook wire --a true --b true => 2 cannot write the output: ENOSPC (No space left on device)

# the disk is full [unshare -Urm]
    mount -t tmpfs -o size=64k,mode=777 tmpfs "$BOOK/target" || exit 99
    cd "$BOOK/target"; echo old >old.pcapng; mkdir state; export WORKBOOK_STATE="$PWD/state"
    head -c 99999 /dev/zero >fill 2>/dev/null
echo 1 | lesson-udp echo --format json => 0 Your progress is not kept:
workbook hint udp-echo => 0 diary.jsonl: ENOSPC (No space left on device)
workbook check udp-echo --cmd true => 1 Your progress is not kept:
lesson-handshake three-packets --capture x => 2 the packets are not kept in x: ENOSPC
workbook wire --a true --b 'nc -z 10.0.0.1 7' --pcap x => 2 cannot write x:
workbook check udp-echo --cmd "$ECHO" --pcap x => 2 the capture is not whole:
serve --port 0 => 2 /target: ENOSPC (No space left on device); set CARGO_TARGET_DIR
workbook --root "$BOOK" doctor; [ $? = 1 ] && [ ! -e workbook-try-* ] => 0 refused  target folder
CARGO=false workbook --root "$BOOK" check udp-echo => 2 cannot write into the target folder

# the checkout is read-only [unshare -Urm]
    mount --bind "$ROOT" "$ROOT" && mount -o remount,bind,ro "$ROOT" || exit 99
    mount --bind "$BOOK" "$BOOK" && mount -o remount,bind,ro "$BOOK" || exit 99
    export WORKBOOK_STATE=; cd "$ROOT"
lesson-udp truncation => 0 Read on: cargo run
lesson-stream greeting => 0 Read on: cargo run
lesson-handshake three-packets => 0 Read on: cargo run
lesson-threading two-tasks => 0 Read on: cargo run
workbook list => 0 cargo run -p lesson-udp
workbook --root "$BOOK" progress => 0 0 of
workbook --root "$BOOK" hint udp-echo => 0 diary.jsonl: EROFS (Read-only file system)
workbook --root "$BOOK" check udp-echo --cmd true => 1 Your progress is not kept:
CARGO=false workbook --root "$BOOK" check udp-echo => 2 EROFS (Read-only file system); set CARGO_TARGET_DIR
CARGO=false workbook --root "$BOOK" run udp => 2 EROFS (Read-only file system); set CARGO_TARGET_DIR
serve --port 0 => 2 EROFS (Read-only file system); set CARGO_TARGET_DIR
workbook wire --a true --b true => 0 B has ended: exit status 0

# no IPv6 [unshare -Urn]
    cd /proc/sys/net/ipv6/conf && echo 1 >all/disable_ipv6 && echo 1 >default/disable_ipv6 || exit 99
    ip link set lo up || exit 99
lesson-udp => 0 Read on: cargo run
lesson-stream greeting => 0 Read on: cargo run
lesson-sockets => 0 Read on: cargo run
lesson-handshake three-packets => 0 Read on: cargo run
lesson-threading both-ways => 0 Read on: cargo run
workbook doctor => 0 missing  TCP on ::1
workbook check udp-echo --cmd "$ECHO" => 0 every rule is kept
workbook wire --a true --b true => 0 B has ended: exit status 0
serve --port 0 => 0 <title>Welcome - Small</title>

# no namespaces [unshare -Ur]
    cd /proc/sys/user; echo 0 >max_user_namespaces && echo 0 >max_net_namespaces || exit 99
    echo kept >"$HERE/old"
lesson-udp echo => 0 Read on: cargo run
lesson-stream => 0 Read on: cargo run
lesson-threading taken-name => 0 Read on: cargo run
lesson-handshake lost-syn => 2 Inconclusive: this experiment needs the wire
lesson-multicast join --capture "$HERE/none" => 0 Next: cargo run -p lesson-multicast
workbook doctor => 0 refused  the wire
workbook wire --a true --b true => 2 Raise it: sudo sysctl -w user.max_net_namespaces
workbook check udp-echo --cmd true => 1 BROKEN
workbook check udp-echo --cmd true --pcap "$HERE/old"; [ $? = 2 ] && grep kept "$HERE/old" => 0 no capture here: no lab here:

# the usual ports are busy [unshare -Urn]
    ip link set lo up || exit 99; mkfifo "$HERE/busy"
    for port in 12345 $(seq 4750 4770); do
      lesson-chat server 127.0.0.1:$port >"$HERE/busy" & busy="$busy $!"
    done
    exec 7<"$HERE/busy"; for port in $busy; do read -r line <&7; done
    trap 'kill $busy' EXIT
lesson-chat server => 1 cannot listen at 127.0.0.1:12345: EADDRINUSE (Address already in use); give another
lesson-chat joined => 0 Read on: cargo run
lesson-udp echo => 0 Read on: cargo run
serve => 0 Port 4750 is taken, so this is on port
serve --port 4760 => 2 port 4760 is taken by another program
serve --port 0 => 0 <title>Welcome - Small</title>

# CARGO_TARGET_DIR is elsewhere [unshare -Urm]
    new="$HERE/else where"; mkdir "$new" "$HERE/none"
    mount --bind "$TARGET" "$new" && mount --bind "$HERE/none" "$TARGET" || exit 99
    export CARGO_TARGET_DIR="$new" PATH="$new/${BIN##*/}:$PATH"; cd "$ROOT"
    printf '#!/bin/sh\necho "$@"; case $1 in build|run) exit 1; esac\n' >"$HERE/cargo"; chmod +x "$HERE/cargo"
lesson-udp echo => 0 Read on: cargo run
workbook list => 0 cargo run -p lesson-udp
workbook doctor => 0 /else where
CARGO="$HERE/cargo" workbook run udp => 1 /else where --
CARGO="$HERE/cargo" workbook check udp-echo => 1 /else where

# a path with spaces and non-ASCII letters, and from below it [unshare -Urm]
    new="$HERE/new cömer ü"; mkdir "$new" "$HERE/none"
    mount --bind "$ROOT" "$new" && mount --bind "$HERE/none" "$ROOT" || exit 99
    export PATH="$new${BIN#"$ROOT"}:$PATH"; cd "$new/lessons/udp/src"
lesson-udp no-listen => 0 Build: cargo run -- watch udp-file
lesson-handshake three-packets => 0 Read on: cargo run
lesson-threading locked-stream => 0 Read on: cargo run
workbook list => 0 echo
workbook progress => 0 0 of
workbook doctor => 0 /new cömer ü/
CARGO=echo workbook run udp => 0 /new cömer ü/
workbook check udp-echo --cmd "$ECHO" => 0 every rule is kept
cd "$HERE"; mv book 'bö ok'; BOOK="$HERE/bö ok"; serve --port 0 => 0 <title>Welcome - Small</title>
cd /; workbook list => 2 the workbook is not here: no book.toml in / or above it

# a subfolder
    cd "$ROOT/lessons/udp/src"
lesson-stream greeting => 0 Next: cargo run -p lesson-stream --
workbook list => 0 cargo run -p lesson-udp
workbook progress => 0 0 of
workbook check udp-echo --cmd "$ECHO" => 0 every rule is kept
serve --port 0 => 0 <title>Welcome - Small</title>

# 64 open files at most
    ulimit -n 64
lesson-udp => 0 Read on: cargo run
lesson-stream second-client => 0 Read on: cargo run
lesson-handshake backlog => 0 Read on: cargo run
lesson-threading slow-client => 0 Read on: cargo run
lesson-chat threads => 2 only 64 files and sockets may be open at once here, which may be too few: ulimit -n 1024
workbook check chat-server --cmd "lesson-chat server" => 2 only 64 files may be open at once here
workbook wire --a true --b true => 0 B has ended: exit status 0
serve --port 0 => 0 <title>Welcome - Small</title>

# both processors are busy [alone]
    for each in $(seq $(nproc)); do sh -c 'while :; do :; done' & busy="$busy $!"; done
    trap 'kill $busy' EXIT
lesson-udp boundaries => 0 Read on: cargo run
lesson-stream greeting => 0 Read on: cargo run
lesson-handshake three-packets => 0 Read on: cargo run
lesson-threading one-at-a-time => 0 Read on: cargo run
workbook progress => 0 0 of
workbook check udp-echo --cmd "$ECHO" => 0 every rule is kept
workbook wire --a true --b true => 0 B has ended: exit status 0
serve --port 0 => 0 <title>Welcome - Small</title>
"##;

/// One line of the table, under its condition.
#[derive(Clone, Copy)]
struct Case<'a> {
    condition: &'a str,
    around: &'a str,
    given: &'a str,
    command: &'a str,
    code: i32,
    says: &'a str,
}

#[test]
fn every_hard_condition_ends_in_work_done_or_in_a_clear_sentence() {
    lesson("udp");
    let (busy, others): (Vec<_>, Vec<_>) =
        cases().into_iter().partition(|case| case.around == "alone");
    assert!(busy.len() > 5 && others.len() > 80, "the table is not read");
    let waiting = Mutex::new(others.into_iter());
    let faults = Mutex::new(Vec::new());
    thread::scope(|scope| {
        // They mostly wait.
        for _ in 0..4 {
            scope.spawn(|| {
                let next = || waiting.lock().unwrap().next();
                while let Some(case) = next() {
                    let fault = fault(case);
                    faults.lock().unwrap().extend(fault);
                }
            });
        }
    });
    let mut faults = faults.into_inner().unwrap();
    faults.extend(busy.into_iter().filter_map(fault));
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

/// The table, read.
fn cases() -> Vec<Case<'static>> {
    let mut cases = Vec::new();
    for part in TABLE.split("# ").skip(1) {
        let (heading, rest) = part.split_once('\n').unwrap();
        let (condition, around) = heading.split_once(" [").unwrap_or((heading, "]"));
        let around = around.strip_suffix(']').unwrap();
        let lines = rest.lines().take_while(|line| line.starts_with("    "));
        let length = lines.map(|line| line.len() + 1).sum();
        let (given, commands) = rest.split_at(length);
        for line in commands.lines().filter(|line| !line.is_empty()) {
            let (command, end) = line.split_once(" => ").expect(line);
            let (code, says) = end.split_once(' ').unwrap_or((end, ""));
            cases.push(Case {
                condition,
                around,
                given,
                command,
                code: code.parse().expect(line),
                says,
            });
        }
    }
    cases
}

/// What is wrong with what a command did under its condition, if anything.
fn fault(case: Case) -> Option<String> {
    let (condition, command) = (case.condition, case.command);
    let mut tries = 0;
    let (code, said) = loop {
        let run = run(case);
        let said = [&run.stdout[..], &run.stderr].concat();
        let said = String::from_utf8_lossy(&said).into_owned();
        tries += 1;
        let disturbed = run.status.code() == Some(2) && said.contains("run it again");
        if !disturbed || tries == TRIES {
            break (run.status.code(), said);
        }
    };
    let refused = said.contains("unshare failed") || said.contains("write failed /proc/self");
    if code == Some(99) || refused {
        let must = std::env::var_os("WIRE_MUST_RUN").is_some();
        assert!(!must, "{condition} cannot be had: {said}");
        eprintln!("NOT CHECKED, since this machine cannot have it: {condition}: {command}");
        return None;
    }
    let harmless = !said.contains("panicked at") && !said.contains('\u{1b}');
    let spoken = match case.says {
        "" => said.is_empty(),
        words => on_one_line(&said).contains(&on_one_line(words)),
    };
    let narrow = !condition.starts_with("40 columns") || said.lines().all(fits);
    if code == Some(case.code) && spoken && harmless && narrow {
        return None;
    }
    Some(format!(
        "{condition}: {command}: not {} and {:?}, but {code:?} and this:\n{said}",
        case.code, case.says
    ))
}

/// Without the ends of its lines, which may fall between any two words.
fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether 40 columns are enough for a line, or it cannot be broken: a command
/// has to be copied as it is, and a path has no place for it.
fn fits(line: &str) -> bool {
    let line = line.trim_end();
    let words = line.split_whitespace().count();
    line.chars().count() <= 40 || words == 1 || line.trim_start().starts_with("cargo run ")
}

/// Runs a command under its condition, in an empty folder, with `$ROOT` for
/// the workbook, `$BIN` for our programs, `$TARGET` for cargo's folder, `$BOOK`
/// for a small book, and `$HERE` for the folder.
fn run(case: Case) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    fs::rename(small_book().keep(), here.join("book")).unwrap();
    fs::create_dir(here.join("book/target")).unwrap();
    fs::write(here.join("echo.py"), format!("{SERVER}{RIGHT}")).unwrap();
    let script = here.join("script");
    fs::write(&script, format!("{SHELL}{}{}\n", case.given, case.command)).unwrap();
    // With all that it started, also in the background.
    let mut sh = unkept("timeout");
    sh.arg("40");
    let script = script.display().to_string();
    match case.around {
        "terminal" => sh
            .args(["script", "--quiet", "--return", "/dev/null"])
            .args(["--command", &format!("exec sh '{script}'")]),
        "" | "alone" => sh.args(["sh", &script]),
        unshare => sh.args(unshare.split(' ')).args(["sh", &script]),
    };
    let bin = Path::new(env!("CARGO_BIN_EXE_workbook")).parent().unwrap();
    let path = std::env::var_os("PATH").unwrap();
    let folders = [bin.to_path_buf()].into_iter();
    let folders = folders.chain(std::env::split_paths(&path));
    sh.env("PATH", std::env::join_paths(folders).unwrap())
        .env("ROOT", root())
        .env("BIN", bin)
        .env("TARGET", bin.parent().unwrap())
        .env("BOOK", here.join("book"))
        .env("HERE", here)
        .current_dir(here);
    output_within(&mut sh, "", Duration::from_secs(50))
}
