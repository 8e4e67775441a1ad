//! `udp-file`: a sender that carries a file over UDP, whole and in order.

pub mod causes;
pub mod receiver;

use std::time::Instant;

use causes::{
    AS_IT_LIES, END_NEEDS_NONE, KERNEL_SLOWS_ME, NEXT_ACK_IS_MINE, NO_NUMBER, NUMBER_A_DATAGRAM,
    OLD_ACK_MEANS_LOST,
};
use receiver::{Receiver, described};

use super::udp_ask::causes::{
    ALWAYS_ANSWERED, ONLY_THE_SERVER, SILENCE_IS_FINAL, SOME_DAY, WELL_FORMED,
};
use super::udp_ask::server::vain_tries;
use crate::judge::bench::{Bench, REPLY, START};
use crate::judge::bytes::any;
use crate::judge::fault::{Fault, Stop};
use crate::judge::program::words;
use crate::judge::udp::{Datagram, Udp};
use crate::judge::{Exercise, Rule, Ruling};

/// The exercise.
pub const EXERCISE: Exercise = Exercise {
    name: "udp-file",
    lesson: "udp",
    about: "A sender that carries a file over UDP, whole and in order.",
    rules: &[
        Rule {
            says: "the first datagram is the number 0 and the beginning of the file",
            check: first_block,
        },
        Rule {
            says: "the next one has the next number, its most significant byte first",
            check: next_block,
        },
        Rule {
            says: "without an acknowledgment the same datagram comes again, and no other",
            check: the_same_again,
        },
        Rule {
            says: "an acknowledgment of another block is not taken for this one's",
            check: other_acks,
        },
        Rule {
            says: "an acknowledgment that comes twice makes it send nothing",
            check: repeated_acks,
        },
        Rule {
            says: "an acknowledgment from a stranger is not taken",
            check: stranger,
        },
        Rule {
            says: "a datagram that is no acknowledgment does no harm",
            check: noise,
        },
        Rule {
            says: "the end is sent again until it is acknowledged",
            check: the_end_again,
        },
        Rule {
            says: "when the end is acknowledged, it ends with exit status 0",
            check: ends,
        },
        Rule {
            says: "bytes of all kinds arrive, and a file that ends with a full block",
            check: all_kinds,
        },
        Rule {
            says: "after five tries in vain it gives up, says so, and fails",
            check: gives_up,
        },
        Rule {
            says: "through a relay that loses, repeats and reorders, the file is whole",
            check: through_a_relay,
        },
    ],
    causes: &[
        &NO_NUMBER,
        &AS_IT_LIES,
        &KERNEL_SLOWS_ME,
        &NUMBER_A_DATAGRAM,
        &ALWAYS_ANSWERED,
        &SILENCE_IS_FINAL,
        &NEXT_ACK_IS_MINE,
        &OLD_ACK_MEANS_LOST,
        &ONLY_THE_SERVER,
        &WELL_FORMED,
        &END_NEEDS_NONE,
        &SOME_DAY,
    ],
    hints: [
        "At any moment one datagram is under way, and you wait for its acknowledgment. What makes you send the next one, what makes you send this one again, and what makes you do nothing?",
        "Write one function that delivers one datagram: send it, wait 100 ms for the four bytes of its number, and send it again if they do not come. The end of the file is delivered by the same function: a number and no data.",
        r"
    fn deliver(socket, number: u32, data) {
        // the datagram: number.to_be_bytes(), followed by data
        for _ in 0..5 {
            // send it; until a deadline in 100 ms:
            // if exactly number.to_be_bytes() comes, return Ok
        }
        // Err
    }
main: read up to 1,024 bytes, deliver them as 0, 1, 2, and so on; when a read returns 0, deliver the empty end, too.",
    ],
};

fn first_block(bench: &mut Bench) -> Ruling {
    let file = bench.word(1_700);
    let mut receiver = Receiver::started(bench, file)?;
    receiver.block(bench).map(|_| ())
}

fn next_block(bench: &mut Bench) -> Ruling {
    let file = bench.word(2_600);
    let mut receiver = Receiver::started(bench, file)?;
    for _ in 0..2 {
        let block = receiver.block(bench)?;
        receiver.acknowledges(&block)?;
    }
    Ok(())
}

fn the_same_again(bench: &mut Bench) -> Ruling {
    let file = bench.word(2_600);
    let mut receiver = Receiver::started(bench, file)?;
    let block = receiver.block(bench)?;
    receiver.udp.did("does not acknowledge it");
    let heard = receiver.udp.hears(bench)?;
    let same_data = |other: &[u8]| other.get(4..) == block.datagram.get(4..);
    let cause = match &heard {
        Datagram::Came(other, _) if *other == block.datagram => return Ok(()),
        Datagram::Came(other, _) if same_data(other) => &NUMBER_A_DATAGRAM,
        Datagram::Came(..) => &KERNEL_SLOWS_ME,
        Datagram::ProgramEnded => &SILENCE_IS_FINAL,
        Datagram::Silence | Datagram::Error(_) => &ALWAYS_ANSWERED,
    };
    let expected = format!("once more {}", described(&block.datagram));
    Fault::new(expected, came(&heard)).because(cause).stop()
}

fn other_acks(bench: &mut Bench) -> Ruling {
    let file = bench.word(3_500);
    let mut receiver = Receiver::started(bench, file)?;
    let first = receiver.block(bench)?;
    receiver.acknowledges(&first)?;
    receiver.acknowledges(&first)?;
    let second = receiver.block(bench)?;
    receiver.acknowledges(&first)?;
    receiver.sends_ack(second.number + 7, second.from)?;
    let heard = receiver.udp.hears(bench)?;
    match &heard {
        Datagram::Came(again, _) if *again == second.datagram => Ok(()),
        _ => {
            let expected = format!("nothing but {} again", described(&second.datagram));
            Fault::new(expected, came(&heard))
                .because(&NEXT_ACK_IS_MINE)
                .stop()
        }
    }
}

fn repeated_acks(bench: &mut Bench) -> Ruling {
    let file = bench.word(6_500);
    let mut receiver = Receiver::started(bench, file)?;
    receiver.udp.did("acknowledges each block twice");
    let (mut blocks, mut repeats) = (0, 0);
    let mut patience = START;
    while let Datagram::Came(datagram, from) = receiver.udp.hears_within(bench, patience)? {
        patience = REPLY;
        match receiver.number_if_new(&datagram) {
            Some(number) => {
                blocks += 1;
                for _ in 0..2 {
                    receiver.ack_silently(number, from)?;
                }
            }
            None => repeats += 1,
        }
    }
    // One that is not acknowledged in time may come twice: this machine may be
    // busy. That nearly all do has another reason.
    if repeats > 0 && repeats * 3 >= blocks * 2 {
        return Fault::new(
            "each datagram comes once, for all were acknowledged",
            "nearly all of them twice",
        )
        .because(&OLD_ACK_MEANS_LOST)
        .stop();
    }
    receiver.has_all()
}

fn stranger(bench: &mut Bench) -> Ruling {
    let file = bench.word(2_600);
    let mut receiver = Receiver::started(bench, file)?;
    let stranger = Udp::new(bench, "a stranger")?;
    let block = receiver.block(bench)?;
    stranger.did(format!("acknowledges {}", block.number));
    stranger
        .socket
        .send_to(&block.number.to_be_bytes(), block.from)?;
    let heard = receiver.udp.hears(bench)?;
    match &heard {
        Datagram::Came(again, _) if *again == block.datagram => Ok(()),
        _ => {
            let expected = format!("nothing but {} again", described(&block.datagram));
            Fault::new(expected, came(&heard))
                .because(&ONLY_THE_SERVER)
                .stop()
        }
    }
}

fn noise(bench: &mut Bench) -> Ruling {
    let file = bench.word(1_500);
    let mut receiver = Receiver::started(bench, file)?;
    let noise: [&[u8]; 3] = [b"", b"\0\0", b"no acknowledgment at all"];
    loop {
        let block = receiver.block(bench).map_err(|stop| match stop {
            Stop::Broken(fault) if receiver.next > 0 => fault.because(&WELL_FORMED).into(),
            other => other,
        })?;
        for one in noise {
            receiver.udp.sends(one, block.from)?;
        }
        receiver.acknowledges(&block)?;
        if block.is_end() {
            return succeeds(bench);
        }
    }
}

fn the_end_again(bench: &mut Bench) -> Ruling {
    let file = bench.word(700);
    let mut receiver = Receiver::started(bench, file)?;
    let end = loop {
        let block = receiver.block(bench)?;
        if block.is_end() {
            break block;
        }
        receiver.acknowledges(&block)?;
    };
    receiver.udp.did("does not acknowledge the end");
    let heard = receiver.udp.hears(bench)?;
    match &heard {
        Datagram::Came(again, _) if *again == end.datagram => Ok(()),
        _ => {
            let expected = format!("once more {}", described(&end.datagram));
            Fault::new(expected, came(&heard))
                .because(&END_NEEDS_NONE)
                .stop()
        }
    }
}

fn ends(bench: &mut Bench) -> Ruling {
    for length in [600, 0] {
        let file = bench.word(length);
        Receiver::started(bench, file)?.takes_all(bench)?;
        succeeds(bench)?;
    }
    Ok(())
}

fn all_kinds(bench: &mut Bench) -> Ruling {
    for length in [2 * 1_024, 40_000] {
        let file = any(&mut bench.random, length);
        Receiver::started(bench, file)?.takes_all(bench)?;
        succeeds(bench)?;
    }
    Ok(())
}

fn gives_up(bench: &mut Bench) -> Ruling {
    let file = bench.word(300);
    let mut receiver = Receiver::started(bench, file)?;
    receiver.block(bench)?;
    receiver.udp.did("never acknowledges it");
    vain_tries(bench, &receiver.udp)
}

fn through_a_relay(bench: &mut Bench) -> Ruling {
    let file = any(&mut bench.random, 4_000);
    let mut receiver = Receiver::started(bench, file)?;
    receiver.takes_through_a_relay(bench)?;
    receiver.has_all()?;
    succeeds(bench)
}

/// The program ends by itself, and says that all went well.
fn succeeds(bench: &mut Bench) -> Ruling {
    let expected = "it ends with exit status 0: the end was acknowledged";
    match bench.program()?.wait(Instant::now() + REPLY) {
        Some(status) if status.success() => Ok(()),
        Some(status) => Fault::new(expected, words(&status)).stop(),
        None => Fault::new(expected, "it does not end").stop(),
    }
}

/// What came instead of a datagram that was expected, in words.
fn came(heard: &Datagram) -> String {
    match heard {
        Datagram::Came(datagram, _) => described(datagram),
        other => other.words(),
    }
}
