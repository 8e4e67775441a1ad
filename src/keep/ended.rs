//! How a program ended, in words.

use std::fmt;

/// How a program ended, and what else there is to say about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Ended {
    pub how: How,
    /// The limit that it broke and was killed for, after "it": "ran for more
    /// than 10 s".
    pub limit: Option<String>,
    /// How many processes it left behind, or had when it had to be killed.
    pub killed: usize,
    /// How many of them could not be killed, such as another user's.
    pub left: usize,
}

/// How a program ended.
#[derive(Clone, Debug, PartialEq)]
pub enum How {
    /// By itself, with this exit status.
    Exit(i32),
    /// By this signal.
    Signal(i32),
    /// It never ran: why.
    NotStarted(String),
}

impl Ended {
    /// Whether it ended by itself with exit status 0.
    pub fn success(&self) -> bool {
        self.code() == Some(0)
    }

    /// Its exit status, if it ended by itself.
    pub fn code(&self) -> Option<i32> {
        match self.how {
            How::Exit(code) => Some(code),
            _ => None,
        }
    }

    /// The signal that ended it, if one did.
    pub fn signal(&self) -> Option<i32> {
        match self.how {
            How::Signal(number) => Some(number),
            _ => None,
        }
    }
}

impl fmt::Display for Ended {
    /// "exit status 1", "signal 11 (SIGSEGV)", "signal 9 (SIGKILL), since it
    /// ran for more than 10 s".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.how)?;
        match &self.limit {
            Some(limit) => write!(f, ", since it {limit}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for How {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            How::Exit(code) => write!(f, "exit status {code}"),
            How::Signal(number) => match signal_hook::low_level::signal_name(*number) {
                Some(name) => write!(f, "signal {number} ({name})"),
                None => write!(f, "signal {number}"),
            },
            How::NotStarted(why) => write!(f, "{why}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Ended, How};

    #[test]
    fn an_end_is_told_in_words() {
        let words = |how, limit: Option<&str>| {
            let limit = limit.map(String::from);
            let (killed, left) = (0, 0);
            let ended = Ended {
                how,
                limit,
                killed,
                left,
            };
            ended.to_string()
        };
        assert_eq!(words(How::Exit(1), None), "exit status 1");
        assert_eq!(words(How::Signal(11), None), "signal 11 (SIGSEGV)");
        assert_eq!(words(How::Signal(60), None), "signal 60");
        let limit = Some("ran for more than 2 s");
        assert_eq!(
            words(How::Signal(9), limit),
            "signal 9 (SIGKILL), since it ran for more than 2 s"
        );
    }
}
