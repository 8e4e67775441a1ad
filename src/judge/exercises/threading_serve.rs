//! `threading-serve`: a server for many clients at once.

use std::net::SocketAddr;
use std::time::Duration;

use kit::belief;

use crate::judge::bench::Bench;
use crate::judge::cause::{self, Cause};
use crate::judge::tcp::Tcp;
use crate::judge::{Exercise, Rule, Ruling, bench};

/// The exercise.
pub const EXERCISE: Exercise = Exercise {
    name: "threading-serve",
    lesson: "threading",
    about: "A server that answers each line with the same line in capitals, for many clients at once.",
    rules: &[
        bench::SAYS_WHERE,
        Rule {
            says: "a line comes back in capitals",
            check: capitals,
        },
        Rule {
            says: "lines that come together, and a line that comes in pieces, are lines",
            check: lines,
        },
        Rule {
            says: "when a client has left, the next one is served",
            check: next,
        },
        Rule {
            says: "a client that says nothing harms nobody",
            check: silent,
        },
        Rule {
            says: "a client that stops in the middle of a line harms nobody",
            check: half,
        },
        Rule {
            says: "a client that does not read its answers harms nobody",
            check: stalled,
        },
        Rule {
            says: "a client that resets the connection harms nobody",
            check: reset,
        },
        Rule {
            says: "a client that sends what is no text harms nobody",
            check: not_text,
        },
        Rule {
            says: "fifty clients at once get their own answers",
            check: fifty,
        },
    ],
    causes: &[
        &cause::PRINTS_ITS_ARGUMENT,
        &ONE_CLIENT,
        &ONE_THREAD,
        &LOCK_WHILE_READING,
        &LOCK_WHILE_WRITING,
        &ONE_ERROR_ENDS_ALL,
        &PANIC_STAYS,
    ],
    hints: [
        "A thread that waits in read cannot do anything else. How many of your threads can wait in a read at the same time, and which one waits in accept meanwhile?",
        "Accept in a loop, and give each connection to a thread of its own. What one client does wrong ends its thread with an error, not the loop; and no lock is held while a thread reads or writes.",
        r"
    for stream in listener.incoming().flatten() {
        thread::spawn(move || serve(stream));
    }
serve reads with read_until(b'\n') into a Vec<u8>, calls make_ascii_uppercase, and writes with write_all; every error there is a `return`.",
    ],
};

/// A server that ends with its client does so now, and the next one finds
/// nobody.
const A_MOMENT: Duration = Duration::from_millis(100);

const ONE_CLIENT: Cause = Cause {
    name: "accept-once",
    says: "accept opens my server for clients.",
    truth: "accept takes one connection out of the queue; the next client needs the next accept.",
    belief: Some(&belief::M61),
    see: ("threading", "one-at-a-time"),
};

const ONE_THREAD: Cause = Cause {
    name: "one-at-a-time",
    says: "One thread can serve many, because each client is quick.",
    truth: "a thread that waits for one client's line serves nobody else, and a client may wait as long as it likes.",
    belief: Some(&belief::M61),
    see: ("threading", "one-at-a-time"),
};

const LOCK_WHILE_READING: Cause = Cause {
    name: "lock-while-reading",
    says: "A lock around all that a client does keeps the threads apart.",
    truth: "it keeps them apart for as long as that client takes; lock for the moment in which something shared is changed, never around a read.",
    belief: Some(&belief::M66),
    see: ("threading", "locked-stream"),
};

const LOCK_WHILE_WRITING: Cause = Cause {
    name: "a-write-is-quick",
    says: "A write does not wait, so a lock may be held around it.",
    truth: "a write waits as soon as the other side does not read and the queues are full; whoever wants the lock waits with it.",
    belief: Some(&belief::M65),
    see: ("threading", "slow-client"),
};

const ONE_ERROR_ENDS_ALL: Cause = Cause {
    name: "one-error-ends-all",
    says: "If a connection fails, my server has failed.",
    truth: "a reset is the news that one client has gone; it ends that client's thread, and nobody else's.",
    belief: Some(&belief::M37),
    see: ("closing", "unread"),
};

const PANIC_STAYS: Cause = Cause {
    name: "a-panic-stays-in-its-thread",
    says: "A panic ends its own thread and harms no other.",
    truth: "a thread that panics while it holds a lock leaves it poisoned, and the next thread that unwraps it panics, too.",
    belief: None,
    see: ("chat", "poison"),
};

fn capitals(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let mut client = Tcp::connect(bench, "the client", server)?;
    is_served(bench, &mut client)
}

fn lines(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let mut client = Tcp::connect(bench, "the client", server)?;
    let both = [&bench.line(12)[..], &bench.line(12)].concat();
    client.sends(&both)?;
    let heard = client.hears(both.len());
    heard.is("the client", &both.to_ascii_uppercase())?;
    let pieces = bench.line(12);
    client.sends_in_pieces(&pieces, 1)?;
    let heard = client.hears_line();
    Ok(heard.is("the client", &pieces.to_ascii_uppercase())?)
}

fn next(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    for name in ["client 1", "client 2"] {
        let mut client =
            Tcp::connect(bench, name, server).map_err(|stop| stop.because(&ONE_CLIENT))?;
        is_served(bench, &mut client).map_err(|stop| stop.because(&ONE_CLIENT))?;
        client.closes();
        bench.lets_it_work(A_MOMENT)?;
    }
    Ok(())
}

fn silent(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let _silent = Tcp::connect(bench, "client 1", server)?;
    bench.lets_it_work(Duration::ZERO)?;
    another_is_served(bench, server, &ONE_THREAD)
}

fn half(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let mut stalls = Tcp::connect(bench, "client 1", server)?;
    is_served(bench, &mut stalls)?;
    let half = bench.word(5);
    stalls.sends(&half)?;
    bench.lets_it_work(Duration::ZERO)?;
    another_is_served(bench, server, &LOCK_WHILE_READING)
}

fn stalled(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let mut stalls = Tcp::connect(bench, "client 1", server)?;
    bench.did("client 1 sends lines until no more fit, and reads nothing");
    stalls.fills(&bench.line(12))?;
    another_is_served(bench, server, &LOCK_WHILE_WRITING)
}

fn reset(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let mut leaver = Tcp::connect(bench, "client 1", server)?;
    is_served(bench, &mut leaver)?;
    let half = bench.word(5);
    leaver.sends(&half)?;
    leaver.resets()?;
    bench.lets_it_work(A_MOMENT)?;
    another_is_served(bench, server, &ONE_ERROR_ENDS_ALL)
}

fn not_text(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let mut strange = Tcp::connect(bench, "client 1", server)?;
    strange.sends(b"h\xff\xfe\0\n")?;
    // Whatever it answers, it has seen them then.
    strange.hears_line();
    another_is_served(bench, server, &PANIC_STAYS)
}

fn fifty(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    bench.did("fifty clients connect, all send, and then all read");
    let mut clients = Vec::new();
    for number in 1..=50 {
        let mut client = Tcp::joins(bench, &format!("client {number}"), server)?;
        let sent = bench.line(12);
        client.pushes(&sent)?;
        clients.push((client, sent));
    }
    for (client, sent) in &mut clients {
        let heard = client.hears_line();
        heard.is(&client.name, &sent.to_ascii_uppercase())?;
    }
    Ok(())
}

/// Another client connects, and has to be served.
fn another_is_served(bench: &mut Bench, server: SocketAddr, cause: &'static Cause) -> Ruling {
    let mut other = Tcp::connect(bench, "client 2", server).map_err(|stop| stop.because(cause))?;
    is_served(bench, &mut other).map_err(|stop| stop.because(cause))
}

/// A line of this client has to be answered.
pub fn is_served(bench: &mut Bench, client: &mut Tcp) -> Ruling {
    let sent = bench.line(12);
    client.sends(&sent)?;
    let heard = client.hears_line();
    Ok(heard.is(&client.name, &sent.to_ascii_uppercase())?)
}
