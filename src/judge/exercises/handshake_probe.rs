//! `handshake-probe`: a tool that knocks at addresses and says who answers.

mod doors;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::time::{Duration, Instant};

use kit::belief;

use doors::{Silent, is_kept};

use crate::judge::announce::FLOOD;
use crate::judge::bench::{Bench, START};
use crate::judge::cause::Cause;
use crate::judge::fault::{Fault, Stop};
use crate::judge::listener::Closed;
use crate::judge::program::{Line, words};
use crate::judge::{Exercise, Rule, Ruling};

/// The exercise.
pub const EXERCISE: Exercise = Exercise {
    name: "handshake-probe",
    lesson: "handshake",
    about: "A tool that knocks at addresses, and says of each whether it is open, refused or silent.",
    rules: &[
        Rule {
            says: "an address where somebody listens is open",
            check: open,
        },
        Rule {
            says: "an address where nobody listens is refused",
            check: refused,
        },
        Rule {
            says: "an address that does not answer for two seconds is silent",
            check: silent,
        },
        Rule {
            says: "an address that answers only the second SYN is open",
            check: late,
        },
        Rule {
            says: "the lines come in the order of the arguments",
            check: in_order,
        },
        Rule {
            says: "ten silent addresses take no longer than one",
            check: ten_silent,
        },
        Rule {
            says: "an argument that is no address ends it with exit status 2",
            check: no_address,
        },
    ],
    causes: &[
        &REFUSED_IS_DOWN,
        &SILENCE_IS_REFUSED,
        &WAITS_FOR_EVER,
        &AT_ONCE_OR_NEVER,
        &ONE_BY_ONE,
        &ARGUMENTS_ARE_RIGHT,
        &FIRST_COME_FIRST_TOLD,
    ],
    hints: [
        "There are three ways for connect to end: it returns, it fails with an error that says refused, or it does not end by itself. What does your program print for each?",
        "Give each connect a time of its own (connect_timeout in Rust, settimeout in Python), and let all run at the same time: a thread each. Collect the results in the order of the arguments.",
        r#"
Parse all arguments first, and exit with 2 if one is no address. Spawn a thread for each:
    let patience = Duration::from_secs(2);
    match TcpStream::connect_timeout(&address, patience) {
        Ok(_) => "open",
        Err(e) if e.kind() == ConnectionRefused => "refused",
        Err(_) => "silent",
    }
Join them in order and print."#,
    ],
};

/// How long the program may take with addresses that do not answer: the three
/// seconds of the contract, and as many more as a slow start may take. Ten that
/// are asked one by one, for more than a second each, take longer.
const WHOLE: Duration = START;

/// Refused and silent look the same to it.
const REFUSED_IS_DOWN: Cause = Cause {
    name: "refused-is-down",
    says: "Connection refused means that nobody is there.",
    truth: "the refusal is an answer: the host got the SYN and sent RST, because no socket listens on that port.",
    belief: Some(&belief::M18),
    see: ("handshake", "refused-or-silent"),
};

/// Silence is told as a refusal.
const SILENCE_IS_REFUSED: Cause = Cause {
    name: "silence-is-refused",
    says: "If connect fails, I was refused.",
    truth: "to be refused takes a packet that says so; when the time is over no packet has come at all.",
    belief: Some(&belief::M18),
    see: ("handshake", "refused-or-silent"),
};

/// No time of its own for connect.
const WAITS_FOR_EVER: Cause = Cause {
    name: "connect-gives-up-soon",
    says: "connect gives up by itself, soon.",
    truth: "the kernel repeats the SYN for a minute or two before it gives up: tcp_syn_retries in tcp(7).",
    belief: None,
    see: ("handshake", "lost-syn"),
};

/// It gives up before the first repetition.
const AT_ONCE_OR_NEVER: Cause = Cause {
    name: "at-once-or-never",
    says: "Who does not answer at once does not answer.",
    truth: "the first SYN may be lost, or may find a full backlog; the kernel sends the next one after a second.",
    belief: None,
    see: ("handshake", "lost-syn"),
};

/// It waits for each before it asks the next.
const ONE_BY_ONE: Cause = Cause {
    name: "one-by-one",
    says: "I can wait for one thing only.",
    truth: "waiting costs nothing and overlaps: a thread for each address, or connects that do not block, wait together.",
    belief: Some(&belief::M62),
    see: ("threading", "faster"),
};

/// It trusts what it is given.
const ARGUMENTS_ARE_RIGHT: Cause = Cause {
    name: "arguments-are-right",
    says: "What I am given is an address.",
    truth: "people mistype; say which argument is wrong, and end with another status than that of an answer.",
    belief: None,
    see: ("handshake", "refused-or-silent"),
};

/// It prints each result when it comes.
const FIRST_COME_FIRST_TOLD: Cause = Cause {
    name: "first-come-first-told",
    says: "Answers come in the order of the questions.",
    truth: "those that wait together end in any order; keep each result with its question.",
    belief: None,
    see: ("threading", "two-tasks"),
};

fn open(bench: &mut Bench) -> Ruling {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    bench.did(format!("listen at {address}"));
    let lines = probe(bench, &[address], START)?;
    lines.are(&[(address, "open")], |_| None)
}

fn refused(bench: &mut Bench) -> Ruling {
    let closed = Closed::new()?;
    bench.did(format!(
        "keep the port of {} without listening",
        closed.address
    ));
    let lines = probe(bench, &[closed.address], START)?;
    lines.are(&[(closed.address, "refused")], |lines| {
        let silent = lines.iter().any(|line| line.ends_with(" silent"));
        silent.then_some(&REFUSED_IS_DOWN)
    })
}

fn in_order(bench: &mut Bench) -> Ruling {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let slow = Silent::new()?;
    let open = listener.local_addr()?;
    bench.did(format!(
        "listen at {open}; answer the second SYN only at {}",
        slow.address
    ));
    let opens = slow.opens_when_asked()?;
    let wish = [(opens.address, "open"), (open, "open")];
    let address = opens.address;
    let lines = probe(bench, &wish.map(|(address, _)| address), WHOLE)?;
    let asked = opens.was_asked()?;
    lines.are(&wish, |lines| {
        let mut sorted = lines.to_vec();
        let mut wished: Vec<_> = wish.iter().map(told).collect();
        sorted.sort();
        wished.sort();
        (sorted == wished).then_some(&FIRST_COME_FIRST_TOLD)
    })?;
    is_kept(asked, address)
}

fn silent(bench: &mut Bench) -> Ruling {
    let silent = Silent::new()?;
    let address = silent.address;
    bench.keep(silent);
    bench.did(format!("do not answer at {address}"));
    let lines = probe(bench, &[address], WHOLE)?;
    lines.are(&[(address, "silent")], |lines| match lines {
        [] => Some(&WAITS_FOR_EVER),
        _ => Some(&SILENCE_IS_REFUSED),
    })
}

fn late(bench: &mut Bench) -> Ruling {
    let late = Silent::new()?.opens_when_asked()?;
    let address = late.address;
    bench.did(format!("answer the second SYN only at {address}"));
    let lines = probe(bench, &[address], WHOLE)?;
    let asked = late.was_asked()?;
    lines.are(&[(address, "open")], |_| asked.then_some(&AT_ONCE_OR_NEVER))?;
    is_kept(asked, address)
}

fn ten_silent(bench: &mut Bench) -> Ruling {
    let silent: Vec<Silent> = (0..10).map(|_| Silent::new()).collect::<io::Result<_>>()?;
    let addresses: Vec<_> = silent.iter().map(|one| one.address).collect();
    bench.keep(silent);
    bench.did("do not answer at ten addresses");
    let lines = probe(bench, &addresses, WHOLE)?;
    let wish: Vec<_> = addresses.iter().map(|one| (*one, "silent")).collect();
    lines.are(&wish, |lines| {
        (lines.len() < wish.len()).then_some(&ONE_BY_ONE)
    })
}

fn no_address(bench: &mut Bench) -> Ruling {
    let wrong = format!("{}:notaport", bench.text(6));
    bench.start(&[&wrong])?;
    let status = bench.program()?.wait(Instant::now() + START);
    let got = match status {
        Some(status) if status.code() == Some(2) => return Ok(()),
        Some(status) => words(&status),
        None => "it still runs".into(),
    };
    Fault::new("it ends with exit status 2", got)
        .because(&ARGUMENTS_ARE_RIGHT)
        .stop()
}

/// What the program printed, and whether it had ended in time.
struct Printed {
    lines: Vec<String>,
    ended: bool,
    within: Duration,
}

/// Runs the program with these addresses, for at most this long.
fn probe(bench: &mut Bench, to: &[SocketAddr], within: Duration) -> Result<Printed, Stop> {
    let addresses: Vec<_> = to.iter().map(SocketAddr::to_string).collect();
    let arguments: Vec<_> = addresses.iter().map(String::as_str).collect();
    bench.start(&arguments)?;
    let until = Instant::now() + within;
    let mut lines = Vec::new();
    let ended = loop {
        match bench.program()?.line(until) {
            // Of a flood, the first lines tell enough.
            Line::Text(_) if lines.len() == FLOOD => break false,
            Line::Text(line) => lines.push(String::from_utf8_lossy(&line).trim_end().to_owned()),
            Line::End(rest) => {
                if !rest.is_empty() {
                    lines.push(String::from_utf8_lossy(&rest).into_owned());
                }
                break true;
            }
            Line::Silence(_) => break false,
        }
    };
    let status = bench
        .program()?
        .wait(Instant::now() + Duration::from_secs(1));
    if ended && let Some(status) = status.filter(|status| !status.success()) {
        let wish = "it ends with exit status 0, whatever it found";
        return Fault::new(wish, words(&status)).stop();
    }
    Ok(Printed {
        lines,
        ended,
        within,
    })
}

impl Printed {
    /// The rule is kept if these were told, and the program ended in time.
    fn are(
        self,
        wish: &[(SocketAddr, &str)],
        cause: impl Fn(&[String]) -> Option<&'static Cause>,
    ) -> Ruling {
        let wished: Vec<_> = wish.iter().map(told).collect();
        if self.lines == wished && self.ended {
            return Ok(());
        }
        let lines = self.lines.iter().map(|line| kit::visible(line));
        let mut got = match lines.clone().count() {
            0 => "no line".into(),
            _ => lines.take(12).collect::<Vec<_>>().join(", "),
        };
        if !self.ended {
            got += &format!(", and it has not ended after {:?}", self.within);
        }
        let expected = match wished.len() {
            0..4 => wished.join(", "),
            many => format!("{many} lines, from `{}` on, and its end", wished[0]),
        };
        let fault = Fault::new(expected, got);
        match cause(&self.lines) {
            Some(cause) => fault.because(cause).stop(),
            None => fault.stop(),
        }
    }
}

/// The line that the contract asks for.
fn told((address, word): &(SocketAddr, &str)) -> String {
    format!("{address} {word}")
}
