//! What an entry of the diary says.

use serde::{Deserialize, Serialize};

/// The version of an entry, written into each line as `"v"`.
pub const VERSION: u32 = 1;

/// One line of the diary.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The version of the entry, [`VERSION`].
    pub v: u32,
    /// When it was written: milliseconds since 1970 in UTC.
    pub at_ms: u64,
    /// What the learner did.
    #[serde(flatten)]
    pub deed: Deed,
}

/// Something that the learner did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "entry", rename_all = "snake_case")]
pub enum Deed {
    /// Predicted what an experiment shows, and ran it.
    Prediction {
        /// The lesson's slug, such as `udp`.
        lesson: String,
        /// The experiment's name, such as `boundaries`.
        experiment: String,
        /// The key of the option that was predicted.
        predicted: String,
        /// The key of the option that the kernel chose, or nothing if the
        /// run settled nothing.
        happened: Option<String>,
        /// The belief behind a prediction that did not come true, if one is
        /// known: `M47`.
        belief: Option<String>,
        /// Where it was asked.
        source: Source,
    },
    /// Had a program judged.
    Verdict {
        /// The exercise, such as `udp-echo`.
        exercise: String,
        /// Whether every rule was kept.
        passed: bool,
        /// The seed that repeats the judge's inputs.
        seed: u64,
        /// The rules that were checked, in order.
        rules: Vec<Rule>,
        /// What was wrong, if something was.
        failed: Option<Failed>,
        /// The command that was judged instead of the learner's file.
        command: Option<String>,
    },
    /// Asked for a hint.
    Hint {
        /// The exercise.
        exercise: String,
        /// Which hint was shown, from 1.
        level: u32,
    },
    /// Looked at the solution.
    Solution {
        /// The exercise.
        exercise: String,
    },
    /// Began an exercise again.
    Reset {
        /// The exercise.
        exercise: String,
        /// Where the learner's file was kept, relative to the workbook.
        copy: String,
    },
}

/// Where a prediction was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// By a lesson at a terminal.
    Terminal,
    /// By a program that runs a lesson, such as the page.
    Page,
}

/// A rule that the judge checked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// The rule in words.
    pub rule: String,
    /// Whether the program kept it.
    pub passed: bool,
}

/// What the judge said of the rule that was broken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Failed {
    /// The rule in words.
    pub rule: String,
    /// The verdict, line by line.
    pub text: Vec<String>,
    /// A short name for what went wrong, if the judge has one.
    pub cause: Option<String>,
    /// The belief behind it, if one is known: `M47`.
    pub belief: Option<String>,
}
