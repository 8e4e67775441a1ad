//! `chat-client`: what is typed goes out, what comes in is shown.

mod causes;
mod comes;
mod ends;
mod goes;
mod host;

use crate::judge::{Exercise, Rule};

/// The exercise.
pub const EXERCISE: Exercise = Exercise {
    name: "chat-client",
    lesson: "chat",
    about: "A client for the chat: what is typed goes out, what comes in is shown.",
    rules: &[
        Rule {
            says: "it connects to the address that it is given",
            check: goes::connects,
        },
        Rule {
            says: "a line that is typed goes out at once",
            check: goes::typed,
        },
        Rule {
            says: "a line of the server is shown at once, though nobody types",
            check: comes::at_once,
        },
        Rule {
            says: "a line in pieces is shown as one, and two in one segment as two",
            check: comes::pieces,
        },
        Rule {
            says: "no command to the terminal is shown, and all letters are",
            check: comes::harmless,
        },
        Rule {
            says: "thousands of lines are shown, whole and in order",
            check: comes::thousands,
        },
        Rule {
            says: "a server that reads nothing keeps no line from being shown",
            check: goes::stalled,
        },
        Rule {
            says: "a line without an end does not fill the memory",
            check: comes::endless,
        },
        Rule {
            says: "when the input ends it ends its side, and shows what still comes",
            check: ends::input,
        },
        Rule {
            says: "when the server is gone it says so and ends, though nobody types",
            check: ends::server,
        },
    ],
    causes: causes::ALL,
    hints: [
        "There are two things to wait for, the keyboard and the server, and neither may keep you from the other. How many threads is that, and which of them ends the program?",
        "One thread: read a line from standard input, write it to the socket; at the end of the input shutdown(Write). The other: read bytes up to a newline, at most 64 KiB, make them harmless, print them. What should happen when each of them sees its end?",
        r#"
The thread of the server, where `leaving` is an AtomicBool that both threads see:
    while let Some(line) = next_line()? {
        // print the harmless line
    }
    // exit(0) if leaving, else print "* The server is gone" and exit(1)
main: write each line of stdin to the socket; then `leaving = true`, `stream.shutdown(Write)`, and join the thread."#,
    ],
};
