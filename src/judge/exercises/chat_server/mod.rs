//! `chat-server`: a chat for many, some of whom are unkind.

mod causes;
mod crowd;
mod endless;
mod ends;
mod guest;
mod harm;
mod room;

use crate::judge::{Exercise, Rule, bench};

/// The exercise.
pub const EXERCISE: Exercise = Exercise {
    name: "chat-server",
    lesson: "chat",
    about: "A chat for many, some of whom are slow, silent, rude or gone.",
    rules: &[
        bench::SAYS_WHERE,
        Rule {
            says: "the first line is the name, and the room learns who comes and goes",
            check: room::names,
        },
        Rule {
            says: "a line reaches everybody but who said it, as it was said",
            check: room::everybody_else,
        },
        Rule {
            says: "a bad name and one that is taken are refused, with a reason",
            check: room::bad_names,
        },
        Rule {
            says: "two lines in one segment are two, and a line in pieces is one",
            check: room::pieces,
        },
        Rule {
            says: "a last line without its newline is delivered",
            check: room::last_line,
        },
        Rule {
            says: "all talk at once: nothing is lost, doubled, mixed or out of order",
            check: room::at_once,
        },
        Rule {
            says: "who resets the connection harms nobody",
            check: harm::resets,
        },
        Rule {
            says: "no command to a terminal passes, and what is no UTF-8 ends nobody",
            check: harm::screens,
        },
        Rule {
            says: "a line of more than 1,024 bytes ends its client, with a reason",
            check: endless::endless,
        },
        Rule {
            says: "who never reads delays nobody, and is let go",
            check: harm::never_reads,
        },
        Rule {
            says: "a thousand clients at once keep nobody out",
            check: crowd::thousand,
        },
        Rule {
            says: "who says no name is let go within 5 seconds, and keeps none out",
            check: crowd::nameless,
        },
        Rule {
            says: "out of descriptors, those who are in go on chatting; later others get in",
            check: crowd::descriptors,
        },
        Rule {
            says: "told to end, it tells all, loses nothing, and frees the port",
            check: ends::told_to_end,
        },
    ],
    causes: causes::ALL,
    hints: [
        "Decide who owns the room. If each client has a thread that reads its lines, who writes to the others, and what happens to all of them while one of these writes has to wait?",
        "A write must never wait: send with MSG_DONTWAIT (or a write of asyncio), keep what the kernel does not take, up to 1 MiB, and let go who has more than that or takes nothing for 5 seconds. Send first and judge after. Read lines of at most 1,024 bytes, and make each text harmless once, where it is read.",
        r"
    loop {
        // wait for Joined, Line, Left or Stop, at most 10 ms
        // change the room and append to each member's buffer
        for member in members {
            // send its buffer without waiting, then let it go
            // if its buffer is over 1 MiB,
            // or it has taken nothing or said no name for 4 s
        }
    }
One thread accepts (and pauses when accept fails), one reads each client, one does this loop; SIGTERM is an event like the others.",
    ],
};
