//! `workbook hint`: three hints for an exercise, one more each time.

use std::process::ExitCode;

use anyhow::Result;
use colored::Colorize;
use kit::diary::{Deed, Diary, Entry};

use crate::cli::HintArgs;
use crate::cmd::{check, columns, entries, say};
use crate::judge::{Exercise, python};
use crate::place::Place;

/// Shows one more hint than the last time.
pub fn run(place: &Place, args: &HintArgs) -> Result<ExitCode> {
    let exercise = check::find(&args.exercise)?;
    show(place, exercise, args.level)?;
    Ok(ExitCode::SUCCESS)
}

/// Shows the hint of this level, or one more than the last time.
pub fn show(place: &Place, exercise: &Exercise, level: Option<u32>) -> Result<()> {
    let diary = Diary::of(&place.root);
    let entries = entries(diary.as_ref())?;
    let all = exercise.hints.len();
    let level = level.unwrap_or_else(|| {
        let last = last_level(&entries, exercise.name);
        last.saturating_add(1).min(all as u32)
    });
    let Some(mut hint) = exercise.hints.get(level as usize - 1).copied() else {
        return Ok(());
    };
    let name = exercise.name;
    if level as usize == all && python::was_judged(&entries, name) {
        hint = python::last_hint(exercise).unwrap_or(hint);
    }
    let heading = format!("{name}, hint {level} of {all}");
    say(&heading.bold().to_string())?;
    say(&textwrap::fill(hint, kit::width()))?;
    say("")?;
    let (what, next) = match level as usize == all {
        true => (
            "That was the last one; all of it: ",
            format!("cargo run -- solution {name} --anyway"),
        ),
        false => ("One more: ", format!("cargo run -- hint {name}")),
    };
    say(&columns::command(0, what, what.len(), &next))?;
    if let Some(diary) = diary {
        let exercise = name.into();
        diary.note(Deed::Hint { exercise, level });
    }
    Ok(())
}

/// The last hint since the exercise was begun, or 0.
fn last_level(entries: &[Entry], name: &str) -> u32 {
    let mut last = 0;
    for entry in entries {
        match &entry.deed {
            Deed::Hint { exercise, level } if exercise == name => last = *level,
            Deed::Reset { exercise, .. } if exercise == name => last = 0,
            _ => {}
        }
    }
    last
}
