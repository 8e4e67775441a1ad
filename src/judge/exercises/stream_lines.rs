//! `stream-lines`: a server that answers each line with its length.

mod causes;

use crate::judge::bench::{self, Bench, QUIET};
use crate::judge::bytes;
use crate::judge::cause;
use crate::judge::fault::Fault;
use crate::judge::heard::{Heard, Then};
use crate::judge::tcp::Tcp;
use crate::judge::unkind::{self, is_served};
use crate::judge::{Exercise, Rule, Ruling};
use causes::{
    A_LETTER_IS_A_BYTE, A_LINE_HAS_ITS_NEWLINE, A_LINE_HAS_ONE_END, A_NEWLINE_COMES_LAST,
    A_READ_BRINGS_ONE_LINE, A_READER_FOR_EACH_LINE, EMPTY_IS_THE_END, EVERY_LINE_ENDS,
    ONE_READ_IS_ONE_LINE, TRIM_TAKES_THE_NEWLINE,
};

/// The longest line that is answered, without its newline.
const LIMIT: usize = 65_536;

/// The exercise.
pub const EXERCISE: Exercise = Exercise {
    name: "stream-lines",
    lesson: "stream",
    about: "A server that answers each line with the number of its bytes.",
    rules: &[
        bench::SAYS_WHERE,
        Rule {
            says: "a line is answered with its length",
            check: one_line,
        },
        Rule {
            says: "more lines of the same client are answered, too",
            check: more_lines,
        },
        Rule {
            says: "the next client is served as the first one was",
            check: next,
        },
        Rule {
            says: "a line that comes in pieces gets one answer",
            check: in_pieces,
        },
        Rule {
            says: "two lines that come together get two answers",
            check: together,
        },
        Rule {
            says: "a last line without a newline is answered, and then comes the end",
            check: last_line,
        },
        Rule {
            says: "an empty line has 0 bytes, and every byte but the newline counts",
            check: every_byte,
        },
        Rule {
            says: "what counts are bytes, also where they are no text",
            check: not_text,
        },
        Rule {
            says: "three thousand lines at once get their answers in order",
            check: thousands,
        },
        Rule {
            says: "a line of 65,536 bytes is answered, a longer one ends its connection",
            check: limit,
        },
        Rule {
            says: "a client that breaks off harms nobody",
            check: breaks_off,
        },
        Rule {
            says: "ten clients that come at once are all served",
            check: many,
        },
    ],
    causes: &[
        &cause::PRINTS_ITS_ARGUMENT,
        &unkind::ONE_READ_IS_ALL,
        &unkind::ONE_CLIENT_IS_ALL,
        &ONE_READ_IS_ONE_LINE,
        &A_NEWLINE_COMES_LAST,
        &A_READER_FOR_EACH_LINE,
        &A_READ_BRINGS_ONE_LINE,
        &A_LINE_HAS_ITS_NEWLINE,
        &unkind::ZERO_IS_A_PAUSE,
        &EMPTY_IS_THE_END,
        &TRIM_TAKES_THE_NEWLINE,
        &A_LINE_HAS_ONE_END,
        &A_LETTER_IS_A_BYTE,
        &unkind::BYTES_ARE_TEXT,
        &EVERY_LINE_ENDS,
        &unkind::EVERY_ERROR_IS_FATAL,
    ],
    hints: [
        "A read may bring half a line, or two and a half. Where do you keep what is not a whole line yet, and what do you do with all that is?",
        "One BufReader for each connection, for as long as it lives, cuts lines out of the stream; read_until(b'\\n') counts bytes and takes what is no text. What does it return at the end, and what if no newline ever comes?",
        "Loop: `reader.by_ref().take(65_537).read_until(b'\\n', &mut line)`; 0 bytes: the end. Take off the b'\\n' if it is there; longer than 65,536 without it: close. Write the length and a newline, clear the line. An error ends this client only.",
    ],
};

fn one_line(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let line = bench.line(12);
    is_served(bench, server, "client", &line, b"12\n", None)
}

fn more_lines(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let mut client = Tcp::connect(bench, "client", server)?;
    for (number, length) in [11, 3, 40, 1].into_iter().enumerate() {
        client.offers(&bench.line(length));
        let heard = client.hears_line().plainly();
        let over = number > 0 && heard.bytes.is_empty() && heard.is_over();
        is_answer(&heard, length)
            .map_err(|fault| fault.because_if(over, &unkind::ONE_READ_IS_ALL))?;
    }
    Ok(())
}

fn next(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let mut first = Tcp::connect(bench, "client 1", server)?;
    first.offers(&bench.line(6));
    is_answer(&first.hears_line(), 6)?;
    first.ends_its_side()?;
    unkind::hears_the_end(bench, &mut first)?;
    let (line, cause) = (bench.line(10), Some(&unkind::ONE_CLIENT_IS_ALL));
    is_served(bench, server, "client 2", &line, b"10\n", cause)
}

fn in_pieces(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let mut client = Tcp::connect(bench, "client", server)?;
    let line = bench.line(14);
    client.offers(&line[..5]);
    let early = client.hears_early(QUIET).plainly();
    if early.then != Then::Silence {
        return Fault::new("no answer before the line has its newline", early.words())
            .because(&ONE_READ_IS_ONE_LINE)
            .stop();
    }
    client.offers(&line[5..9]);
    client.offers_in_pieces(&line[9..], 1);
    let heard = client.hears_line().plainly();
    is_answer(&heard, 14).map_err(|fault| fault.because(&ONE_READ_IS_ONE_LINE))?;
    Ok(())
}

fn together(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let mut client = Tcp::connect(bench, "client", server)?;
    let lines = [bench.line(4), bench.line(7)].concat();
    client.offers(&lines);
    let first = client.hears_line().plainly();
    let joined = number(&first).is_some_and(|length| length > 7);
    is_answer(&first, 4).map_err(|fault| fault.because_if(joined, &A_NEWLINE_COMES_LAST))?;
    let second = client.hears_line().plainly();
    let Err(fault) = is_answer(&second, 7) else {
        return Ok(());
    };
    if second.then != Then::Silence {
        return fault.stop();
    }
    // Is the second line lost, or does it wait for a third?
    client.offers(&bench.line(9));
    let third = number(&client.hears_line());
    let got = match third {
        Some(9) => "silence; and after a third line the answer to that, so the second is lost",
        Some(7) => "silence, until a third line was sent",
        _ => "silence, also after a third line",
    };
    Fault {
        got: got.into(),
        ..fault
    }
    .because_if(third == Some(9), &A_READER_FOR_EACH_LINE)
    .because_if(third == Some(7), &A_READ_BRINGS_ONE_LINE)
    .stop()
}

fn last_line(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    for (end, cause) in [("", Some(&A_LINE_HAS_ITS_NEWLINE)), ("\n", None)] {
        let mut client = Tcp::connect(bench, "client", server)?;
        let mut sent = bench.line(5);
        sent.extend(bench.word(8));
        sent.extend(end.bytes());
        client.offers(&sent);
        is_answer(&client.hears_line().plainly(), 5)?;
        client.ends_its_side()?;
        let heard = client.hears_line().plainly();
        if let Err(fault) = is_answer(&heard, 8) {
            return Fault { cause, ..fault }.stop();
        }
        unkind::hears_the_end(bench, &mut client)?;
    }
    Ok(())
}

fn every_byte(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let mut client = Tcp::connect(bench, "client", server)?;
    client.offers(b"\n");
    let heard = client.hears_line().plainly();
    is_answer(&heard, 0).map_err(|fault| fault.because_if(heard.is_over(), &EMPTY_IS_THE_END))?;
    for (before, after, cause) in [
        ("  ", " \t", Some(&TRIM_TAKES_THE_NEWLINE)),
        ("", "\r", Some(&A_LINE_HAS_ONE_END)),
        ("\0", "\0", None),
    ] {
        let word = bench.word(6);
        let sent = [before.as_bytes(), &word, after.as_bytes(), b"\n"].concat();
        client.offers(&sent);
        let heard = client.hears_line().plainly();
        let length = sent.len() - 1;
        let fewer = number(&heard).is_some_and(|number| number < length);
        is_answer(&heard, length).map_err(|fault| Fault {
            cause: cause.filter(|_| fewer),
            ..fault
        })?;
    }
    Ok(())
}

fn not_text(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let mut client = Tcp::connect(bench, "client", server)?;
    let text = format!("gr\u{fc}n {} \u{1f980}", bytes::text(&mut bench.random, 6));
    // One byte at a time: each character in pieces.
    client.offers_in_pieces(format!("{text}\n").as_bytes(), 1);
    let heard = client.hears_line().plainly();
    let letters = number(&heard) == Some(text.chars().count());
    is_answer(&heard, text.len()).map_err(|fault| {
        fault
            .because_if(letters, &A_LETTER_IS_A_BYTE)
            .because_if(true, &unkind::BYTES_ARE_TEXT)
    })?;
    let mut sent = bytes::any(&mut bench.random, 30);
    sent.retain(|byte| *byte != b'\n');
    sent.extend_from_slice(b"\xff\xfe");
    client.offers(&[&sent[..], b"\n"].concat());
    is_answer(&client.hears_line().plainly(), sent.len())
        .map_err(|fault| fault.because(&unkind::BYTES_ARE_TEXT))?;
    Ok(())
}

fn thousands(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let mut client = Tcp::connect(bench, "client", server)?;
    let letters = bench.word(300);
    let lengths: Vec<usize> = (0..3000).map(|_| bench.random.usize(..300)).collect();
    let lines: Vec<&[u8]> = lengths.iter().map(|length| &letters[..*length]).collect();
    let sent = [&lines.join(&b'\n')[..], b"\n"].concat();
    let answers: String = lengths.iter().map(|length| format!("{length}\n")).collect();
    client.did("sends 3,000 lines and ends its side, and reads when no more are taken");
    let heard = unkind::sends_all_and_reads_late(bench, &mut client, &sent, answers.len())?;
    if heard.bytes != answers.as_bytes() {
        let got = match heard.bytes.len() < answers.len() {
            true => format!("less than that, then {}", heard.ending()),
            false => "others".into(),
        };
        return Fault::new(
            "the client gets 3,000 answers, in the order of its lines",
            got,
        )
        .stop();
    }
    unkind::hears_the_end(bench, &mut client)?;
    Ok(())
}

fn limit(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let mut client = Tcp::connect(bench, "client 1", server)?;
    client.offers(&bench.line(LIMIT));
    is_answer(&client.hears_line().plainly(), LIMIT)?;
    client.closes();
    // With its newline, so that whoever takes it shows it; then without one.
    for (name, length, end) in [("client 2", 1_000_000, "\n"), ("client 3", 70_000, "")] {
        let mut client = Tcp::connect(bench, name, server)?;
        let sent = [&b"x".repeat(length)[..], end.as_bytes()].concat();
        client.offers(&sent);
        let heard = client.hears_line().plainly();
        if !heard.is_over() {
            let limit = kit::grouped(LIMIT);
            let expected = format!("the end of the connection: a line has at most {limit} bytes");
            return Fault::new(expected, heard.words())
                .because(&EVERY_LINE_ENDS)
                .stop();
        }
    }
    let (line, cause) = (bench.line(10), Some(&unkind::EVERY_ERROR_IS_FATAL));
    is_served(bench, server, "client 4", &line, b"10\n", cause)
}

fn breaks_off(bench: &mut Bench) -> Ruling {
    let (line, half) = (bench.line(11), bench.word(5));
    unkind::breaks_off(bench, &line, b"11\n", &half, &b"x\n".repeat(20_000))
}

fn many(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let lines: Vec<_> = (11..21).map(|length| bench.line(length)).collect();
    bench.did("clients 1 to 10 connect, send a line each, and end their side");
    let answers = unkind::all_at_once(server, &lines);
    for (number, (line, heard)) in (1..).zip(lines.iter().zip(answers)) {
        let expected = format!("{}\n", line.len() - 1);
        heard.is(&format!("client {number}"), expected.as_bytes())?;
    }
    Ok(())
}

/// The rule is kept if this is the answer to a line of so many bytes.
fn is_answer(heard: &Heard, length: usize) -> Result<(), Fault> {
    heard.is("the client", format!("{length}\n").as_bytes())
}

/// The number in an answer.
fn number(heard: &Heard) -> Option<usize> {
    str::from_utf8(&heard.bytes).ok()?.trim_end().parse().ok()
}
