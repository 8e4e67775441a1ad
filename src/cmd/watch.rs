//! `workbook watch`: judges an exercise each time it is saved, and goes on to
//! the next one when it passes; or a program in any language, until it passes.
//!
//! Lines only: nothing is repainted, and the keys are letters and Enter.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, BufRead, IsTerminal};
use std::path::PathBuf;
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use colored::control::SHOULD_COLORIZE;
use kit::diary::{Diary, Entry};

use crate::chapters::{self, Chapter};
use crate::cli::WatchArgs;
use crate::cmd::{Asked, check, columns, entries, hint, say, signals, solution};
use crate::judge::{EXERCISES, Exercise};
use crate::keep;
use crate::place::Place;
use crate::progress::{Judged, judged};
use crate::site::watch::Watch;

mod own;

use own::Own;

/// The keys, as they are shown.
const KEYS: &str = "h hint, s solution, n next, l list, c check again, q quit";
/// Those for a program of the learner's own, which is for one exercise.
const FEW_KEYS: &str = "h hint, s solution, c check again, q quit";

/// How often to see whether the judge has ended, while it runs.
const TICK: Duration = Duration::from_millis(5);

/// What can happen while we watch.
enum Happening {
    /// These files were changed.
    Edited(BTreeSet<PathBuf>),
    /// The learner typed a line, or ended the input.
    Typed(Option<String>),
    /// Ctrl-C, or a request to end.
    Interrupted,
}

/// Watches until the learner ends it or everything has passed.
pub fn run(place: &Place, args: &WatchArgs) -> Result<ExitCode> {
    let first = match &args.exercise {
        Some(name) => Some(check::find(name)?),
        None => None,
    };
    let (tell, happenings) = mpsc::channel();
    // Before the first check, so that no edit falls in between.
    let own = args.cmd.as_deref().map(Own::named).transpose()?;
    let watch = match &own {
        Some(own) => Watch::files(&own.files, args.poll)?,
        None => Watch::start(&place.root, args.poll)?,
    };
    if let Some(reason) = &watch.polls_because {
        say(&format!("Looking for edits once a second ({reason})."))?;
    }
    listen(watch, tell)?;
    let mut watching = Watching {
        place,
        happenings,
        exercise: EXERCISES.first().context("there is no exercise yet")?,
        own,
        judge: None,
        seen: None,
        passed: BTreeSet::new(),
        has_keys: true,
    };
    let go_on = match first {
        Some(exercise) => watching.begin(exercise)?,
        None => watching.begin_next(None)?,
    };
    if go_on {
        watching.until_the_end()?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Passes on edits, lines and signals, from threads of their own.
fn listen(watch: Watch, tell: Sender<Happening>) -> Result<()> {
    // Nobody receives any more when the command is over; then nothing is lost.
    let told = tell.clone();
    signals::when_asked_to_end(move || drop(told.send(Happening::Interrupted)))?;
    let told = tell.clone();
    thread::spawn(move || {
        while let Some(paths) = watch.next() {
            if told.send(Happening::Edited(paths)).is_err() {
                return;
            }
        }
    });
    thread::spawn(move || {
        for line in io::stdin().lock().split(b'\n') {
            // An error is no end: somebody at a terminal has not left.
            let Ok(line) = line else { return };
            let line = String::from_utf8_lossy(&line).into_owned();
            if tell.send(Happening::Typed(Some(line))).is_err() {
                return;
            }
        }
        drop(tell.send(Happening::Typed(None)));
    });
    Ok(())
}

/// One exercise at a time, and the judge while it is at work.
struct Watching<'a> {
    place: &'a Place,
    happenings: Receiver<Happening>,
    exercise: &'static Exercise,
    own: Option<Own>,
    judge: Option<Child>,
    /// What stood in the file when the judge last looked at it.
    seen: Option<Vec<u8>>,
    /// What has passed while we watched, for when no diary is kept.
    passed: BTreeSet<&'static str>,
    has_keys: bool,
}

impl Watching<'_> {
    fn until_the_end(&mut self) -> Result<()> {
        let mut edited = false;
        loop {
            match self.next()? {
                None => {}
                Some(Happening::Interrupted) => break,
                // Ctrl-D; without a keyboard there is nobody who could mean it.
                Some(Happening::Typed(None)) if io::stdin().is_terminal() => break,
                Some(Happening::Typed(None)) => self.has_keys = false,
                Some(Happening::Typed(Some(line))) if self.key(line.trim())? => {}
                Some(Happening::Typed(Some(_))) => break,
                Some(Happening::Edited(paths)) => edited |= self.concerns(&paths),
            }
            if let Some(status) = self.verdict()?
                && !self.after(status)?
            {
                return Ok(());
            }
            if edited && self.judge.is_none() {
                edited = false;
                if self.on_disk() != self.seen {
                    say("")?;
                    self.check()?;
                }
            }
        }
        self.stop();
        Ok(say("Stopped.")?)
    }

    /// What happens next; nothing if only the judge may have ended.
    fn next(&mut self) -> Result<Option<Happening>> {
        let gone = "nobody tells of edits any more";
        if self.judge.is_none() {
            return self.happenings.recv().map(Some).context(gone);
        }
        match self.happenings.recv_timeout(TICK) {
            Ok(happening) => Ok(Some(happening)),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(error) => Err(error).context(gone),
        }
    }

    /// Does what a key says; false to end.
    fn key(&mut self, key: &str) -> Result<bool> {
        match key {
            "q" => return Ok(false),
            "h" => hint::show(self.place, self.exercise, None, Asked::InWatch)?,
            "s" => {
                solution::show(self.place, self.exercise, false, Asked::InWatch)?;
            }
            "l" => self.list()?,
            "n" => {
                self.stop();
                return self.begin_next(Some(self.exercise));
            }
            "c" if self.judge.is_some() => say("It is being checked.")?,
            "c" => self.check()?,
            "" => self.show_keys()?,
            other => {
                let other = kit::visible(other);
                say(&format!("`{other}` is no key: {}", self.keys()))?;
            }
        }
        Ok(true)
    }

    /// Goes to another exercise and checks it.
    fn begin(&mut self, exercise: &'static Exercise) -> Result<bool> {
        self.exercise = exercise;
        say(&format!("\nWatching {}", self.watched()))?;
        say(&format!("The contract: {}", exercise.contract()))?;
        self.check()?;
        Ok(true)
    }

    /// Goes to the next exercise that has not passed; false if all have.
    fn begin_next(&mut self, after: Option<&Exercise>) -> Result<bool> {
        if self.own.is_some() {
            say("What is next: cargo run -- progress")?;
            return Ok(false);
        }
        let entries = self.entries()?;
        let here = after.and_then(|after| EXERCISES.iter().position(|e| e.name == after.name));
        let (before, behind) = EXERCISES.split_at(here.map_or(0, |here| here + 1));
        let mut turn = behind.iter().chain(before);
        let open = |exercise: &&&Exercise| !self.has_passed(exercise, &entries);
        let Some(next) = turn.find(open) else {
            say("Every exercise has passed. What is left: cargo run -- progress")?;
            return Ok(false);
        };
        if after.is_some_and(|after| after.name == next.name) {
            say(&format!("{} is the only one left.", next.name))?;
        }
        if after.is_some_and(|after| after.lesson != next.lesson) {
            self.name_chapter(next)?;
        }
        self.begin(next)
    }

    /// Says of which chapter an exercise is, before it begins.
    fn name_chapter(&self, exercise: &Exercise) -> Result<()> {
        let chapters = chapters::all(&self.place.root)?;
        let own = |chapter: &&Chapter| chapter.slug.as_deref() == Some(exercise.lesson);
        let title = chapters.iter().find(own).map(|chapter| &*chapter.title);
        let title = title.unwrap_or(exercise.lesson);
        let next = format!("The next exercise is of the chapter \"{title}\".");
        Ok(say(&columns::sentence(&next))?)
    }

    /// Starts the judge, if there is a file.
    fn check(&mut self) -> Result<()> {
        let Exercise { name, .. } = self.exercise;
        self.seen = self.on_disk();
        // One that cannot be read is the compiler's to tell.
        let missing = match &self.own {
            Some(own) => own.missing(),
            None => self.missing(),
        };
        if let Some(missing) = missing {
            say(&missing)?;
            return self.show_keys();
        }
        let mut judge = Command::new(keep::ourselves());
        judge.args(["check", name, "--watched"]);
        judge
            .arg("--color")
            .arg(match SHOULD_COLORIZE.should_colorize() {
                true => "always",
                false => "never",
            });
        if let Some(own) = &self.own {
            judge.arg("--cmd").arg(&own.line);
        }
        if let Some(root) = &self.place.asked {
            judge.arg("--root").arg(root);
        }
        let judge = judge.stdin(Stdio::null()).spawn();
        self.judge = Some(judge.context("cannot start the judge")?);
        Ok(())
    }

    /// How the judge ended, if it has.
    fn verdict(&mut self) -> Result<Option<ExitStatus>> {
        let Some(judge) = &mut self.judge else {
            return Ok(None);
        };
        let status = judge.try_wait().context("cannot wait for the judge")?;
        if status.is_some() {
            self.judge = None;
        }
        Ok(status)
    }

    /// What follows a verdict; false if everything has passed.
    fn after(&mut self, status: ExitStatus) -> Result<bool> {
        if status.success() {
            self.passed.insert(self.exercise.name);
            if Diary::of(&self.place.root).is_some() {
                check::compare(self.exercise)?;
            }
            return self.begin_next(Some(self.exercise));
        }
        say("\nSave the file, and it is checked again.")?;
        self.show_keys()?;
        Ok(true)
    }

    fn list(&self) -> Result<()> {
        let entries = self.entries()?;
        let longest = EXERCISES.iter().map(|one| one.name.len()).max();
        let wide = longest.unwrap_or_default();
        for exercise in EXERCISES {
            let here = if exercise.name == self.exercise.name {
                ">"
            } else {
                " "
            };
            let state = match judged(&entries, exercise.name) {
                _ if self.has_passed(exercise, &entries) => "passed",
                Judged::Failed => "tried",
                _ => "open",
            };
            say(&format!("{here} {:<wide$}  {state}", exercise.name))?;
        }
        Ok(())
    }

    fn has_passed(&self, exercise: &Exercise, entries: &[Entry]) -> bool {
        self.passed.contains(exercise.name) || judged(entries, exercise.name) == Judged::Passed
    }

    fn entries(&self) -> Result<Vec<Entry>> {
        entries(Diary::of(&self.place.root).as_ref())
    }

    fn show_keys(&self) -> Result<()> {
        match self.has_keys {
            true => Ok(say(&format!("{} (and Enter)", self.keys()))?),
            false => Ok(()),
        }
    }

    fn keys(&self) -> &'static str {
        match self.own {
            Some(_) => FEW_KEYS,
            None => KEYS,
        }
    }

    /// What is watched, as it is shown.
    fn watched(&self) -> String {
        match &self.own {
            Some(own) => own.names(),
            None => self.exercise.file(),
        }
    }

    /// Whether the learner's file may be among these.
    fn concerns(&self, paths: &BTreeSet<PathBuf>) -> bool {
        if self.own.is_some() {
            return true;
        }
        let file = self.place.root.join(self.exercise.file());
        // The folder of the book stands for "anything": events were lost.
        paths.contains(&file) || paths.contains(&self.place.root.join("book"))
    }

    /// The sentence that there is no file of the learner, if so.
    fn missing(&self) -> Option<String> {
        let file = self.exercise.file();
        let name = self.exercise.name;
        let is_there = self.place.root.join(&file).exists();
        (!is_there).then(|| format!("There is no {file}. Write it, or: cargo run -- reset {name}"))
    }

    fn on_disk(&self) -> Option<Vec<u8>> {
        match &self.own {
            Some(own) => own.contents(),
            None => fs::read(self.place.root.join(self.exercise.file())).ok(),
        }
    }

    fn stop(&mut self) {
        if let Some(mut judge) = self.judge.take() {
            // It may have ended by itself just now.
            let _ = judge.kill();
            let _ = judge.wait();
        }
    }
}

impl Drop for Watching<'_> {
    fn drop(&mut self) {
        self.stop();
    }
}
