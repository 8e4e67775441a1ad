//! How far the learner has come, read from the diary.

use std::path::Path;

use anyhow::{Context, Result};
use kit::diary::{Deed, Diary, Entry};
use serde::Serialize;

use crate::chapters::{self, Chapter};
use crate::judge::{self, EXERCISES};
use crate::review::{self, Item};

/// How far the learner has come.
#[derive(Debug, Serialize)]
pub struct Progress {
    /// The version of this object.
    pub v: u32,
    /// The chapters that have a lesson, in the order of the book.
    pub chapters: Vec<Steps>,
    /// How many predictions are to be asked again now.
    pub due: usize,
    /// When the first of the others is: milliseconds since 1970 in UTC.
    pub next_due_ms: Option<u64>,
    /// What to do next.
    pub next: Next,
    /// What of the diary could not be read, after "the diary has".
    pub complaint: Option<String>,
}

/// The predictions and exercises of a chapter.
#[derive(Debug, Serialize)]
pub struct Steps {
    /// The number of the chapter in the book.
    pub number: usize,
    /// The slug of its lesson.
    pub lesson: String,
    /// Its title.
    pub title: String,
    /// Its experiments, in order.
    pub experiments: Vec<Experiment>,
    /// Its exercises, in order.
    pub exercises: Vec<Exercise>,
}

/// An experiment and its last prediction.
#[derive(Debug, Serialize)]
pub struct Experiment {
    /// Its name.
    pub name: String,
    /// What became of the last prediction.
    pub prediction: Prediction,
}

/// What became of a prediction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Prediction {
    /// It was never made.
    Open,
    /// It was made, but the run settled nothing.
    Unsettled,
    /// The kernel chose another option.
    Wrong,
    /// The kernel chose that option.
    Right,
}

/// An exercise and what the judge said of it.
#[derive(Debug, Serialize)]
pub struct Exercise {
    /// Its name.
    pub name: String,
    /// What the judge said.
    pub state: Judged,
}

/// What the judge said of an exercise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Judged {
    /// Nothing yet.
    Open,
    /// It was tried and has not passed.
    Failed,
    /// It has passed at least once since it was begun.
    Passed,
}

/// What to do next.
#[derive(Debug, PartialEq, Serialize)]
pub struct Next {
    /// What it is, in a few words.
    pub what: String,
    /// The command for it.
    pub command: String,
}

impl Progress {
    /// Reads it; without a diary nothing was done.
    pub fn read(root: &Path, diary: Option<&Diary>, now_ms: u64) -> Result<Progress> {
        let pages = match diary {
            None => Default::default(),
            Some(diary) => diary
                .read()
                .with_context(|| format!("cannot read {}", diary.file().display()))?,
        };
        let entries = &pages.entries;
        let mut all = Vec::new();
        for (number, chapter) in (1..).zip(chapters::all(root)?) {
            all.extend(steps(root, number, chapter, entries));
        }
        let known = |item: &Item| has(&all, &item.lesson, &item.experiment);
        let items = review::items(entries);
        let items: Vec<_> = items.into_iter().filter(known).collect();
        let due = items.iter().filter(|item| item.is_due(now_ms)).count();
        let later = items.iter().find(|item| !item.is_due(now_ms));
        let next = match due {
            0 => next(&all, busy_with(entries)),
            _ => Next {
                what: "meet again what went wrong".into(),
                command: "cargo run -- review".into(),
            },
        };
        Ok(Progress {
            v: 1,
            due,
            next_due_ms: later.map(|item| item.due_ms),
            next,
            complaint: pages.complaint(),
            chapters: all,
        })
    }
}

impl Steps {
    /// How many predictions were made.
    pub fn predicted(&self) -> usize {
        self.experiments.len() - self.count(Prediction::Open)
    }

    /// How many experiments have this last prediction.
    pub fn count(&self, prediction: Prediction) -> usize {
        let all = self.experiments.iter();
        all.filter(|e| e.prediction == prediction).count()
    }

    /// How many exercises have passed.
    pub fn passed(&self) -> usize {
        let all = self.exercises.iter();
        all.filter(|e| e.state == Judged::Passed).count()
    }

    /// The first thing that is still open, if one is.
    fn next(&self) -> Option<Next> {
        let lesson = &self.lesson;
        let open = |e: &&Experiment| e.prediction == Prediction::Open;
        if let Some(experiment) = self.experiments.iter().find(open) {
            let name = &experiment.name;
            return Some(match self.predicted() {
                0 => Next {
                    what: format!("begin the chapter \"{}\"", self.title),
                    command: format!("cargo run -p lesson-{lesson}"),
                },
                _ => Next {
                    what: format!("go on with the chapter \"{}\"", self.title),
                    command: format!("cargo run -p lesson-{lesson} -- {name}"),
                },
            });
        }
        let mut exercises = self.exercises.iter();
        let open = exercises.find(|e| e.state != Judged::Passed)?;
        Some(self.build(open))
    }

    /// To build this exercise.
    fn build(&self, exercise: &Exercise) -> Next {
        let name = &exercise.name;
        Next {
            what: format!("build {name}, an exercise of \"{}\"", self.title),
            command: format!("cargo run -- watch {name}"),
        }
    }
}

fn steps(root: &Path, number: usize, chapter: Chapter, entries: &[Entry]) -> Option<Steps> {
    let lesson = chapter.slug.filter(|_| chapter.has_lesson)?;
    let experiments = chapters::experiments(root, &lesson).unwrap_or_default();
    let experiments = experiments.into_iter().map(|listed| Experiment {
        prediction: prediction(entries, &lesson, &listed.name),
        name: listed.name,
    });
    let own = EXERCISES.iter().filter(|one| one.lesson == lesson);
    let exercises = own.map(|one| Exercise {
        name: one.name.into(),
        state: judged(entries, one.name),
    });
    Some(Steps {
        number,
        title: chapter.title,
        experiments: experiments.collect(),
        exercises: exercises.collect(),
        lesson,
    })
}

/// What became of the last prediction of an experiment; a run that settled
/// nothing takes nothing away from an earlier one.
fn prediction(entries: &[Entry], of: &str, name: &str) -> Prediction {
    let mut last = Prediction::Open;
    for entry in entries {
        let Deed::Prediction {
            lesson,
            experiment,
            predicted,
            happened,
            ..
        } = &entry.deed
        else {
            continue;
        };
        if lesson != of || experiment != name {
            continue;
        }
        last = match happened {
            Some(happened) if happened == predicted => Prediction::Right,
            Some(_) => Prediction::Wrong,
            None if last == Prediction::Open => Prediction::Unsettled,
            None => last,
        };
    }
    last
}

/// What the judge said of the learner's own file or command. Who begins an
/// exercise again has not passed it.
pub fn judged(entries: &[Entry], name: &str) -> Judged {
    let mut state = Judged::Open;
    for entry in entries {
        match &entry.deed {
            Deed::Verdict {
                exercise, passed, ..
            } if exercise == name => {
                if *passed {
                    state = Judged::Passed;
                } else if state == Judged::Open {
                    state = Judged::Failed;
                }
            }
            Deed::Reset { exercise, .. } if exercise == name => state = Judged::Open,
            _ => {}
        }
    }
    state
}

fn has(chapters: &[Steps], lesson: &str, experiment: &str) -> bool {
    let chapter = chapters.iter().find(|chapter| chapter.lesson == lesson);
    chapter.is_some_and(|chapter| chapter.experiments.iter().any(|e| e.name == experiment))
}

/// The lesson, and the exercise if it was one, that the learner was busy with
/// last.
fn busy_with(entries: &[Entry]) -> Option<(&str, Option<&str>)> {
    entries.iter().rev().find_map(|entry| match &entry.deed {
        Deed::Prediction { lesson, .. } => Some((&**lesson, None)),
        deed => {
            let known = exercise_of(deed)?;
            Some((known.lesson, Some(known.name)))
        }
    })
}

/// The exercise that was judged or asked about last, unless it has passed.
pub fn at_hand(entries: &[Entry]) -> Option<&'static judge::Exercise> {
    let mut last = entries.iter().rev();
    let exercise = last.find_map(|entry| exercise_of(&entry.deed))?;
    Some(exercise).filter(|exercise| judged(entries, exercise.name) != Judged::Passed)
}

fn exercise_of(deed: &Deed) -> Option<&'static judge::Exercise> {
    match deed {
        Deed::Prediction { .. } => None,
        Deed::Verdict { exercise, .. }
        | Deed::Hint { exercise, .. }
        | Deed::Solution { exercise }
        | Deed::Reset { exercise, .. } => judge::exercise(exercise),
    }
}

/// The exercise or the chapter that the learner is busy with, else the first
/// chapter in which something is open.
fn next(chapters: &[Steps], busy_with: Option<(&str, Option<&str>)>) -> Next {
    let (lesson, exercise) = busy_with.unwrap_or_default();
    let chapter = chapters.iter().find(|chapter| chapter.lesson == lesson);
    let begun = chapter.and_then(|chapter| {
        let mut exercises = chapter.exercises.iter();
        let begun = exercises.find(|e| Some(&*e.name) == exercise && e.state != Judged::Passed)?;
        Some(chapter.build(begun))
    });
    let mut places = chapter.into_iter().chain(chapters);
    let step = begun.or_else(|| places.find_map(Steps::next));
    step.unwrap_or_else(|| Next {
        what: "all is done; see where to go from here".into(),
        command: "cargo run -- --open".into(),
    })
}
