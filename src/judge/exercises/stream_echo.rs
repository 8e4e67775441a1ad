//! `stream-echo`: a server that sends back every byte, until its client ends.

use crate::judge::bench::Bench;
use crate::judge::bytes::{self, counted};
use crate::judge::cause;
use crate::judge::fault::{Fault, Stop};
use crate::judge::heard::Heard;
use crate::judge::tcp::Tcp;
use crate::judge::unkind::{self, is_served};
use crate::judge::{Exercise, Rule, Ruling, bench};

/// The exercise.
pub const EXERCISE: Exercise = Exercise {
    name: "stream-echo",
    lesson: "stream",
    about: "A server that sends back every byte, until its client ends.",
    rules: &[
        bench::SAYS_WHERE,
        Rule {
            says: "what a client sends comes back",
            check: comes_back,
        },
        Rule {
            says: "what the client sends after that comes back, too",
            check: comes_back_again,
        },
        Rule {
            says: "when the client ends its side, the server ends the connection",
            check: ends,
        },
        Rule {
            says: "the next client is served as the first one was",
            check: next,
        },
        Rule {
            says: "a client that comes and leaves without a word harms nobody",
            check: without_a_word,
        },
        Rule {
            says: "bytes that are not text come back as they were, one at a time",
            check: not_text,
        },
        Rule {
            says: "a client that breaks off harms nobody",
            check: breaks_off,
        },
        Rule {
            says: "ten million bytes come back whole to a client that reads late",
            check: reads_late,
        },
        Rule {
            says: "ten clients that come at once are all served",
            check: many,
        },
    ],
    causes: &[
        &cause::PRINTS_ITS_ARGUMENT,
        &unkind::ONE_READ_IS_ALL,
        &unkind::ZERO_IS_A_PAUSE,
        &unkind::ONE_CLIENT_IS_ALL,
        &unkind::BYTES_ARE_TEXT,
        &unkind::EVERY_ERROR_IS_FATAL,
        &unkind::A_WRITE_TAKES_ALL,
    ],
    hints: [
        "Two loops, one in the other: the outer one accepts clients, the inner one reads from the client and writes back. When does each of them end?",
        "The inner loop ends when read returns 0, and also when read or write fails: that is the end of this client, never of the server. Does your write take all that it is given?",
        r"
    for stream in listener.incoming() {
        let Ok(mut stream) = stream else { continue };
        while let Ok(length @ 1..) = stream.read(&mut buffer) {
            if stream.write_all(&buffer[..length]).is_err() {
                break;
            }
        }
    }",
    ],
};

fn comes_back(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let word = bench.word(9);
    is_served(bench, server, "client", &word, &word, None)
}

fn comes_back_again(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let mut client = Tcp::connect(bench, "client", server)?;
    echoes(bench, &mut client, 6)?.1?;
    for length in [8, 1, 30] {
        let (heard, ruling) = echoes(bench, &mut client, length)?;
        let over = heard.bytes.is_empty() && heard.is_over();
        ruling.map_err(|fault| fault.because_if(over, &unkind::ONE_READ_IS_ALL))?;
    }
    Ok(())
}

fn ends(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let mut client = Tcp::connect(bench, "client", server)?;
    let sent = bench.word(12);
    client.sends(&sent)?;
    client.ends_its_side()?;
    client.hears(sent.len()).is("the client", &sent)?;
    unkind::hears_the_end(bench, &mut client)?;
    Ok(())
}

fn next(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let mut first = Tcp::connect(bench, "client 1", server)?;
    echoes(bench, &mut first, 6)?.1?;
    first.ends_its_side()?;
    unkind::hears_the_end(bench, &mut first)?;
    let word = bench.word(7);
    is_served(
        bench,
        server,
        "client 2",
        &word,
        &word,
        Some(&unkind::ONE_CLIENT_IS_ALL),
    )
}

fn without_a_word(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let first = Tcp::connect(bench, "client 1", server)?;
    first.closes();
    let word = bench.word(7);
    is_served(
        bench,
        server,
        "client 2",
        &word,
        &word,
        Some(&unkind::ZERO_IS_A_PAUSE),
    )
}

fn not_text(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let mut client = Tcp::connect(bench, "client", server)?;
    let mut sent = bytes::any(&mut bench.random, 20);
    sent.extend_from_slice("\u{e9}\u{1f980}".as_bytes());
    sent.extend_from_slice(b"\xff\xfe\0\r\n");
    client.offers_in_pieces(&sent, 1);
    client
        .hears(sent.len())
        .plainly()
        .is("the client", &sent)
        .map_err(|fault| fault.because(&unkind::BYTES_ARE_TEXT))?;
    Ok(())
}

fn breaks_off(bench: &mut Bench) -> Ruling {
    let (word, much) = (bench.word(7), bytes::much(&mut bench.random, 300_000));
    unkind::breaks_off(bench, &word, &word, b"", &much)
}

fn reads_late(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let mut client = Tcp::connect(bench, "client", server)?;
    let sent = bytes::much(&mut bench.random, 10_000_000);
    client.did(format!(
        "sends {} and ends its side, and reads when no more are taken",
        counted(sent.len())
    ));
    let heard = unkind::sends_all_and_reads_late(bench, &mut client, &sent, sent.len())?;
    if heard.bytes != sent {
        let expected = format!("the client gets all {} back", counted(sent.len()));
        let less = heard.bytes.len() < sent.len();
        let got = match less {
            true => format!("only a part of them, then {}", heard.ending()),
            false => "as many, but not the same".into(),
        };
        return Fault::new(expected, got)
            .because_if(less, &unkind::A_WRITE_TAKES_ALL)
            .stop();
    }
    unkind::hears_the_end(bench, &mut client)?;
    Ok(())
}

fn many(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let words: Vec<_> = (0..10).map(|_| bench.word(40)).collect();
    bench.did("clients 1 to 10 connect, send 40 bytes each, and end their side");
    let answers = unkind::all_at_once(server, &words);
    for (number, (word, heard)) in (1..).zip(words.iter().zip(answers)) {
        heard.is(&format!("client {number}"), word)?;
    }
    Ok(())
}

/// Sends a word, and hears as much.
fn echoes(
    bench: &mut Bench,
    client: &mut Tcp,
    length: usize,
) -> Result<(Heard, Result<(), Fault>), Stop> {
    let sent = bench.word(length);
    client.offers(&sent);
    let heard = client.hears(length).plainly();
    let ruling = heard.is("the client", &sent);
    Ok((heard, ruling))
}
