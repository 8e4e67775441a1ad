//! What unkind clients do to a server: read late, break off, leave.

use std::io::{self, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use kit::belief;
use socket2::SockRef;

use super::Ruling;
use super::bench::{Bench, Patience, QUIET, REPLY};
use super::bytes::shown;
use super::cause::Cause;
use super::fault::{Fault, Stop};
use super::heard::{self, Heard, Then, WHOLE};
use super::tcp::{Tcp, who};

/// How long nothing moves when a program waits for a client to read.
const STALL: Duration = Duration::from_millis(100);
/// How much a client that reads late can keep on each way.
const QUEUE: usize = 128 * 1024;
/// Whoever takes so much of a processor after the end does not wait for anything.
const BUSY: Duration = Duration::from_millis(150);
/// As much says the same where others want the processor, too, and the time is
/// over: who waits takes none.
const BUSY_AMONG_OTHERS: Duration = Duration::from_millis(30);

/// Somebody ends the server with a connection that failed.
pub const EVERY_ERROR_IS_FATAL: Cause = Cause {
    name: "every-error-is-fatal",
    says: "When a call on a connection fails, something is wrong with my server.",
    truth: "a client that breaks off makes the calls on its own connection fail (ECONNRESET, EPIPE), and the server goes on with the others.",
    belief: Some(&belief::M37),
    see: ("closing", "unread"),
};

/// Somebody takes the end of the stream for a pause.
pub const ZERO_IS_A_PAUSE: Cause = Cause {
    name: "zero-is-a-pause",
    says: "A read that returns 0 only means that nothing has come yet.",
    truth: "it is the end of the stream, now and at every later read; the loop ends there, and then the connection is closed.",
    belief: Some(&belief::M27),
    see: ("closing", "end-of-stream"),
};

/// Somebody reads once.
pub const ONE_READ_IS_ALL: Cause = Cause {
    name: "one-read-is-all",
    says: "One read gets all that the client has to say.",
    truth: "a read returns what has arrived so far; only a read that returns 0 says that no more will come.",
    belief: Some(&belief::M02),
    see: ("stream", "pieces"),
};

/// Somebody accepts once.
pub const ONE_CLIENT_IS_ALL: Cause = Cause {
    name: "one-client-is-all",
    says: "A server has done its work when its client has left.",
    truth: "the listening socket is still there: the next accept takes the next client out of its queue.",
    belief: None,
    see: ("stream", "second-client"),
};

/// Somebody loses what a write did not take.
pub const A_WRITE_TAKES_ALL: Cause = Cause {
    name: "a-write-takes-all",
    says: "A write takes everything that it is given.",
    truth: "where it may not wait for room (a non-blocking socket, or one with a timeout) it takes what fits, and returns how much that was; the rest is yours to send.",
    belief: Some(&belief::M03),
    see: ("stream", "full"),
};

/// Somebody turns bytes into text on their way.
pub const BYTES_ARE_TEXT: Cause = Cause {
    name: "bytes-are-text",
    says: "What arrives is text.",
    truth: "sockets carry bytes; a conversion to text replaces or refuses what is no UTF-8, or is only half a character yet.",
    belief: Some(&belief::M08),
    see: ("framing", "utf8"),
};

/// Sends all of `bytes` and ends its side, and reads late: only when the program
/// takes no more, or has taken all. Then reads the answer, `length` bytes of it.
///
/// Both ends' queues are full in between, so a program that cannot wait for
/// its reader shows it.
///
/// # Errors
/// `Trouble` if the connection cannot be made so.
pub fn sends_all_and_reads_late(
    bench: &Bench,
    client: &mut Tcp,
    bytes: &[u8],
    length: usize,
) -> Result<Heard, Stop> {
    // The program's queues are full soon if ours are small: socket(7).
    SockRef::from(&client.stream).set_recv_buffer_size(QUEUE)?;
    SockRef::from(&client.stream).set_send_buffer_size(QUEUE)?;
    // Longer than patience lasts.
    client.stream.set_write_timeout(Some(WHOLE))?;
    let (taken, done) = (AtomicUsize::new(0), AtomicBool::new(false));
    let mut sender = client.stream.try_clone()?;
    let heard = thread::scope(|scope| {
        scope.spawn(|| {
            for piece in bytes.chunks(16 * 1024) {
                // What is heard tells why, if the program does not take it.
                if sender.write_all(piece).is_err() {
                    break;
                }
                taken.fetch_add(1, Relaxed);
            }
            // An error means that the connection is over; so is our side then.
            let _ = sender.shutdown(Shutdown::Write);
            done.store(true, Relaxed);
        });
        let stall = || Patience::new(STALL, bench.threads());
        let (mut last, mut patience) = (0, stall());
        while !done.load(Relaxed) {
            thread::sleep(Duration::from_millis(2));
            let over = patience.is_over();
            let now = taken.load(Relaxed);
            if now != last {
                (last, patience) = (now, stall());
            } else if over {
                break;
            }
        }
        let heard = client.hears_late(length);
        if heard.bytes.len() < length {
            // Nobody reads any more, so nobody needs to send.
            let _ = client.stream.shutdown(Shutdown::Both);
        }
        heard
    });
    Ok(heard)
}

/// Waits for the end of the connection, after the client has ended its side.
///
/// # Errors
/// The fault: more bytes, or silence, which may be that of a program that
/// reads the end again and again.
pub fn hears_the_end(bench: &mut Bench, client: &mut Tcp) -> Result<(), Fault> {
    let mut before = None;
    let until = Instant::now() + REPLY;
    let expected = format!("{} gets the end of the connection", client.who());
    loop {
        let slice = Duration::from_millis(100);
        let heard = client.reads(usize::MAX, slice, |_| true);
        let now = match heard.then {
            Then::Silence => spent(bench),
            _ => None,
        };
        before = before.or(now);
        let busy = now.zip(before).map(|(now, then)| now.saturating_sub(then));
        let over = Instant::now() >= until;
        let much = if over { BUSY_AMONG_OTHERS } else { BUSY };
        let spins = busy.is_some_and(|time| time >= much);
        match heard.then {
            Then::End => return Ok(()),
            Then::Silence if spins => {
                let got = "silence, and the program keeps the processor busy";
                return Err(Fault::new(expected, got).because(&ZERO_IS_A_PAUSE));
            }
            Then::Silence if !over => {}
            Then::Silence => {
                let got = "silence: it keeps the connection";
                return Err(Fault::new(expected, got).because(&ZERO_IS_A_PAUSE));
            }
            _ => return Err(Fault::new(expected, heard.words())),
        }
    }
}

fn spent(bench: &mut Bench) -> Option<Duration> {
    bench.program().ok()?.computed()
}

/// One more client asks and gets this answer: the server has survived.
///
/// # Errors
/// `Broken` by this cause if it has not.
pub fn is_served(
    bench: &mut Bench,
    server: SocketAddr,
    name: &str,
    question: &[u8],
    answer: &[u8],
    cause: Option<&'static Cause>,
) -> Result<(), Stop> {
    bench.did(format!("{name} connects and sends {}", shown(question)));
    let heard = match TcpStream::connect_timeout(&server, REPLY) {
        Ok(stream) => {
            let mut client = Tcp::new(bench, name, stream)?;
            // Whether this fails at once is a matter of timing; what is heard is not.
            let _ = client.stream.write_all(question);
            let mut heard = client.hears(answer.len()).plainly();
            if heard.bytes == answer {
                client.closes();
                return Ok(());
            }
            if heard.then == Then::Enough {
                let rest = client.hears_perhaps(1000, QUIET);
                heard.bytes.extend(rest.bytes);
            }
            Some(heard)
        }
        Err(_) => None,
    };
    let soon = Instant::now() + Duration::from_millis(500);
    let gone = bench.program().is_ok_and(|it| it.wait(soon).is_some());
    let got = match heard {
        Some(heard) if !heard.bytes.is_empty() => heard.words(),
        _ if gone => "nothing: the program has ended".into(),
        Some(heard) => heard.words(),
        None => "no connection".into(),
    };
    let fault = Fault::new(format!("{} gets {}", who(name), shown(answer)), got);
    // An error is fatal to those who have ended by it, and to nobody else.
    let cause = cause.filter(|cause| gone || *cause != &EVERY_ERROR_IS_FATAL);
    Fault { cause, ..fault }.stop()
}

/// Clients that reset their connections: one while the server waits for more
/// of it, after `half` a question; one while much is under way both ways.
/// After each of them, another one asks `question` and must get `answer`.
///
/// # Errors
/// `Broken` if the server has not survived it.
pub fn breaks_off(
    bench: &mut Bench,
    question: &[u8],
    answer: &[u8],
    half: &[u8],
    much: &[u8],
) -> Ruling {
    let server = bench.serve()?;
    let cause = Some(&EVERY_ERROR_IS_FATAL);
    let mut first = Tcp::connect(bench, "client 1", server)?;
    first.offers(question);
    first.hears(answer.len()).is("client 1", answer)?;
    if !half.is_empty() {
        first.offers(half);
    }
    first.resets()?;
    is_served(bench, server, "client 2", question, answer, cause)?;
    let mut third = Tcp::connect(bench, "client 3", server)?;
    third.offers(much);
    third.resets()?;
    is_served(bench, server, "client 4", question, answer, cause)
}

/// As many clients as there are questions, all at the same time. Each asks,
/// ends its side, and reads to the end; what they heard, in the same order.
pub fn all_at_once(server: SocketAddr, questions: &[Vec<u8>]) -> Vec<Heard> {
    thread::scope(|scope| {
        let ask = |question: &Vec<u8>| {
            let question = question.clone();
            scope.spawn(move || asks(server, &question))
        };
        let running: Vec<_> = questions.iter().map(ask).collect();
        let heard = |one: thread::ScopedJoinHandle<'_, io::Result<Heard>>| {
            let heard = one.join().unwrap_or(Err(io::ErrorKind::Other.into()));
            heard.unwrap_or_else(|error| Heard {
                bytes: Vec::new(),
                then: Then::Broken(kit::describe_error(&error)),
            })
        };
        running.into_iter().map(heard).collect()
    })
}

/// A client of a crowd. It is patient: it may be the last that is served.
fn asks(server: SocketAddr, question: &[u8]) -> io::Result<Heard> {
    let mut stream = TcpStream::connect_timeout(&server, 2 * REPLY)?;
    stream.write_all(question)?;
    stream.shutdown(Shutdown::Write)?;
    Ok(heard::reads(&mut stream, 1 << 20, 2 * REPLY, |_| false))
}
