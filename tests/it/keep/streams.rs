//! What a program writes, and what is typed to it.

use super::kept::{How, Limits, Stream, Wrote};
use super::mark::{Mark, SOON, all, line, soon, wait, wide};
use std::fs;
use std::time::{Duration, Instant};

#[test]
fn a_flood_is_passed_on_to_its_limit_and_then_read_and_dropped() {
    let mark = Mark::new();
    let limits = Limits {
        time: Duration::from_millis(500),
        output_bytes: 100_000,
        lines: 1_000_000,
        ..wide()
    };
    for (script, stream) in [
        ("yes", Stream::Out),
        ("yes >&2", Stream::Err),
        ("yes '' | tr -d '\\0'", Stream::Out),
        ("tr '\\0' x < /dev/zero", Stream::Out),
        ("tr '\\0' x < /dev/zero >&2", Stream::Err),
    ] {
        let mut program = mark.start(script, &limits);
        let seen = all(&mut program);
        let bytes: usize = seen
            .iter()
            .map(|wrote| match wrote {
                Wrote::Out(line) | Wrote::Err(line) => line.len() + 1,
                _ => 0,
            })
            .sum();
        let floods = seen
            .iter()
            .filter(|wrote| **wrote == Wrote::Flood(stream))
            .count();
        assert!(bytes <= limits.output_bytes + 1, "{script}: {bytes}");
        assert_eq!(floods, 1, "{script}");
        assert!(program.unfinished().len() <= 200);
        // It was never stopped by a full pipe: it wrote on until its time was over.
        let ended = program.ended().unwrap();
        assert_eq!(
            ended.limit.as_deref(),
            Some("ran for more than 0.5 s"),
            "{script}"
        );
    }
}

#[test]
fn lines_are_limited_in_number_and_length() {
    let mark = Mark::new();
    let limits = Limits {
        lines: 3,
        line_bytes: 4,
        ..wide()
    };
    let mut program = mark.start("echo abcdefg; echo ab; echo; echo d; echo e", &limits);
    let lines = ["abcd", "ab", ""].map(|line| Wrote::Out(line.into()));
    let seen = all(&mut program);
    assert_eq!(seen[..3], lines);
    assert_eq!(seen[3], Wrote::Flood(Stream::Out));
    assert_eq!(seen.len(), 7, "{seen:?}");
}

#[test]
fn what_a_program_does_is_told_in_order() {
    let mark = Mark::new();
    let mut program = mark.start("echo $PYTHONUNBUFFERED; printf end; exit 2", &wide());
    let seen = all(&mut program);
    let outs: Vec<&Wrote> = seen.iter().filter(|w| matches!(w, Wrote::Out(_))).collect();
    assert_eq!(outs, [&Wrote::Out("1".into()), &Wrote::Out("end".into())]);
    let closed = |stream| {
        seen.iter()
            .position(|w| *w == Wrote::Closed(stream))
            .unwrap()
    };
    assert!(closed(Stream::Out) >= 2 && closed(Stream::Err) < seen.len() - 1);
    assert_eq!(program.wrote(soon()), None, "nothing follows the end");
}

#[test]
fn a_program_that_closes_its_output_is_seen_to_while_it_lives() {
    let mark = Mark::new();
    let mut program = mark.start("exec >&- ; exec sleep 1000", &wide());
    assert_eq!(program.wrote(soon()), Some(Wrote::Closed(Stream::Out)));
    assert_eq!(program.ended(), None);
    let moment = Instant::now() + Duration::from_millis(20);
    assert_eq!(program.wrote(moment), None);
    assert_eq!(mark.alive(), ["sleep 1000 "]);
}

#[test]
fn a_line_without_an_end_can_be_seen() {
    let mark = Mark::new();
    let program = mark.start("printf 'listening on'; exec sleep 1000", &wide());
    wait(SOON, "the words are seen", || {
        program.unfinished() == b"listening on"
    });
}

#[test]
fn last_words_are_few_short_and_harmless() {
    let mark = Mark::new();
    let script = r"i=0; while [ $i -lt 20 ]; do echo line $i >&2; i=$((i+1)); done
        printf '\033[2J\033]0;title\007\r\377 evil\n' >&2
        head -c 5000 /dev/zero | tr '\0' '\033' >&2";
    let program = mark.start(script, &wide());
    program.wait(soon()).unwrap();
    let words = program.last_words();
    assert_eq!(words.len(), 8, "{words:?}");
    assert_eq!(words[5], "line 19");
    assert_eq!(words[6], "\\u{1b}[2J\\u{1b}]0;title\\u{7}\\r\u{fffd} evil");
    assert!(words[7].ends_with("..."), "{words:?}");
    assert!(
        words.iter().all(|line| line.chars().count() <= 200),
        "{words:?}"
    );
    assert!(
        !words.iter().any(|line| line.contains('\u{1b}')),
        "{words:?}"
    );
}

#[test]
fn what_is_typed_is_read_and_its_end_is_seen() {
    let mark = Mark::new();
    let mut program = mark.start("exec cat", &wide());
    assert!(program.type_line("one"));
    assert_eq!(line(&mut program), "one");
    assert!(program.type_line("two"));
    program.close_stdin();
    assert!(!program.type_line("three"));
    assert_eq!(line(&mut program), "two");
    assert_eq!(program.wait(soon()).unwrap().how, How::Exit(0));
}

#[test]
fn a_program_that_does_not_read_keeps_nobody_waiting() {
    let mark = Mark::new();
    let program = mark.start("exec sleep 1000", &wide());
    let started = Instant::now();
    let typed = (0..300).filter(|_| program.write(&[b'x'; 100_000])).count();
    assert!((165..=170).contains(&typed), "{typed} times");
    assert!(started.elapsed() < SOON);
}

#[test]
fn a_pipe_that_somebody_else_holds_delays_nobody() {
    let mark = Mark::new();
    let mut program = mark.start("echo ready; exec sleep 1000", &wide());
    assert_eq!(line(&mut program), "ready");
    let path = format!("/proc/{}/fd/1", program.id());
    let held = fs::OpenOptions::new().append(true).open(path).unwrap();
    program.kill();
    let ended = program.wait(soon()).unwrap();
    assert_eq!(ended.how, How::Signal(9));
    drop(held);
}
