//! `workbook check`: builds a learner's program and judges it.

use std::env;
use std::path::Path;
use std::process::{ExitCode, Stdio};

use anyhow::{Context, Result, anyhow, bail};
use kit::diary::Diary;
use wire::{Capture, Refusal};

use crate::cli::CheckArgs;
use crate::cmd::wire::captures;
use crate::cmd::{columns, complain, no_such, run, say};
use crate::judge::entry::Draft;
use crate::judge::subject::Subject;
use crate::judge::verdict::Event;
use crate::judge::{EXERCISES, Exercise, Verdict, exercise, judge};
use crate::place::Place;
use crate::sources;

/// Judges the program of an exercise, or names the exercises.
pub fn run(place: &Place, what: &CheckArgs) -> Result<ExitCode> {
    let Some(name) = &what.exercise else {
        return list(what.format);
    };
    let exercise = find(name)?;
    if what.rules {
        return rules(exercise, what.format);
    }
    let subject = match &what.cmd {
        Some(line) if line.trim().is_empty() => {
            bail!("--cmd names no program; an example: --cmd 'python3 my_program.py'")
        }
        Some(line) => {
            let here = env::current_dir().context("cannot tell the current folder")?;
            Subject::shell(line, &here)
        }
        None => match build(place, exercise)? {
            Some(subject) => subject,
            None => return Ok(ExitCode::FAILURE),
        },
    };
    let capture = match &what.pcap {
        Some(file) => Some(capture(file)?),
        None => None,
    };
    let seed = what.seed.unwrap_or_else(|| fastrand::u64(1..100_000));
    let format = what.format;
    let mut entry = Draft::of(what.cmd.as_deref());
    let verdict = judge(exercise, &subject, seed, &mut |event| {
        show(event, format);
        entry.take(event);
    });
    let diary = Diary::of(&place.root);
    if let (Some(diary), Some(deed)) = (&diary, entry.deed()) {
        diary.note(deed);
    }
    if let (Some(capture), Some(file)) = (capture, &what.pcap) {
        let packets = capture.finish().context("the capture is not whole")?;
        if format == kit::Format::Text {
            say(&format!("\n{packets} packets are in {}", file.display()))?;
        }
    }
    // Without a diary, no other command would know that it has passed.
    if diary.is_some() && verdict == Verdict::Passed && format == kit::Format::Text && !what.watched
    {
        compare(exercise)?;
        say("What is next: cargo run -- progress")?;
    }
    Ok(match verdict {
        Verdict::Passed => ExitCode::SUCCESS,
        Verdict::Failed => ExitCode::FAILURE,
        Verdict::CouldNotTell => ExitCode::from(2),
    })
}

/// How to see the solution, for who has passed.
pub fn compare(exercise: &Exercise) -> Result<()> {
    let solution = format!("cargo run -- solution {}", exercise.name);
    let what = "Compare it with the solution: ";
    Ok(say(&columns::command(0, what, what.len(), &solution))?)
}

/// The exercise of this name.
///
/// # Errors
/// A sentence that names the nearest, or all.
pub fn find(name: &str) -> Result<&'static Exercise> {
    if let Some(found) = exercise(name) {
        return Ok(found);
    }
    let names: Vec<String> = EXERCISES.iter().map(|one| one.name.into()).collect();
    bail!(no_such("exercise", name, &names))
}

/// Compiles the learner's file; nothing if it does not compile, which the
/// compiler has told in its own words.
///
/// # Errors
/// If it cannot be compiled here, whatever it says.
fn build(place: &Place, exercise: &Exercise) -> Result<Option<Subject>> {
    let package = format!("lesson-{}", exercise.lesson);
    let file = exercise.file();
    let built = place
        .cargo()
        .args(["build", "--quiet", "--package", &package])
        .args(["--example", exercise.name, "--target-dir"])
        .arg(&place.target)
        .stdin(Stdio::null())
        .status()
        .context(run::NO_CARGO)?;
    if !built.success() {
        place.need_target()?;
        if sources::lacks(place, &package) {
            bail!(
                "{file} is not built, because cargo lacks something that it needs; \
                 `cargo fetch --locked` gets all of it, where there is internet"
            );
        }
        complain(&format!(
            "{file} does not compile, so there is nothing to judge yet"
        ));
        return Ok(None);
    }
    let binary = Path::new("debug/examples").join(exercise.name);
    let binary = place
        .target
        .join(binary)
        .with_extension(env::consts::EXE_EXTENSION);
    Ok(Some(Subject::binary(&binary, &place.root, file)))
}

/// Judge and program get a loopback interface of their own, where nobody else
/// talks and where we may listen without root.
fn capture(file: &Path) -> Result<Capture> {
    let refused = |refusal: Refusal| anyhow!("no capture here: {refusal}. {}", refusal.remedy());
    let entered = wire::enter().map_err(refused)?;
    // Not before: without a capture, what the file held is still worth having.
    let out = captures::open_one(file)?;
    captures::empty(&out).with_context(|| format!("cannot write {}", file.display()))?;
    Capture::start(&entered, out).map_err(refused)
}

fn show(event: &Event, format: kit::Format) {
    match format {
        kit::Format::Text => kit::print(&event.text(kit::width())),
        kit::Format::Json => kit::print(&event.json()),
    }
}

fn rules(exercise: &'static Exercise, format: kit::Format) -> Result<ExitCode> {
    if format == kit::Format::Json {
        let subject = Subject::shell("", Path::new("."));
        kit::print(&Event::begins(exercise, &subject, 0).json());
        return Ok(ExitCode::SUCCESS);
    }
    let about = format!("{}: {}", exercise.name, exercise.about);
    say(&columns::sentence(&about))?;
    say("")?;
    for (number, rule) in (1..).zip(exercise.rules) {
        say(&columns::row(0, &format!("{number:>4}"), 6, rule.says))?;
    }
    let contract = format!("The contract: {}", exercise.contract());
    say(&format!("\n{}", columns::sentence(&contract)))?;
    Ok(ExitCode::SUCCESS)
}

fn list(format: kit::Format) -> Result<ExitCode> {
    if format == kit::Format::Json {
        for one in EXERCISES {
            rules(one, format)?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    name_all()?;
    say("\nJudge one: cargo run -- check NAME")?;
    say("Its contract: book/exercises/NAME.md")?;
    Ok(ExitCode::SUCCESS)
}

/// Names the exercises, for people.
pub fn name_all() -> Result<()> {
    let longest = EXERCISES.iter().map(|one| one.name.len()).max();
    let wide = longest.unwrap_or_default() + 2;
    for one in EXERCISES {
        say(&columns::row(2, one.name, wide, one.about))?;
    }
    Ok(())
}
