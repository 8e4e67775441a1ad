//! `udp-echo`: a server that sends each datagram back to whoever sent it.

use std::thread;
use std::time::Duration;

use kit::belief;

use crate::judge::announce;
use crate::judge::bench::{Bench, QUIET};
use crate::judge::bytes::{self, shown};
use crate::judge::cause::{self, ALWAYS_TEXT, Cause, SMALL_BUFFER};
use crate::judge::fault::{Fault, Stop};
use crate::judge::udp::{Datagram, Udp};
use crate::judge::{Exercise, Rule, Ruling, bench};

/// The exercise.
pub const EXERCISE: Exercise = Exercise {
    name: "udp-echo",
    lesson: "udp",
    about: "A server that sends each datagram back to whoever sent it.",
    rules: &[
        bench::SAYS_WHERE,
        Rule {
            says: "a datagram comes back as it was",
            check: comes_back,
        },
        Rule {
            says: "the reply comes from the address that was asked",
            check: from_the_same,
        },
        Rule {
            says: "a short datagram after a long one comes back short",
            check: short_after_long,
        },
        Rule {
            says: "a second client gets its own reply",
            check: second_client,
        },
        Rule {
            says: "two datagrams sent at once come back as two",
            check: two_at_once,
        },
        Rule {
            says: "an empty datagram comes back empty, and is not the end",
            check: empty,
        },
        Rule {
            says: "bytes that are not text come back as they were",
            check: not_text,
        },
        Rule {
            says: "the largest datagram comes back whole",
            check: largest,
        },
    ],
    causes: &[
        &cause::PRINTS_ITS_ARGUMENT,
        &FIRST_PEER,
        &WHOLE_BUFFER,
        &EMPTY_IS_THE_END,
        &SMALL_BUFFER,
        &ALWAYS_TEXT,
        &OTHER_SOCKET,
    ],
    hints: [
        "One socket serves everybody: recv_from tells who sent a datagram, send_to says who gets one. Which of the two addresses do you use for the reply?",
        "A datagram has a length of its own, from 0 to 65,507 bytes. What does recv_from return, which part of your buffer do you send, and how large must the buffer be?",
        r"
    let mut buffer = [0; 65507];
    loop {
        let (length, from) = socket.recv_from(&mut buffer)?;
        // send buffer[..length] back to `from`, with the same socket
    }",
    ],
};

/// The reply goes to the first client, whoever asked.
const FIRST_PEER: Cause = Cause {
    name: "reply-to-first-peer",
    says: "A server has a connection with the client that spoke first.",
    truth: "UDP has no connection: each datagram brings its sender's address, and the reply goes there.",
    belief: Some(&belief::M53),
    see: ("udp", "echo"),
};

/// The buffer goes back instead of the datagram.
const WHOLE_BUFFER: Cause = Cause {
    name: "buffer-is-the-message",
    says: "What I received is my buffer.",
    truth: "recv_from returns how many bytes of the buffer it has filled; the others are left over from before.",
    belief: None,
    see: ("udp", "boundaries"),
};

/// An empty datagram ends the server.
const EMPTY_IS_THE_END: Cause = Cause {
    name: "empty-is-the-end",
    says: "0 bytes received: the peer has closed.",
    truth: "that is TCP; a datagram of 0 bytes is a message like any other, and UDP has nothing to close.",
    belief: Some(&belief::M49),
    see: ("udp", "empty"),
};

/// The reply leaves from another socket.
const OTHER_SOCKET: Cause = Cause {
    name: "any-socket-replies",
    says: "Any socket of mine can send the reply.",
    truth: "a reply carries the address of the socket that sends it; a client that is connected to the one it asked never gets it.",
    belief: None,
    see: ("udp", "echo"),
};

/// Why a server in Python may leave out what is empty.
const ASYNCIO: &str = " (asyncio sends no empty datagrams before Python 3.13; a plain socket does)";

fn comes_back(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let client = Udp::new(bench, "client")?;
    for length in [9, 1, 30] {
        let sent = bench.word(length);
        client.sends(&sent, server)?;
        let heard = client.hears(bench)?;
        heard
            .carries("the client", &sent)
            .map_err(|fault| fault.because_if(starts_with_more(&heard, &sent), &WHOLE_BUFFER))?;
    }
    Ok(())
}

fn from_the_same(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let client = Udp::new(bench, "client")?;
    let sent = bench.word(7);
    client.sends(&sent, server)?;
    let heard = client.hears(bench)?;
    heard
        .is("the client", &sent, server)
        .map_err(|fault| fault.because(&OTHER_SOCKET))?;
    Ok(())
}

fn short_after_long(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let client = Udp::new(bench, "client")?;
    for length in [600, 3] {
        let sent = bench.word(length);
        client.sends(&sent, server)?;
        let heard = client.hears(bench)?;
        heard.is("the client", &sent, server).map_err(|fault| {
            fault
                .because_if(starts_with_more(&heard, &sent), &WHOLE_BUFFER)
                .because_if(is_cut(&heard, &sent), &SMALL_BUFFER)
        })?;
    }
    Ok(())
}

fn second_client(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let first = Udp::new(bench, "client 1")?;
    let second = Udp::new(bench, "client 2")?;
    let (a, b) = (bench.word(6), bench.word(7));
    first.sends(&a, server)?;
    first.hears(bench)?.is("client 1", &a, server)?;
    second.sends(&b, server)?;
    let heard = second.hears(bench)?;
    let Err(fault) = heard.is("client 2", &b, server) else {
        return Ok(());
    };
    let elsewhere = first.hears_within(bench, QUIET)?;
    match elsewhere {
        Datagram::Came(bytes, _) if bytes == b => Fault {
            got: format!("{}; client 1 got them instead", fault.got),
            ..fault
        }
        .because(&FIRST_PEER)
        .stop(),
        // A connected socket hears nobody but its peer.
        _ => fault.because_if(!bench.has_ended(), &FIRST_PEER).stop(),
    }
}

fn two_at_once(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let client = Udp::new(bench, "client")?;
    let sent = [bench.word(5), bench.word(8)];
    for one in &sent {
        client.sends(one, server)?;
    }
    for one in &sent {
        client.hears(bench)?.is("the client", one, server)?;
    }
    Ok(())
}

fn empty(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let client = Udp::new(bench, "client")?;
    client.sends(b"", server)?;
    let sent = bench.word(6);
    let heard = client.hears(bench)?;
    if let Err(fault) = heard.is("the client", b"", server) {
        // Whoever takes it for the end does not serve any more.
        let next = match heard {
            Datagram::Silence => {
                client.sends(&sent, server)?;
                client.hears(bench)?
            }
            other => other,
        };
        return match next.is("the client", &sent, server) {
            Ok(()) => {
                let why = match bench.is_python() && polls(bench)? {
                    true => ASYNCIO,
                    false => "",
                };
                let after = format!("but {} came back after that{why}", shown(&sent));
                let got = format!("{}; {after}", fault.got);
                Fault { got, ..fault }.stop()
            }
            Err(_) => fault.because(&EMPTY_IS_THE_END).stop(),
        };
    }
    client.sends(&sent, server)?;
    client
        .hears(bench)?
        .is("the client", &sent, server)
        .map_err(|fault| fault.because(&EMPTY_IS_THE_END))?;
    Ok(())
}

/// Whether the program waits for many sockets in one call, as asyncio does.
fn polls(bench: &mut Bench) -> Result<bool, Stop> {
    // It has answered just now, and may be on its way to that call.
    for _ in 0..20 {
        if bench
            .program()?
            .waits_in()
            .iter()
            .any(|call| announce::polls(call))
        {
            return Ok(true);
        }
        thread::sleep(Duration::from_millis(20));
    }
    Ok(false)
}

fn not_text(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let client = Udp::new(bench, "client")?;
    let mut sent = bytes::any(&mut bench.random, 40);
    sent.extend_from_slice(b"\xff\xfe\0\r\n");
    client.sends(&sent, server)?;
    client
        .hears(bench)?
        .is("the client", &sent, server)
        .map_err(|fault| fault.because(&ALWAYS_TEXT))?;
    Ok(())
}

fn largest(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let client = Udp::new(bench, "client")?;
    for length in [9_000, 65_507] {
        let sent = bytes::word(&mut bench.random, length);
        client.sends(&sent, server)?;
        let heard = client.hears(bench)?;
        if let Datagram::Came(got, _) = &heard
            && *got != sent
        {
            let expected = format!("the client gets {} back", bytes::counted(length));
            return Fault::new(expected, bytes::difference(&sent, got))
                .because_if(is_cut(&heard, &sent), &SMALL_BUFFER)
                .stop();
        }
        heard
            .is("the client", &sent, server)
            .map_err(|fault| fault.because(&SMALL_BUFFER))?;
    }
    Ok(())
}

/// Whether the datagram came back with something after it.
fn starts_with_more(heard: &Datagram, sent: &[u8]) -> bool {
    matches!(heard, Datagram::Came(got, _) if got.len() > sent.len() && got.starts_with(sent))
}

/// Whether only the beginning came back.
fn is_cut(heard: &Datagram, sent: &[u8]) -> bool {
    matches!(heard, Datagram::Came(got, _) if got.len() < sent.len() && sent.starts_with(got))
}
