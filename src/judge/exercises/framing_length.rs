//! `framing-length`: messages with their length in front, in both directions.

mod causes;
mod frames;

use std::time::Duration;

use causes::*;
use frames::{answer, answers_in, frame, sorted};

use crate::judge::bench::{self, Bench, QUIET, REPLY};
use crate::judge::bytes::{self, counted, shown};
use crate::judge::cause::{self, Cause};
use crate::judge::fault::{Fault, Stop};
use crate::judge::heard::Then;
use crate::judge::tcp::Tcp;
use crate::judge::unkind::{self, is_served};
use crate::judge::{Exercise, Rule, Ruling};

/// The longest message that is answered.
const LIMIT: usize = 1_048_576;
/// How long the end may take, before we look whether it comes at all.
const SOON: Duration = Duration::from_millis(300);

/// The exercise.
pub const EXERCISE: Exercise = Exercise {
    name: "framing-length",
    lesson: "framing",
    about: "A server that takes messages with a length in front, and answers each backwards.",
    rules: &[
        bench::SAYS_WHERE,
        Rule {
            says: "a message is answered with its bytes backwards",
            check: one_message,
        },
        Rule {
            says: "more messages of the same client are answered, too",
            check: more_messages,
        },
        Rule {
            says: "when the client ends its side, the server ends the connection, and serves the next",
            check: next,
        },
        Rule {
            says: "messages that come together get an answer each",
            check: together,
        },
        Rule {
            says: "a header that comes in pieces is one header",
            check: header_in_pieces,
        },
        Rule {
            says: "a body that comes in pieces is one body",
            check: body_in_pieces,
        },
        Rule {
            says: "a message of no bytes is a message",
            check: empty,
        },
        Rule {
            says: "bytes that are not text are answered backwards as they are",
            check: not_text,
        },
        Rule {
            says: "a message of 1,048,576 bytes is answered",
            check: longest,
        },
        Rule {
            says: "a longer one is not waited for: its length ends the connection",
            check: too_long,
        },
        Rule {
            says: "who leaves in the middle of a message gets no answer, and harms nobody",
            check: half,
        },
        Rule {
            says: "a client that breaks off harms nobody",
            check: breaks_off,
        },
        Rule {
            says: "many answers at once come whole and in order, also to a late reader",
            check: many_messages,
        },
        Rule {
            says: "ten clients that come at once are all served",
            check: many_clients,
        },
    ],
    causes: &[
        &cause::PRINTS_ITS_ARGUMENT,
        &LEAST_FIRST,
        &unkind::ONE_READ_IS_ALL,
        &unkind::ZERO_IS_A_PAUSE,
        &unkind::ONE_CLIENT_IS_ALL,
        &ONE_READ_IS_ONE_MESSAGE,
        &ONE_READ_IS_THE_HEADER,
        &ONE_READ_IS_THE_BODY,
        &EMPTY_IS_THE_END,
        &unkind::BYTES_ARE_TEXT,
        &A_LENGTH_IS_A_PROMISE,
        &unkind::EVERY_ERROR_IS_FATAL,
        &TWO_WRITES_ARE_ONE,
    ],
    hints: [
        "Two things come one after the other: always four bytes, and then as many as they say. What does a read return when only a part of that has arrived?",
        "read_exact waits until all of it is there, and tells an end in the middle by an error. Compare the length with the limit before you make room for it. Put header and body of the answer into one Vec, and write that.",
        "Loop: `read_exact(&mut header)`, or end; `length = u32::from_be_bytes(header)`; above 1,048,576: close; `let mut body = vec![0; length]`; `read_exact(&mut body)`; `body.reverse()`; `write_all(&[&header[..], &body[..]].concat())`. An error ends this client only.",
    ],
};

fn one_message(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let word = bench.word(5);
    let broken = is_served(bench, server, "client", &frame(&word), &answer(&word), None);
    let Err(Stop::Broken(fault)) = broken else {
        return broken;
    };
    if bench.has_ended() {
        return fault.stop();
    }
    // Does it understand a length from the other end? One that serves a client
    // after the other has to be done with the first.
    bench.open().lets_go();
    let mut client = Tcp::connect(bench, "client 2", server)?;
    let length = (word.len() as u32).to_le_bytes();
    client.offers(&[&length[..], &word].concat());
    let heard = client.hears(answer(&word).len());
    let understood = heard.bytes.ends_with(&answer(&word)[4..]);
    let got = match understood {
        true => format!("{}; and an answer to client 2", fault.got),
        false => fault.got,
    };
    Fault { got, ..*fault }
        .because_if(understood, &LEAST_FIRST)
        .stop()
}

fn more_messages(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let mut client = Tcp::connect(bench, "client", server)?;
    for (number, length) in [6, 1, 300, 9].into_iter().enumerate() {
        let word = bench.word(length);
        client.offers(&frame(&word));
        let heard = client.hears(length + 4).plainly();
        let over = number > 0 && heard.bytes.is_empty() && heard.is_over();
        heard
            .is("the client", &answer(&word))
            .map_err(|fault| fault.because_if(over, &unkind::ONE_READ_IS_ALL))?;
    }
    Ok(())
}

fn next(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let mut first = Tcp::connect(bench, "client 1", server)?;
    let word = bench.word(6);
    first.offers(&frame(&word));
    first.hears(10).is("client 1", &answer(&word))?;
    first.ends_its_side()?;
    unkind::hears_the_end(bench, &mut first)?;
    let cause = Some(&unkind::ONE_CLIENT_IS_ALL);
    is_served(
        bench,
        server,
        "client 2",
        &frame(&word),
        &answer(&word),
        cause,
    )
}

fn together(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let mut client = Tcp::connect(bench, "client", server)?;
    let words = [bench.word(4), bench.word(7), bench.word(5)];
    client.offers(&words.each_ref().map(|word| frame(word)).concat());
    let answers = words.each_ref().map(|word| answer(word)).concat();
    let heard = client.hears(answers.len()).plainly();
    // All bytes, but not in their places, come from more than one writer.
    let mixed = sorted(&heard.bytes) == sorted(&answers);
    heard.is("the client", &answers).map_err(|fault| {
        fault
            .because_if(mixed, &TWO_WRITES_ARE_ONE)
            .because_if(true, &ONE_READ_IS_ONE_MESSAGE)
    })?;
    Ok(())
}

fn header_in_pieces(bench: &mut Bench) -> Ruling {
    in_pieces(bench, &[1, 1, 1], &ONE_READ_IS_THE_HEADER)
}

fn body_in_pieces(bench: &mut Bench) -> Ruling {
    in_pieces(bench, &[4 + 3, 1, 1, 2], &ONE_READ_IS_THE_BODY)
}

/// The first bytes of a message, a pause, some more pieces, and then the rest.
fn in_pieces(bench: &mut Bench, pieces: &[usize], cause: &'static Cause) -> Ruling {
    let server = bench.serve()?;
    let mut client = Tcp::connect(bench, "client", server)?;
    let word = bench.word(9);
    let message = frame(&word);
    let (mut rest, mut pause) = (&message[..], QUIET);
    for length in pieces {
        let (piece, after) = rest.split_at(*length);
        rest = after;
        client.offers(piece);
        let early = client.hears_early(pause).plainly();
        if early.then != Then::Silence {
            return Fault::new("no answer before the message is whole", early.words())
                .because(cause)
                .stop();
        }
        pause = Duration::from_millis(2);
    }
    client.offers(rest);
    client
        .hears(message.len())
        .plainly()
        .is("the client", &answer(&word))
        .map_err(|fault| fault.because(cause))?;
    Ok(())
}

fn empty(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let mut client = Tcp::connect(bench, "client", server)?;
    for word in [Vec::new(), bench.word(6)] {
        client.offers(&frame(&word));
        let heard = client.hears(word.len() + 4).plainly();
        heard
            .is("the client", &answer(&word))
            .map_err(|fault| fault.because_if(heard.is_over(), &EMPTY_IS_THE_END))?;
    }
    Ok(())
}

fn not_text(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let mut client = Tcp::connect(bench, "client", server)?;
    let mut sent = bytes::any(&mut bench.random, 24);
    sent.extend_from_slice("\u{e9}\u{1f980}\r\n\0".as_bytes());
    client.offers(&frame(&sent));
    client
        .hears(sent.len() + 4)
        .plainly()
        .is("the client", &answer(&sent))
        .map_err(|fault| fault.because(&unkind::BYTES_ARE_TEXT))?;
    Ok(())
}

fn longest(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let mut client = Tcp::connect(bench, "client", server)?;
    let body = bytes::much(&mut bench.random, LIMIT);
    client.did(format!("sends a message of {}", counted(LIMIT)));
    // As a client would who waits for its answer before it goes on.
    let _ = client.pushes(&frame(&body));
    let heard = client.hears(LIMIT + 4).plainly();
    if heard.bytes != answer(&body) {
        let expected = format!("the client gets these {} backwards", counted(LIMIT));
        let got = match heard.bytes.len() {
            0 => heard.ending().into(),
            n if n < LIMIT + 4 => format!("only a part, then {}", heard.ending()),
            _ => "as many, but others".into(),
        };
        return Fault::new(expected, got).stop();
    }
    Ok(())
}

fn too_long(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let most = counted(LIMIT);
    let expected = format!("the end of the connection: a message has at most {most}");
    let broken = |got: String| {
        Fault::new(&expected, got)
            .because(&A_LENGTH_IS_A_PROMISE)
            .stop()
    };
    let mut first = Tcp::connect(bench, "client 1", server)?;
    first.offers(&[0xff; 4]);
    let huge = first.hears_early(SOON);
    if huge.then == Then::Enough {
        return broken(format!("an answer: {}", shown(&huge.bytes)));
    }
    first.closes();
    // Whoever waits for all those bytes shows it sooner by fewer of them.
    let mut second = Tcp::connect(bench, "client 2", server)?;
    second.did(format!("sends a message of {}", counted(LIMIT + 1)));
    let _ = second.pushes(&frame(&vec![b'x'; LIMIT + 1]));
    let heard = second.hears_early(REPLY);
    match heard.then {
        Then::Enough if huge.is_over() => return broken("an answer to client 2".into()),
        Then::Enough => {
            return broken("silence for client 1, and an answer to client 2".into());
        }
        Then::Silence => return broken("silence after the message of client 2".into()),
        Then::End | Then::Broken(_) => {}
    }
    if !huge.is_over() {
        // It was slow, or it believes in lengths that are very long.
        let mut third = Tcp::connect(bench, "client 3", server)?;
        third.offers(&[0xff; 4]);
        if !third.hears_early(REPLY).is_over() {
            return broken("silence, as if all these bytes would come".into());
        }
    }
    let (word, cause) = (bench.word(6), Some(&A_LENGTH_IS_A_PROMISE));
    is_served(
        bench,
        server,
        "client 4",
        &frame(&word),
        &answer(&word),
        cause,
    )
}

fn half(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let word = bench.word(10);
    for (name, length) in [("client 1", 1), ("client 2", 4 + 6)] {
        let mut client = Tcp::connect(bench, name, server)?;
        client.offers(&frame(&word)[..length]);
        client.ends_its_side()?;
        unkind::hears_the_end(bench, &mut client)?;
    }
    let cause = Some(&unkind::EVERY_ERROR_IS_FATAL);
    is_served(
        bench,
        server,
        "client 3",
        &frame(&word),
        &answer(&word),
        cause,
    )
}

fn breaks_off(bench: &mut Bench) -> Ruling {
    let (word, much) = (bench.word(7), frame(&[b'x'; 10_000]).repeat(30));
    let message = frame(&word);
    unkind::breaks_off(bench, &message, &answer(&word), &message[..6], &much)
}

fn many_messages(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let mut client = Tcp::connect(bench, "client", server)?;
    let bodies: Vec<_> = (0..60)
        .map(|_| {
            let length = bench.random.usize(50_000..150_000);
            bytes::much(&mut bench.random, length)
        })
        .collect();
    let all = |made: fn(&[u8]) -> Vec<u8>| -> Vec<Vec<u8>> {
        bodies.iter().map(|body| made(body)).collect()
    };
    let (sent, answers) = (all(frame).concat(), all(answer).concat());
    client.did("sends 60 long messages and ends its side, and reads when no more are taken");
    let heard = unkind::sends_all_and_reads_late(bench, &mut client, &sent, answers.len())?;
    if heard.bytes == answers {
        unkind::hears_the_end(bench, &mut client)?;
        return Ok(());
    }
    let expected = "the client gets 60 answers, whole and in order";
    let mut left = bodies.clone();
    let whole = answers_in(&heard.bytes).is_some_and(|got| {
        got.iter().all(|one| {
            let place = left.iter().position(|body| answer(body)[4..] == **one);
            place.map(|place| left.remove(place)).is_some()
        })
    });
    let less = heard.bytes.len() < answers.len();
    let got = match (less, whole) {
        (true, _) => format!("only a part of them, then {}", heard.ending()),
        (_, true) => "all of them, in another order".into(),
        _ => "an answer with bytes of another one in the middle".into(),
    };
    Fault::new(expected, got)
        .because_if(!less && !whole, &TWO_WRITES_ARE_ONE)
        .stop()
}

fn many_clients(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let words: Vec<_> = (1..=10).map(|length| bench.word(length)).collect();
    bench.did("clients 1 to 10 connect, send a message each, and end their side");
    let messages: Vec<_> = words.iter().map(|word| frame(word)).collect();
    let heard = unkind::all_at_once(server, &messages);
    for (number, (word, heard)) in (1..).zip(words.iter().zip(heard)) {
        heard.is(&format!("client {number}"), &answer(word))?;
    }
    Ok(())
}
