//! What a check says when it ends early.

use std::io;

use super::cause::Cause;

/// Why a check ended early.
#[derive(Debug)]
pub enum Stop {
    /// The program broke the rule.
    Broken(Box<Fault>),
    /// The judge could not go on, for a reason that is not the program's.
    Trouble(String),
    /// The machine was too busy for this check, in words; it is tried again.
    Busy(String),
}

impl Stop {
    /// The same, and a rule that is broken is so by this cause.
    pub fn because(self, cause: &'static Cause) -> Stop {
        match self {
            Stop::Broken(fault) => fault.because(cause).into(),
            other => other,
        }
    }
}

/// How a rule was broken.
#[derive(Debug)]
pub struct Fault {
    /// What was expected, in words, with the bytes.
    pub expected: String,
    /// What came instead, in words, with the bytes.
    pub got: String,
    /// The belief that most likely leads to it, where the symptom shows one.
    pub cause: Option<&'static Cause>,
}

impl Fault {
    /// A fault whose symptom fits no single belief.
    pub fn new(expected: impl Into<String>, got: impl Into<String>) -> Fault {
        Fault {
            expected: expected.into(),
            got: got.into(),
            cause: None,
        }
    }

    /// The belief that most likely leads to it.
    pub fn because(mut self, cause: &'static Cause) -> Fault {
        self.cause = Some(cause);
        self
    }

    /// The belief, if the condition holds and no other is named yet.
    pub fn because_if(self, holds: bool, cause: &'static Cause) -> Fault {
        match holds && self.cause.is_none() {
            true => self.because(cause),
            false => self,
        }
    }

    /// This fault as the end of a check.
    pub fn stop<T>(self) -> Result<T, Stop> {
        Err(self.into())
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Stop {
        Stop::Broken(Box::new(fault))
    }
}

impl From<io::Error> for Stop {
    /// An error of one of the judge's own calls.
    fn from(error: io::Error) -> Stop {
        let why = kit::describe_error(&error);
        // EMFILE has this number on every Unix.
        Stop::Trouble(match (error.raw_os_error(), kit::open_files()) {
            (Some(24), Some(limit)) => {
                format!("{why}: only {limit} may be open at once here; ulimit -n 1024")
            }
            _ => why,
        })
    }
}
