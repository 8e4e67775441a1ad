//! `udp-ask`: a client that asks over UDP until it is answered, or gives up.

pub mod causes;
pub mod noise;
pub mod server;

use std::time::{Duration, Instant};

use causes::{
    ALWAYS_ANSWERED, CLOCK_STARTS_AGAIN, NEXT_IS_MINE, NUMBER_A_TRY, ONE_NUMBER, ONLY_THE_SERVER,
    SILENCE_IS_FINAL, SOME_DAY, WELL_FORMED,
};
use noise::Noise;
use server::{Server, again, datagram, number_of, prints, vain_tries};

use crate::judge::bench::{Bench, REPLY, START};
use crate::judge::bytes::{difference, shown};
use crate::judge::cause::SMALL_BUFFER;
use crate::judge::fault::{Fault, Stop};
use crate::judge::program::words;
use crate::judge::relay::Road;
use crate::judge::udp::{Datagram, Udp};
use crate::judge::{Exercise, Rule, Ruling};

/// The exercise.
pub const EXERCISE: Exercise = Exercise {
    name: "udp-ask",
    lesson: "udp",
    about: "A client that asks over UDP until it is answered, or gives up.",
    rules: &[
        Rule {
            says: "it sends the question with a number before it",
            check: asks,
        },
        Rule {
            says: "it prints the answer without the number",
            check: prints_the_answer,
        },
        Rule {
            says: "a long answer is printed whole",
            check: long_answer,
        },
        Rule {
            says: "a second question has another number",
            check: second_question,
        },
        Rule {
            says: "it ends with exit status 0 after the last answer",
            check: ends,
        },
        Rule {
            says: "a question without an answer is asked again",
            check: asks_again,
        },
        Rule {
            says: "it is asked again with the number that it has",
            check: same_number,
        },
        Rule {
            says: "an answer to the question before is not taken for this one's",
            check: stale,
        },
        Rule {
            says: "an answer from a stranger is not taken",
            check: stranger,
        },
        Rule {
            says: "a datagram that is no answer is ignored",
            check: no_answers,
        },
        Rule {
            says: "a datagram that is no answer does not put off the next try",
            check: steady_noise,
        },
        Rule {
            says: "after five tries in vain it gives up, says so, and fails",
            check: gives_up,
        },
        Rule {
            says: "through a relay that loses, repeats and reorders, all answers are right",
            check: through_a_relay,
        },
    ],
    causes: &[
        &SMALL_BUFFER,
        &ONE_NUMBER,
        &ALWAYS_ANSWERED,
        &SILENCE_IS_FINAL,
        &NUMBER_A_TRY,
        &NEXT_IS_MINE,
        &ONLY_THE_SERVER,
        &WELL_FORMED,
        &CLOCK_STARTS_AGAIN,
        &SOME_DAY,
    ],
    hints: [
        "An answer may be lost, late, repeated, somebody else's, or nonsense. How do you know that the datagram you have just received answers the question you have just asked?",
        "Make the datagram once for each question, and send the same one again when 100 ms have passed without its answer. A receive that brought something else must not start the 100 ms anew: wait for what is left of them.",
        r"
    for _ in 0..5 {
        // send; the deadline is in 100 ms
        while let Some(left) = /* time left until the deadline */ {
            // set_read_timeout(Some(left)), and receive:
            // the right number: return the answer
            // anything else: go on
            // a timeout: break
        }
    }
    // fail
`connect` on the socket keeps strangers out.",
    ],
};

fn asks(bench: &mut Bench) -> Ruling {
    let question = bench.word(9);
    let mut server = Server::started(bench, &[&question])?;
    server.asked(bench, &question).map(|_| ())
}

fn prints_the_answer(bench: &mut Bench) -> Ruling {
    let (question, answer) = (bench.word(8), bench.word(11));
    let mut server = Server::started(bench, &[&question])?;
    let asked = server.asked(bench, &question)?;
    server.answers(&asked, &answer)?;
    Ok(prints(bench, &answer)?)
}

fn long_answer(bench: &mut Bench) -> Ruling {
    let (question, answer) = (bench.word(8), bench.word(1_370));
    let mut server = Server::started(bench, &[&question])?;
    let asked = server.asked(bench, &question)?;
    server.answers(&asked, &answer)?;
    prints(bench, &answer).map_err(|fault| fault.because(&SMALL_BUFFER))?;
    Ok(())
}

fn second_question(bench: &mut Bench) -> Ruling {
    let questions = [bench.word(6), bench.word(7)];
    let mut server = Server::started(bench, &[&questions[0], &questions[1]])?;
    let mut numbers = Vec::new();
    for question in &questions {
        let asked = server.asked(bench, question)?;
        let answer = bench.word(6);
        server.answers(&asked, &answer)?;
        prints(bench, &answer)?;
        numbers.push(asked.number);
    }
    if numbers[0] == numbers[1] {
        let got = format!("{} both times", kit::quoted(&numbers[0]));
        return Fault::new("another number with the second question", got)
            .because(&ONE_NUMBER)
            .stop();
    }
    Ok(())
}

fn ends(bench: &mut Bench) -> Ruling {
    let (question, answer) = (bench.word(8), bench.word(9));
    let mut server = Server::started(bench, &[&question])?;
    let asked = server.asked(bench, &question)?;
    server.answers(&asked, &answer)?;
    prints(bench, &answer)?;
    let expected = "it ends with exit status 0, for its input has ended";
    match bench.program()?.wait(Instant::now() + REPLY) {
        Some(status) if status.success() => Ok(()),
        Some(status) => Fault::new(expected, words(&status)).stop(),
        None => Fault::new(expected, "it does not end").stop(),
    }
}

fn asks_again(bench: &mut Bench) -> Ruling {
    let question = bench.word(7);
    let mut server = Server::started(bench, &[&question])?;
    let asked = server.asked(bench, &question)?;
    server.udp.did("does not answer");
    again(bench, &server, &asked).map(|_| ())
}

fn same_number(bench: &mut Bench) -> Ruling {
    let (question, answer) = (bench.word(10), bench.word(8));
    let mut server = Server::started(bench, &[&question])?;
    let asked = server.asked(bench, &question)?;
    server.udp.did("does not answer");
    let second = again(bench, &server, &asked)?;
    if second != asked.datagram {
        let expected = format!("the same datagram again: {}", shown(&asked.datagram));
        return Fault::new(expected, shown(&second))
            .because_if(second.ends_with(&question), &NUMBER_A_TRY)
            .stop();
    }
    server.answers(&asked, &answer)?;
    Ok(prints(bench, &answer)?)
}

fn stale(bench: &mut Bench) -> Ruling {
    let questions = [bench.word(6), bench.word(7)];
    let answers = [bench.word(8), bench.word(9)];
    let mut server = Server::started(bench, &[&questions[0], &questions[1]])?;
    let first = server.asked(bench, &questions[0])?;
    server.answers(&first, &answers[0])?;
    server.answers(&first, &answers[0])?;
    prints(bench, &answers[0])?;
    let second = server.asked(bench, &questions[1])?;
    server.answers(&first, &answers[0])?;
    server.answers(&second, &answers[1])?;
    prints(bench, &answers[1]).map_err(|fault| fault.because(&NEXT_IS_MINE))?;
    Ok(())
}

fn stranger(bench: &mut Bench) -> Ruling {
    let (question, answer, forged) = (bench.word(7), bench.word(8), bench.word(9));
    let mut server = Server::started(bench, &[&question])?;
    let stranger = Udp::new(bench, "a stranger")?;
    let asked = server.asked(bench, &question)?;
    stranger.sends(&datagram(&asked.number, &forged), asked.from)?;
    server.answers(&asked, &answer)?;
    prints(bench, &answer).map_err(|fault| fault.because(&ONLY_THE_SERVER))?;
    Ok(())
}

fn no_answers(bench: &mut Bench) -> Ruling {
    let (question, answer) = (bench.word(7), bench.word(8));
    let mut server = Server::started(bench, &[&question])?;
    let asked = server.asked(bench, &question)?;
    let longer = [&asked.number[..], b"7 wrong"].concat();
    let too_large = b"99999999999999999999999999 wrong";
    let noise: [&[u8]; 5] = [b"", b"\xff\xfe\0", b" ", &longer, too_large];
    for one in noise {
        server.udp.sends(one, asked.from)?;
    }
    server.answers(&asked, &answer)?;
    prints(bench, &answer).map_err(|fault| fault.because(&WELL_FORMED))?;
    Ok(())
}

fn steady_noise(bench: &mut Bench) -> Ruling {
    // Where nobody gets the processor in time, silence comes between the
    // noise, and whoever asks again in it has proved nothing.
    if asks_again_in_noise(bench)? < Duration::from_millis(80) {
        return Ok(());
    }
    let busy = "this machine is too busy to send a datagram every 10 ms; try again later";
    Err(Stop::Busy(busy.into()))
}

/// The longest silence between the noise when the program asked again.
fn asks_again_in_noise(bench: &mut Bench) -> Result<Duration, Stop> {
    let questions = [bench.word(6), bench.word(7)];
    let (answer, bytes) = (bench.word(5), bench.word(5));
    let mut server = Server::started(bench, &[&questions[0], &questions[1]])?;
    let first = server.asked(bench, &questions[0])?;
    // It begins before the second question is asked, so that no silence is
    // left in which a clock that starts again could run out.
    let (words, often) = (kit::quoted(&bytes), noise::OFTEN.as_millis());
    let did = format!("sends {words} every {often} ms from now on");
    server.udp.did(did);
    let noise = Noise::begins(&server.udp.socket, &bytes, first.from)?;
    server.answers(&first, &answer)?;
    prints(bench, &answer)?;
    server.asked(bench, &questions[1])?;
    server.udp.did("does not answer it");
    // Ten times what it should take; and the longer we wait, the likelier it
    // gets that a silence comes.
    match server.udp.hears_within(bench, Duration::from_secs(1))? {
        Datagram::Came(..) => Ok(noise.longest_silence()),
        Datagram::Silence => Fault::new("it asks again after 100 ms", "nothing, for 1 s")
            .because(&CLOCK_STARTS_AGAIN)
            .stop(),
        other => Fault::new("it asks again after 100 ms", other.words()).stop(),
    }
}

fn gives_up(bench: &mut Bench) -> Ruling {
    let question = bench.word(7);
    let mut server = Server::started(bench, &[&question])?;
    server.asked(bench, &question)?;
    server.udp.did("never answers");
    vain_tries(bench, &server.udp)
}

fn through_a_relay(bench: &mut Bench) -> Ruling {
    let pairs: Vec<_> = (0..5).map(|_| (bench.word(5), bench.word(6))).collect();
    let questions: Vec<&[u8]> = pairs.iter().map(|(question, _)| &question[..]).collect();
    let server = Server::started(bench, &questions)?.udp;
    let mut there = Road::new(&mut bench.random);
    let mut back = Road::new(&mut bench.random);
    let mut patience = START;
    while let Datagram::Came(sent, from) = server.hears_within(bench, patience)? {
        patience = REPLY;
        for one in there.takes(bench, &sent, shown) {
            let asked = pairs.iter().find(|(question, _)| one.ends_with(question));
            let Some((number, (_, answer))) = number_of(&one).zip(asked) else {
                continue;
            };
            let reply = datagram(number, answer);
            for one in back.takes(bench, &reply, shown) {
                server.socket.send_to(&one, from)?;
            }
        }
    }
    let (printed, _) = bench.program()?.output(Instant::now() + REPLY);
    let answers = pairs
        .iter()
        .map(|(_, answer)| [answer, &b"\n"[..]].concat());
    let answers: Vec<u8> = answers.flatten().collect();
    let expected = format!("it prints {}", shown(&answers));
    match &printed[..] {
        all if all == answers => Ok(()),
        [] => Fault::new(expected, "nothing").stop(),
        other => Fault::new(expected, difference(&answers, other)).stop(),
    }
}
