//! What a lesson is made of: experiments, their questions and their outcomes.

use crate::{Belief, Narrator};
use std::io;

/// A lesson: the code side of one chapter.
pub struct Lesson {
    /// The slug that names page, folder, package and recordings: `udp`.
    pub name: &'static str,
    /// The title of the chapter.
    pub title: &'static str,
    /// The experiments in the order in which they are best seen.
    pub experiments: &'static [Experiment],
}

/// One question put to the kernel.
pub struct Experiment {
    /// A short name, the same as its file: `boundaries`.
    pub name: &'static str,
    /// What it is about, in one sentence that gives nothing away.
    pub about: &'static str,
    /// Its source file: `file!()`.
    pub file: &'static str,
    /// What the learner predicts.
    pub question: &'static str,
    /// The options; each wrong one is a belief that people really hold.
    pub choices: &'static [Choice],
    /// Runs the experiment and tells which option the kernel chose.
    pub run: fn(&mut Narrator) -> io::Result<Outcome>,
}

/// An option of a question.
pub struct Choice {
    /// A short stable key.
    pub key: &'static str,
    /// The option in words.
    pub text: &'static str,
    /// The belief that leads to it, if it is one of the catalogue.
    pub belief: Option<&'static Belief>,
}

impl Choice {
    /// An option that no belief of the catalogue leads to.
    pub const fn new(key: &'static str, text: &'static str) -> Choice {
        let belief = None;
        Choice { key, text, belief }
    }

    /// An option that follows from a belief.
    pub const fn believing(
        key: &'static str,
        text: &'static str,
        belief: &'static Belief,
    ) -> Choice {
        let belief = Some(belief);
        Choice { key, text, belief }
    }
}

/// What a run showed.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// The kernel chose the option with this key.
    Chose {
        /// The key of the option.
        key: &'static str,
        /// The values of this run from which it follows.
        evidence: String,
    },
    /// Something happened that no option says.
    Unlisted(String),
    /// The run could not settle the question, for this reason.
    Inconclusive(String),
}

impl Outcome {
    /// The kernel chose the option `key`, as `evidence` from this run shows.
    pub fn chose(key: &'static str, evidence: impl Into<String>) -> Outcome {
        let evidence = evidence.into();
        Outcome::Chose { key, evidence }
    }

    /// Something happened that no option says: `what`.
    pub fn unlisted(what: impl Into<String>) -> Outcome {
        Outcome::Unlisted(what.into())
    }

    /// The run could not settle the question, for the reason `why`.
    pub fn inconclusive(why: impl Into<String>) -> Outcome {
        Outcome::Inconclusive(why.into())
    }
}

impl Lesson {
    /// The page of the chapter, relative to the root of the book.
    pub fn page(&self) -> String {
        format!("{}.html", self.name)
    }

    /// The experiment with this name.
    pub fn experiment(&self, name: &str) -> Option<&'static Experiment> {
        self.experiments.iter().find(|e| e.name == name)
    }

    /// The name that `mistyped` was probably meant to be, if one is near.
    pub fn nearest(&self, mistyped: &str) -> Option<&'static str> {
        let names = self.experiments.iter().map(|e| e.name);
        names
            .map(|name| (strsim::damerau_levenshtein(mistyped, name), name))
            .min()
            .filter(|(distance, name)| *distance <= name.len().div_ceil(2))
            .map(|(_, name)| name)
    }
}
