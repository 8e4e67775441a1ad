//! The lessons' programs, built ahead of their use.
//!
//! A page that asks for a run must not wait for the compiler. So the lessons
//! are built one after another as soon as the book is served, and again when
//! somebody edits them; a lesson whose page is read comes first.

mod cargo;
mod list;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::lessons;
use crate::place::Place;

/// All lessons of a workbook, and how far each of them is.
pub struct Shelf {
    place: Place,
    lessons: Mutex<BTreeMap<String, Lesson>>,
    changed: Condvar,
}

/// How far a lesson is.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// It will be built.
    Waiting,
    /// The compiler is at it.
    Building,
    /// It can be started, and these are its experiments.
    Ready(Vec<String>),
    /// It cannot be started, for this reason: often the compiler's words.
    Broken(String),
}

struct Lesson {
    state: State,
    /// Edited since the compiler began.
    edited: bool,
    /// Somebody reads its page.
    wanted: bool,
}

/// A lesson that was just built, or not.
pub struct Built {
    /// The lesson.
    pub lesson: String,
    /// How long it took.
    pub took: Duration,
    /// Whether it is ready or broken.
    pub state: State,
    /// How many lessons are neither ready nor broken yet.
    pub left: usize,
    /// Whether all lessons are ready.
    pub all_ready: bool,
}

impl Shelf {
    /// The lessons of a workbook, none of them built yet. A folder without a
    /// workspace of cargo's has none that could be.
    pub fn new(place: &Place) -> Shelf {
        let shelf = Shelf {
            place: place.clone(),
            lessons: Mutex::default(),
            changed: Condvar::new(),
        };
        shelf.queue_all();
        shelf
    }

    /// Takes the lessons as they lie in the target folder, and builds none.
    pub fn as_built(place: &Place) -> Shelf {
        let shelf = Shelf::new(place);
        let names: Vec<String> = shelf.lock().keys().cloned().collect();
        for name in names {
            let state = match shelf.program(&name) {
                program if program.is_file() => list::of(&program),
                _ => State::Broken(format!("It is not built: cargo build -p lesson-{name}")),
            };
            if let Some(lesson) = shelf.lock().get_mut(&name) {
                lesson.state = state;
            }
        }
        shelf
    }

    /// Builds the next lesson that waits. Waits itself while there is none.
    pub fn build_next(&self) -> Built {
        let name = self.next();
        let start = Instant::now();
        let state = match cargo::build(&self.place, &name) {
            Ok(()) => list::of(&self.program(&name)),
            Err(words) => State::Broken(words),
        };
        let mut lessons = self.lock();
        if let Some(lesson) = lessons.get_mut(&name) {
            lesson.state = match std::mem::take(&mut lesson.edited) {
                true => State::Waiting,
                false => state.clone(),
            };
        }
        let unfinished = |lesson: &&Lesson| !lesson.state.is_settled();
        let ready = |lesson: &Lesson| matches!(lesson.state, State::Ready(_));
        Built {
            lesson: name,
            took: start.elapsed(),
            state,
            left: lessons.values().filter(unfinished).count(),
            all_ready: lessons.values().all(ready),
        }
    }

    fn next(&self) -> String {
        let mut lessons = self.lock();
        loop {
            let waiting = lessons
                .iter_mut()
                .filter(|(_, lesson)| lesson.state == State::Waiting);
            if let Some((name, lesson)) = waiting.max_by_key(|(name, lesson)| {
                // The wanted ones first; among equals, in alphabetical order.
                (lesson.wanted, std::cmp::Reverse(name.to_owned()))
            }) {
                lesson.state = State::Building;
                return name.clone();
            }
            let waited = self.changed.wait(lessons);
            lessons = waited.unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Somebody reads the page of this lesson, if it is one.
    pub fn wanted(&self, name: &str) {
        let mut lessons = self.lock();
        if let Some(lesson) = lessons.get_mut(name) {
            lesson.wanted = true;
        }
    }

    /// Has those lessons built again that these edits concern.
    pub fn edited(&self, paths: &BTreeSet<PathBuf>) {
        let folder = self.place.root.join("lessons");
        let parts = paths.iter().filter(|path| is_source(path));
        let parts = parts.filter_map(|path| path.strip_prefix(&folder).ok());
        let folders = parts.filter_map(|path| path.iter().next());
        let folders: BTreeSet<_> = folders.map(|name| name.to_string_lossy()).collect();
        let is_lesson = |name: &str| self.lock().contains_key(name);
        if folders.iter().all(|name| is_lesson(name)) {
            for name in folders {
                self.queue(&name);
            }
        } else {
            // What the lessons have in common, or a lesson that is new.
            self.queue_all();
        }
    }

    fn queue_all(&self) {
        let cargo_workspace = self.place.root.join("Cargo.toml").is_file();
        let names = lessons::names(&self.place.root).unwrap_or_default();
        let names: Vec<_> = names.into_iter().filter(|_| cargo_workspace).collect();
        self.lock().retain(|name, _| names.contains(name));
        for name in names {
            self.queue(&name);
        }
    }

    fn queue(&self, name: &str) {
        let mut lessons = self.lock();
        let lesson = lessons.entry(name.to_owned()).or_insert(Lesson {
            state: State::Waiting,
            edited: false,
            wanted: false,
        });
        match lesson.state {
            State::Building => lesson.edited = true,
            _ => lesson.state = State::Waiting,
        }
        drop(lessons);
        self.changed.notify_all();
    }

    /// The lessons by name, and how far each of them is.
    pub fn states(&self) -> Vec<(String, State)> {
        let lessons = self.lock();
        let states = lessons.iter().map(|(name, lesson)| {
            let state = match lesson.edited {
                true => &State::Waiting,
                false => &lesson.state,
            };
            (name.clone(), state.clone())
        });
        states.collect()
    }

    /// How far this lesson is; nothing if there is none of this name.
    pub fn state(&self, name: &str) -> Option<State> {
        let mut states = self.states().into_iter();
        let (_, state) = states.find(|(other, _)| other == name)?;
        Some(state)
    }

    /// Where cargo puts the program of a lesson.
    pub fn program(&self, name: &str) -> PathBuf {
        self.place.lesson(name)
    }

    /// Where lessons may put the packets of a run.
    pub fn captures(&self) -> PathBuf {
        self.place.target.join("workbook-captures")
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Lesson>> {
        self.lessons.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The word for it that a page is told.
    pub fn word(&self) -> &'static str {
        match self {
            State::Waiting => "waiting",
            State::Building => "building",
            State::Ready(_) => "ready",
            State::Broken(_) => "broken",
        }
    }

    /// Whether there is nothing left to be built.
    pub fn is_settled(&self) -> bool {
        matches!(self, State::Ready(_) | State::Broken(_))
    }
}

/// Whether the compiler reads this file; it reads no text of a page.
fn is_source(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    matches!(ending, Some("rs" | "toml"))
}
