//! `sockets-get`: a client that sends a request and prints the whole answer.

use std::io::Write;
use std::net::Shutdown;
use std::time::{Duration, Instant};

use kit::belief;

use crate::judge::bench::{Bench, QUIET, REPLY, START, TICK};
use crate::judge::bytes::{any, difference, shown};
use crate::judge::cause::{ALWAYS_TEXT, Cause};
use crate::judge::fault::{Fault, Stop};
use crate::judge::listener::{Closed, Listener};
use crate::judge::program::words;
use crate::judge::tcp::Tcp;
use crate::judge::{Exercise, Rule, Ruling};

/// The exercise.
pub const EXERCISE: Exercise = Exercise {
    name: "sockets-get",
    lesson: "sockets",
    about: "A client that sends a request and prints the whole answer.",
    rules: &[
        Rule {
            says: "it connects and sends the line `get`",
            check: sends_the_line,
        },
        Rule {
            says: "it prints the answer, and nothing else",
            check: prints_the_answer,
        },
        Rule {
            says: "it ends with exit status 0 when the answer ends",
            check: ends,
        },
        Rule {
            says: "an answer longer than most buffers is printed whole",
            check: long_answer,
        },
        Rule {
            says: "an answer that comes in two parts is printed whole",
            check: two_parts,
        },
        Rule {
            says: "a letter whose bytes come apart is printed as that letter",
            check: split_letter,
        },
        Rule {
            says: "bytes that are not text are printed as they came",
            check: not_text,
        },
        Rule {
            says: "an empty answer is printed as nothing, and is no failure",
            check: empty,
        },
        Rule {
            says: "thousands of lines in pieces of all sizes are printed whole",
            check: thousands_of_lines,
        },
        Rule {
            says: "an answer that breaks off is a failure",
            check: breaks_off,
        },
        Rule {
            says: "it says so, and fails, if nobody listens at the address",
            check: nobody_listens,
        },
    ],
    causes: &[
        &SEND_IS_A_LINE,
        &PRINTLN_ADDS_NOTHING,
        &ZERO_IS_NOT_YET,
        &ONE_READ,
        &SHORT_READ,
        &READ_IS_TEXT,
        &ALWAYS_TEXT,
        &RESET_IS_THE_END,
        &NOTHING_TO_SAY,
    ],
    hints: [
        "How does the server know that your line is complete, and how do you know that its answer is? Neither side can see how often the other one calls write.",
        "A read returns what has come so far, 1 byte or thousands. Read again until it returns 0. Print bytes, not text: write_all to standard output.",
        r#"
    stream.write_all(b"get\n")?;
    loop {
        let length = stream.read(&mut buffer)?;
        if length == 0 {
            return Ok(());
        }
        out.write_all(&buffer[..length])?;
        out.flush()?;
    }
Errors leave main with `?`."#,
    ],
};

/// What a program has printed that has printed nothing.
const NOTHING: &str = "nothing";

/// The line is sent without its end.
const SEND_IS_A_LINE: Cause = Cause {
    name: "send-ends-the-line",
    says: "What I send with one call arrives as one message, so its end is clear.",
    truth: "the stream does not carry the ends of your calls: a line ends with its line feed, and the server waits for that.",
    belief: Some(&belief::M01),
    see: ("stream", "boundaries"),
};

/// A newline is printed after the answer.
const PRINTLN_ADDS_NOTHING: Cause = Cause {
    name: "println-adds-nothing",
    says: "println! prints just what I give it.",
    truth: "it adds a newline of its own, as print does in Python; print! (end='' in Python) adds none, and write_all to standard output (sys.stdout.buffer.write) takes any bytes.",
    belief: None,
    see: ("sockets", "descriptor"),
};

/// The end of the stream is taken for an empty moment.
const ZERO_IS_NOT_YET: Cause = Cause {
    name: "zero-is-nothing-yet",
    says: "A read that returns 0 only means that nothing has come yet.",
    truth: "a read waits for bytes by itself; 0 is the end of the stream, and nothing comes after it.",
    belief: Some(&belief::M27),
    see: ("closing", "end-of-stream"),
};

/// One read for everything.
const ONE_READ: Cause = Cause {
    name: "one-read-is-the-answer",
    says: "One read returns the whole answer.",
    truth: "a read returns what has come so far, at most as much as the buffer holds; the answer is whole when a read returns 0.",
    belief: Some(&belief::M02),
    see: ("stream", "pieces"),
};

/// A read that leaves room in the buffer counts as the last.
const SHORT_READ: Cause = Cause {
    name: "short-read-is-the-end",
    says: "A read that does not fill my buffer was the last one.",
    truth: "it returned what had come so far, and more may be on its way; only a read that returns 0 is the end.",
    belief: Some(&belief::M02),
    see: ("stream", "pieces"),
};

/// Each read is decoded by itself.
const READ_IS_TEXT: Cause = Cause {
    name: "decodes-each-read",
    says: "The bytes of one read can be decoded as text.",
    truth: "a read can end in the middle of a letter; print the bytes as they are, or decode when all have come.",
    belief: Some(&belief::M08),
    see: ("framing", "utf8"),
};

/// A reset counts as an end.
const RESET_IS_THE_END: Cause = Cause {
    name: "reset-is-an-end",
    says: "However the connection ends, the answer has ended.",
    truth: "a read that returns 0 is the end of the answer; one that fails says that the rest was lost, and whoever asked must be told.",
    belief: Some(&belief::M37),
    see: ("closing", "unread"),
};

/// A failure without a word.
const NOTHING_TO_SAY: Cause = Cause {
    name: "nothing-to-print",
    says: "Without a connection there is nothing to print, so I am done.",
    truth: "an empty answer looks just like that: only a message on standard error and another exit status tell the two apart.",
    belief: None,
    see: ("sockets", "wildcard"),
};

fn sends_the_line(bench: &mut Bench) -> Ruling {
    let mut server = asked(bench)?;
    // One that says more than the line says it before it reads.
    let more = server.hears_early(Duration::from_millis(1));
    match more.bytes.len() {
        0 => Ok(()),
        _ => {
            let got = format!("{} after the line", shown(&more.bytes));
            Fault::new("the server gets \"get\\n\" and no more", got).stop()
        }
    }
}

fn prints_the_answer(bench: &mut Bench) -> Ruling {
    let answer = bench.line(12);
    let mut server = asked(bench)?;
    says(&mut server, &answer);
    if let Err(fault) = whole(bench, &server, &answer) {
        // Who prints when all has come, and does not see that it has.
        let waits = !bench.has_ended() && fault.got == NOTHING;
        return fault.because_if(waits, &ZERO_IS_NOT_YET).stop();
    }
    // Who prints more does so before it ends, or waits again.
    bench.lets_it_work(QUIET)?;
    let soon = if bench.has_ended() { REPLY } else { TICK };
    let until = Instant::now() + soon;
    printed(bench, &answer, until, |out| out.len() > answer.len())?;
    Ok(())
}

fn ends(bench: &mut Bench) -> Ruling {
    let answer = bench.line(20);
    let mut server = asked(bench)?;
    says(&mut server, &answer);
    whole(bench, &server, &answer)?;
    succeeds(bench, &answer)
}

fn long_answer(bench: &mut Bench) -> Ruling {
    let mut answer = Vec::new();
    // Less than half a window, so that it travels as one segment and a reader
    // cannot catch up with its end.
    while answer.len() < 20_000 {
        answer.extend(bench.line(60));
    }
    let mut server = asked(bench)?;
    says(&mut server, &answer);
    whole(bench, &server, &answer).map_err(|fault| fault.because(&ONE_READ))?;
    succeeds(bench, &answer)
}

fn two_parts(bench: &mut Bench) -> Ruling {
    let parts = [bench.line(15), bench.line(18)];
    let mut server = asked(bench)?;
    says(&mut server, &parts[0]);
    server.waits_until_read(bench)?;
    says(&mut server, &parts[1]);
    let answer = parts.concat();
    whole(bench, &server, &answer).map_err(|fault| fault.because(&SHORT_READ))?;
    succeeds(bench, &answer)
}

fn split_letter(bench: &mut Bench) -> Ruling {
    let (before, after) = (bench.line(5), bench.line(6));
    let letter = bench.random.choice(["é", "ß", "€", "字", "🦀"]);
    let letter = letter.unwrap_or("é").as_bytes();
    let mut server = asked(bench)?;
    let parts = [
        [&before, &letter[..1]].concat(),
        [&letter[1..], &after].concat(),
    ];
    says(&mut server, &parts[0]);
    server.waits_until_read(bench)?;
    says(&mut server, &parts[1]);
    let answer = parts.concat();
    whole(bench, &server, &answer).map_err(|fault| fault.because(&READ_IS_TEXT))?;
    succeeds(bench, &answer)
}

fn not_text(bench: &mut Bench) -> Ruling {
    let mut answer = any(&mut bench.random, 30);
    answer.extend_from_slice(b"\xff\xfe\0\r\n");
    let mut server = asked(bench)?;
    says(&mut server, &answer);
    whole(bench, &server, &answer).map_err(|fault| fault.because(&ALWAYS_TEXT))?;
    succeeds(bench, &answer)
}

fn empty(bench: &mut Bench) -> Ruling {
    let server = asked(bench)?;
    whole(bench, &server, b"")?;
    succeeds(bench, b"")
}

fn thousands_of_lines(bench: &mut Bench) -> Ruling {
    let lines: Vec<_> = (0..3_000).map(|_| bench.line(40)).collect();
    let answer = lines.concat();
    let mut server = asked(bench)?;
    server.did("sends 3,000 lines in pieces of 1 to 3,000 bytes");
    let mut rest = &answer[..];
    while !rest.is_empty() {
        let length = bench.random.usize(1..=3_000).min(rest.len());
        // Who has gone already is told by what it printed.
        if server.stream.write_all(&rest[..length]).is_err() {
            break;
        }
        rest = &rest[length..];
    }
    whole(bench, &server, &answer)?;
    succeeds(bench, &answer)
}

fn breaks_off(bench: &mut Bench) -> Ruling {
    let answer = bench.line(25);
    let mut server = asked(bench)?;
    says(&mut server, &answer);
    server.waits_until_read(bench)?;
    server.resets()?;
    let expected = "it ends with an exit status other than 0: the answer is not whole";
    match bench.program()?.wait(Instant::now() + REPLY) {
        Some(status) if status.success() => Fault::new(expected, "exit status 0, as if it were")
            .because(&RESET_IS_THE_END)
            .stop(),
        Some(_) => Ok(()),
        None => Fault::new(expected, "it goes on, though its connection is gone")
            .because(&RESET_IS_THE_END)
            .stop(),
    }
}

fn nobody_listens(bench: &mut Bench) -> Ruling {
    let nobody = Closed::new()?;
    bench.start(&[&nobody.address.to_string()])?;
    bench.did("nobody listens there");
    let expected = "a message on standard error and an exit status other than 0";
    let Some(status) = bench.program()?.wait(Instant::now() + START) else {
        return Fault::new(expected, "it does not end").stop();
    };
    let silent = bench.program()?.last_words().is_empty();
    let got = match (status.success(), silent) {
        (false, false) => return Ok(()),
        (true, true) => "exit status 0, and not a word",
        (true, false) => "a message, but exit status 0",
        (false, true) => "another exit status, but not a word",
    };
    Fault::new(expected, got).because(&NOTHING_TO_SAY).stop()
}

/// Starts the program, and takes its request.
fn asked(bench: &mut Bench) -> Result<Tcp, Stop> {
    let listener = Listener::new()?;
    bench.start(&[&listener.address.to_string()])?;
    let mut server = listener.accept(bench, "the server")?;
    let heard = server.hears_line();
    let Err(fault) = heard.is("the server", b"get\n") else {
        return Ok(server);
    };
    fault
        .because_if(heard.bytes == b"get", &SEND_IS_A_LINE)
        .stop()
}

/// Sends; that the program has gone already is told by what it printed.
fn says(server: &mut Tcp, bytes: &[u8]) {
    server.did(format!("sends {}", shown(bytes)));
    let _ = server.stream.write_all(bytes);
}

/// Ends the answer; the rule is kept if it was printed.
fn whole(bench: &mut Bench, server: &Tcp, answer: &[u8]) -> Result<(), Fault> {
    server.did("ends its side");
    // A program that has gone already has no connection that could be ended.
    let _ = server.stream.shutdown(Shutdown::Write);
    let until = Instant::now() + REPLY;
    printed(bench, answer, until, |out| out.len() >= answer.len().max(1))
}

/// After the answer nothing more is printed, and the exit status is 0.
fn succeeds(bench: &mut Bench, answer: &[u8]) -> Ruling {
    let expected = "it ends with exit status 0";
    let until = Instant::now() + REPLY;
    printed(bench, answer, until, |out| out.len() > answer.len())?;
    match bench.program()?.wait(until) {
        Some(status) if status.success() => Ok(()),
        Some(status) => Fault::new(expected, words(&status)).stop(),
        None => Fault::new(expected, "it goes on, though the answer has ended")
            .because(&ZERO_IS_NOT_YET)
            .stop(),
    }
}

/// Whether just this was printed, once that is enough or standard output ends.
fn printed(
    bench: &mut Bench,
    answer: &[u8],
    until: Instant,
    enough: impl Fn(&[u8]) -> bool,
) -> Result<(), Fault> {
    let expected = match answer {
        [] => "it prints nothing".into(),
        _ => format!("it prints {}", shown(answer)),
    };
    let Ok(program) = bench.program() else {
        return Err(Fault::new(expected, NOTHING));
    };
    if program.shows(until, enough) == answer {
        return Ok(());
    }
    // It has got all there is, so it is about to print the rest and to end.
    program.wait(until);
    match program.shows(until, |_| false) {
        out if out == answer => Ok(()),
        [] => Err(Fault::new(expected, NOTHING)),
        out => {
            let newline = out.strip_prefix(answer) == Some(b"\n");
            let fault = Fault::new(expected, difference(answer, out));
            Err(fault.because_if(newline, &PRINTLN_ADDS_NOTHING))
        }
    }
}
