//! The server of `udp-ask`: it takes questions, and answers as a check wants.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::causes::{ALWAYS_ANSWERED, SILENCE_IS_FINAL, SOME_DAY};
use crate::judge::Ruling;
use crate::judge::bench::{Bench, REPLY, START};
use crate::judge::bytes::{difference, shown};
use crate::judge::fault::{Fault, Stop};
use crate::judge::program::Line;
use crate::judge::udp::{Datagram, Udp};

/// The server that the program asks.
pub struct Server {
    /// Its socket.
    pub udp: Udp,
    /// What it has taken from the program.
    seen: Vec<Vec<u8>>,
    /// What came while it looked for repetitions, and is none.
    waiting: VecDeque<Datagram>,
}

/// As long as three tries take: who answers later, may be too late.
const LATE: Duration = Duration::from_millis(300);

/// A question that came.
pub struct Asked {
    /// The number that the program gave it.
    pub number: Vec<u8>,
    /// All of it.
    pub datagram: Vec<u8>,
    /// Who asked.
    pub from: SocketAddr,
}

impl Server {
    /// Starts the program with these lines on its standard input.
    pub fn started(bench: &mut Bench, questions: &[&[u8]]) -> Result<Server, Stop> {
        let udp = Udp::new(bench, "the server")?;
        // A refusal while the verdict is made up would change the program.
        bench.keep(udp.socket.try_clone()?);
        bench.start(&[&udp.address()?.to_string()])?;
        for question in questions {
            bench.did(format!("give it the line {}", kit::quoted(question)));
            bench.program()?.types(&[question, &b"\n"[..]].concat());
        }
        bench.program()?.ends_input();
        Ok(Server {
            udp,
            seen: Vec::new(),
            waiting: VecDeque::new(),
        })
    }

    /// Waits for this question. What was asked before may come once more.
    pub fn asked(&mut self, bench: &mut Bench, question: &[u8]) -> Result<Asked, Stop> {
        let patience = if self.seen.is_empty() { START } else { REPLY };
        loop {
            let heard = match self.waiting.pop_front() {
                Some(waiting) => waiting,
                None => self.udp.hears_within(bench, patience)?,
            };
            match &heard {
                Datagram::Came(datagram, _) if self.seen.contains(datagram) => {}
                Datagram::Came(datagram, from) if datagram.ends_with(question) => {
                    let Some(number) = number_of(datagram) else {
                        return not_asked(question, &heard);
                    };
                    if datagram.len() != number.len() + 1 + question.len() {
                        return not_asked(question, &heard);
                    }
                    self.udp.did(format!("gets {}", shown(datagram)));
                    self.seen.push(datagram.clone());
                    return Ok(Asked {
                        number: number.to_vec(),
                        datagram: datagram.clone(),
                        from: *from,
                    });
                }
                _ => return not_asked(question, &heard),
            }
        }
    }

    /// Answers a question.
    ///
    /// # Errors
    /// `Busy` if it is so late that three more tries have come before.
    pub fn answers(&mut self, asked: &Asked, answer: &[u8]) -> Result<(), Stop> {
        if self.udp.nothing_at().elapsed() > LATE && self.repetitions(asked)? >= 3 {
            let words = "this machine is too busy to answer while it is asked";
            return Err(Stop::Busy(words.into()));
        }
        self.udp.sends(&datagram(&asked.number, answer), asked.from)
    }

    /// How many tries of this question have come that were not heard yet.
    fn repetitions(&mut self, asked: &Asked) -> Result<usize, Stop> {
        let mut count = 0;
        while let Some((datagram, from)) = self.udp.at_once()? {
            match datagram == asked.datagram {
                true => count += 1,
                false => self.waiting.push_back(Datagram::Came(datagram, from)),
            }
        }
        Ok(count)
    }
}

fn not_asked<T>(question: &[u8], heard: &Datagram) -> Result<T, Stop> {
    let question = kit::quoted(question);
    let expected = format!("the server gets a number, a space, and {question}");
    Fault::new(expected, heard.words()).stop()
}

/// The next try of a question that was not answered.
pub fn again(bench: &mut Bench, server: &Server, asked: &Asked) -> Result<Vec<u8>, Stop> {
    let heard = server.udp.hears(bench)?;
    if let Datagram::Came(datagram, _) = heard {
        return Ok(datagram);
    }
    let expected = format!("once more {}", shown(&asked.datagram));
    Fault::new(expected, heard.words())
        .because_if(heard == Datagram::ProgramEnded, &SILENCE_IS_FINAL)
        .because_if(heard == Datagram::Silence, &ALWAYS_ANSWERED)
        .stop()
}

/// Waits for this line on standard output.
pub fn prints(bench: &mut Bench, answer: &[u8]) -> Result<(), Fault> {
    let expected = format!("it prints the line {}", kit::quoted(answer));
    let until = Instant::now() + REPLY;
    let Ok(program) = bench.program() else {
        return Err(Fault::new(expected, "nothing"));
    };
    let got = match program.line(until) {
        Line::Text(line) if line == answer => return Ok(()),
        Line::Text(line) if answer.starts_with(&line) => difference(answer, &line),
        Line::Text(line) => format!("the line {}", kit::quoted(&line)),
        Line::End(rest) | Line::Silence(rest) if rest.is_empty() => "nothing".into(),
        Line::End(rest) | Line::Silence(rest) => {
            format!("{}, and no newline", kit::quoted(&rest))
        }
    };
    Err(Fault::new(expected, got))
}

/// A number, a space, and a text: what both sides send.
pub fn datagram(number: &[u8], text: &[u8]) -> Vec<u8> {
    [number, b" ", text].concat()
}

/// The number that a datagram begins with, if it has one.
pub fn number_of(datagram: &[u8]) -> Option<&[u8]> {
    let end = datagram.iter().position(|byte| *byte == b' ')?;
    let number = &datagram[..end];
    let digits = (1..=20).contains(&end) && number.iter().all(u8::is_ascii_digit);
    digits.then_some(number)
}

/// From the first try on: four more come, not too fast, and then the program
/// gives up.
pub fn vain_tries(bench: &mut Bench, server: &Udp) -> Ruling {
    // The first has come, perhaps some time ago.
    let begin = server.nothing_at();
    let mut last = begin;
    for tries in 1.. {
        let expected = match tries {
            5 => "it gives up after five tries",
            _ => "it tries five times, 100 ms apart",
        };
        match server.hears(bench)? {
            Datagram::Came(..) if tries < 5 => last = Instant::now(),
            Datagram::Came(..) => {
                return Fault::new(expected, "a sixth try")
                    .because(&SOME_DAY)
                    .stop();
            }
            Datagram::ProgramEnded if tries == 5 => break,
            Datagram::ProgramEnded => {
                let got = format!("the end of the program after {tries} of them");
                return Fault::new(expected, got).stop();
            }
            other => {
                let got = format!("{} any more, and it does not end", other.words());
                return Fault::new(expected, got)
                    .because_if(tries == 5, &SOME_DAY)
                    .stop();
            }
        }
    }
    // Half of what it should be: this clock runs while others are at work, too.
    if last - begin < Duration::from_millis(200) {
        let got = "five tries in less than 200 ms";
        return Fault::new("100 ms between one try and the next", got).stop();
    }
    let expected = "a message on standard error and an exit status other than 0";
    let failed = bench.program()?.ended().is_some_and(|s| !s.success());
    let silent = bench.program()?.last_words().is_empty();
    match (failed, silent) {
        (true, false) => Ok(()),
        (true, true) => Fault::new(expected, "another exit status, but not a word").stop(),
        (false, _) => Fault::new(expected, "exit status 0").stop(),
    }
}
