//! The event stream: one enum, one JSON object a line.

use serde::{Deserialize, Serialize};

/// The version of the stream, written into each line as `"v"`.
pub const VERSION: u32 = 1;

/// One line of the stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// The version of the stream, [`VERSION`].
    pub v: u32,
    /// The number of the line in this run, from 0, without gaps.
    pub n: u64,
    /// When the event was told: microseconds since the program started.
    pub t_us: u64,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// Something that happened in a lesson, in the order in which it happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A lesson begins: what it is and which experiments it has.
    Lesson {
        /// The lesson's slug, such as `udp`.
        name: String,
        /// The title of its chapter.
        title: String,
        /// Its page in the book, relative to the book's root.
        page: String,
        /// Its experiments, in order.
        experiments: Vec<Listed>,
    },
    /// An experiment begins.
    Experiment {
        /// The experiment's name, such as `boundaries`.
        name: String,
        /// The source file whose lines the following events name.
        file: String,
    },
    /// The prediction asked for before anything runs.
    Question {
        /// The question.
        text: String,
        /// The options, in the order shown.
        options: Vec<Offered>,
    },
    /// The learner's prediction.
    Answer {
        /// The key of the option chosen, or nothing if the learner skipped it.
        key: Option<String>,
    },
    /// A call on a socket: told before a send, and after a receive.
    Call {
        /// Who calls: `client`, `server`, ...
        who: String,
        /// The call in words, with the values that went in or came back.
        what: String,
        /// The line of source that told this.
        at: At,
    },
    /// What the kernel says of a socket.
    State {
        /// Whose socket.
        who: String,
        /// What was read.
        state: String,
        /// Where it was read: a system call or a file under /proc.
        source: String,
        /// The line of source that told this.
        at: At,
    },
    /// A packet on the wire between two hosts.
    Packet(Packet),
    /// The states of both ends of a connection at the same moment.
    Ends {
        /// The state of the end that ladders draw on the left.
        left: String,
        /// The state of the end that ladders draw on the right.
        right: String,
        /// Where they were read: a system call or a file under /proc.
        source: String,
        /// The line of source that told this.
        at: At,
    },
    /// A line that a program on one of the hosts wrote.
    Wrote {
        /// The host: `A` or `B`.
        who: String,
        /// Whether it came from standard error.
        error: bool,
        /// The line, with control characters made visible.
        text: String,
    },
    /// A program on one of the hosts ended.
    Exited {
        /// The host: `A` or `B`.
        who: String,
        /// How: `exit status 0`, `signal 15`.
        how: String,
    },
    /// A remark of the narrator.
    Said {
        /// The remark.
        text: String,
        /// The line of source that told this.
        at: At,
    },
    /// What the kernel chose among the options, computed from this run.
    Outcome {
        /// The key of the option, or nothing if no option says what happened.
        key: Option<String>,
        /// The text of that option.
        text: String,
        /// The values of this run from which the option follows.
        evidence: String,
    },
    /// The belief behind a prediction that did not come true.
    Explained {
        /// The stable name of the belief, such as `M47`.
        belief: String,
        /// The belief in one sentence.
        says: String,
        /// Why people hold it.
        tempting: String,
        /// What is true instead.
        truth: String,
    },
    /// An experiment ended.
    End {
        /// The experiment's name.
        experiment: String,
        /// How it ended.
        status: Status,
        /// Why, when the status is not [`Status::Ok`].
        #[serde(skip_serializing_if = "Option::is_none", default)]
        why: Option<String>,
    },
}

/// A packet as the wire saw it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Packet {
    /// The number of the packet on this wire, from 1.
    pub number: u64,
    /// When the wire got it: microseconds since the hosts were made, by the
    /// kernel's time stamp.
    pub at_us: u64,
    /// The host that sent it: `A` or `B`. A forged packet names the host that
    /// the receiver takes for its sender.
    pub from: String,
    /// Source address, with the port where the protocol has ports.
    pub source: String,
    /// Destination address, with the port where the protocol has ports.
    pub destination: String,
    /// `tcp`, `udp`, `icmp`, `igmp` or `other`.
    pub protocol: String,
    /// The flags of a TCP segment, joined by commas: `SYN, ACK`.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub flags: String,
    /// The sequence number of a TCP segment.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub seq: Option<Sequence>,
    /// The acknowledgment number of a TCP segment with ACK.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ack: Option<Sequence>,
    /// The window in bytes that a TCP segment offers.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub window: Option<u32>,
    /// Bytes of payload.
    pub length: usize,
    /// What else the packet says: TCP options, the meaning of an ICMP
    /// message, the place of a fragment.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub info: String,
    /// What the wire did with it: `passed`, `dropped`, `delayed by 300 ms`,
    /// `duplicated`, `held`, `reordered`, `corrupted`, `replaced`, `forged`; of
    /// a packet that was held, `held, then passed` and the like.
    pub fate: String,
    /// The rule that decided, if one did.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub rule: Option<String>,
}

/// A TCP sequence or acknowledgment number, RFC 9293 section 3.4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sequence {
    /// The number in the header.
    pub real: u32,
    /// Its distance from the initial sequence number of its direction, if
    /// the wire saw that one.
    pub relative: Option<u32>,
}

/// An experiment as `--list` names it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Listed {
    /// The experiment's name.
    pub name: String,
    /// What it settles, in a sentence that gives nothing away.
    pub about: String,
}

/// An option as the learner sees it, without the belief behind it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Offered {
    /// A short stable key.
    pub key: String,
    /// The option in words.
    pub text: String,
}

/// A place in the source of a lesson.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct At {
    /// The file, relative to the root of the workspace, with `/`.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
}

/// How an experiment ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It ran and the kernel chose one of the options.
    Ok,
    /// It ran and something happened that no option says.
    Unlisted,
    /// The run could not settle the question; another run may.
    Inconclusive,
    /// A call failed that the experiment needs.
    Failed,
}

impl From<&'static std::panic::Location<'static>> for At {
    fn from(place: &'static std::panic::Location<'static>) -> At {
        At {
            file: place.file().replace('\\', "/"),
            line: place.line(),
        }
    }
}
