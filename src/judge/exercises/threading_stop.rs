//! `threading-stop`: a server that stops cleanly when it is told to.

use std::io::ErrorKind;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use kit::belief;

use super::threading_serve::is_served;
use crate::judge::bench::{Bench, Patience};
use crate::judge::cause::{self, Cause};
use crate::judge::fault::Fault;
use crate::judge::program::words;
use crate::judge::tcp::{Tcp, own_limit};
use crate::judge::{Exercise, Rule, Ruling, bench};

/// The exercise.
pub const EXERCISE: Exercise = Exercise {
    name: "threading-stop",
    lesson: "threading",
    about: "The server of threading-serve, which stops cleanly when its standard input ends.",
    rules: &[
        bench::SAYS_WHERE,
        Rule {
            says: "a line comes back in capitals, for two clients at once",
            check: serves,
        },
        Rule {
            says: "when its standard input ends, it ends with exit status 0",
            check: ends,
        },
        Rule {
            says: "a silent client does not keep it from ending",
            check: silent,
        },
        Rule {
            says: "each line that had arrived whole is answered before it ends",
            check: answers,
        },
        Rule {
            says: "while it finishes, it accepts nobody",
            check: refuses,
        },
    ],
    causes: &[
        &cause::PRINTS_ITS_ARGUMENT,
        &NOBODY_TELLS_ACCEPT,
        &WAITS_FOR_THE_SILENT,
        &EXIT_IS_THE_END,
        &STILL_OPEN,
    ],
    hints: [
        "Three threads wait here, and each in another call: one in accept, one for each client in read, one on standard input. Only the last one is woken by the end of standard input; who wakes the others?",
        "A thread in accept is woken by a connection, also one of your own. A thread in read is woken by shutdown(Shutdown::Read) from another thread: it still gets what has arrived, and then the end. Then join them all.",
        "Keep a clone of each stream in a Mutex<Vec<TcpStream>>. At the end of standard input: set an AtomicBool, connect once to your own address so that accept returns, drop the listener, shut down the reading side of each stream, join all threads, and return from main.",
    ],
};

/// The two seconds of the contract, and a margin for a machine that is busy.
const SOON: Duration = Duration::from_secs(4);

const NOBODY_TELLS_ACCEPT: Cause = Cause {
    name: "accept-will-notice",
    says: "A thread in accept notices that a flag was set.",
    truth: "it sleeps in the kernel until a connection comes; nobody looks at the flag before that.",
    belief: Some(&belief::M64),
    see: ("threading", "stop-accept"),
};

const WAITS_FOR_THE_SILENT: Cause = Cause {
    name: "every-client-leaves",
    says: "I join my threads, and each ends when its client leaves.",
    truth: "a client may stay for ever without a word; shut down the reading side of its connection, and its thread reads the end.",
    belief: Some(&belief::M64),
    see: ("threading", "stop"),
};

const EXIT_IS_THE_END: Cause = Cause {
    name: "exit-is-clean",
    says: "When I am told to end, I exit.",
    truth: "threads die where they are: what they had taken, and not answered yet, is lost.",
    belief: Some(&belief::M40),
    see: ("threading", "stop"),
};

const STILL_OPEN: Cause = Cause {
    name: "the-door-stays-open",
    says: "To stop is to finish what there is.",
    truth: "as long as the listener is open, more comes: close it first, so that those who come late are refused and can go elsewhere.",
    belief: Some(&belief::M22),
    see: ("threading", "stop-accept"),
};

fn serves(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let mut one = Tcp::connect(bench, "client 1", server)?;
    let mut other = Tcp::connect(bench, "client 2", server)?;
    is_served(bench, &mut other)?;
    is_served(bench, &mut one)
}

fn ends(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let mut client = Tcp::connect(bench, "the client", server)?;
    is_served(bench, &mut client)?;
    client.closes();
    stop(bench)?;
    has_ended(bench).map_err(|fault| fault.because(&NOBODY_TELLS_ACCEPT).into())
}

fn silent(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let mut client = Tcp::connect(bench, "client 1", server)?;
    is_served(bench, &mut client)?;
    let _silent = Tcp::connect(bench, "client 2", server)?;
    stop(bench)?;
    has_ended(bench).map_err(|fault| fault.because(&WAITS_FOR_THE_SILENT).into())
}

fn answers(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let mut client = Tcp::connect(bench, "the client", server)?;
    is_served(bench, &mut client)?;
    bench.did("the client sends lines until nobody reads them, and reads nothing yet");
    let sent = [&bench.word(1000)[..], b"\n"].concat();
    let (lines, mut heard) = client.sends_until_unread(&sent)?;
    stop(bench)?;
    // It takes its time; who exits at once is gone by then.
    bench.lets_it_work(Duration::from_millis(700))?;
    bench.did("the client begins to read");
    let wish = sent.to_ascii_uppercase().repeat(lines);
    heard.extend(client.hears_late(wish.len() - heard.len()).bytes);
    if heard == wish {
        return has_ended(bench).map_err(Into::into);
    }
    let got = match heard.len() < wish.len() {
        true => "only a part of them",
        false => "other answers",
    };
    Fault::new(
        "the client gets an answer to each line that it sent whole",
        got,
    )
    .because(&EXIT_IS_THE_END)
    .stop()
}

fn refuses(bench: &mut Bench) -> Ruling {
    let server = bench.serve()?;
    let mut busy = Tcp::connect(bench, "client 1", server)?;
    is_served(bench, &mut busy)?;
    bench.did("client 1 sends lines until nobody reads them, and reads nothing yet");
    busy.sends_until_unread(&[&bench.word(1000)[..], b"\n"].concat())?;
    stop(bench)?;
    bench.did("others try to connect and to be served");
    // It needs a moment to close the door; who was in time is served.
    let patience = Patience::new(Duration::from_millis(700), bench.threads());
    loop {
        let over = patience.is_over();
        let mut late = match TcpStream::connect_timeout(&server, Duration::from_millis(300)) {
            Ok(stream) => Tcp::new(bench, "a late client", stream)?,
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => return Ok(()),
            Err(error) if own_limit(&error) => return Err(error.into()),
            Err(_) if !over => continue,
            Err(_) => return Ok(()),
        };
        let sent = bench.line(12);
        let answer = match late.pushes(&sent) {
            Ok(()) => late.hears_perhaps(sent.len(), Duration::from_secs(1)).bytes,
            Err(_) => Vec::new(),
        };
        late.leaves();
        match answer == sent.to_ascii_uppercase() {
            false => return Ok(()),
            true if !over => {}
            true => break,
        }
    }
    let got = "a late client connected, sent a line, and got its answer";
    Fault::new("nobody is accepted any more", got)
        .because(&STILL_OPEN)
        .stop()
}

/// Tells the program to stop.
fn stop(bench: &mut Bench) -> Ruling {
    bench.did("its standard input ends");
    bench.program()?.ends_input();
    Ok(())
}

/// The program has to end soon, and well.
fn has_ended(bench: &mut Bench) -> Result<(), Fault> {
    let until = Instant::now() + SOON;
    let status = match bench.program() {
        Ok(program) => program.wait(until),
        Err(_) => None,
    };
    let got = match status {
        Some(status) if status.success() => return Ok(()),
        Some(status) => words(&status),
        None => "it still runs".into(),
    };
    Err(Fault::new(
        "it ends within two seconds, with exit status 0",
        got,
    ))
}
