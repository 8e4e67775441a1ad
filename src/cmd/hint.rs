//! `workbook hint`: three hints for an exercise, one more each time.

use std::process::ExitCode;

use anyhow::Result;
use colored::Colorize;
use kit::diary::{Deed, Diary, Entry};

use crate::cli::HintArgs;
use crate::cmd::{Asked, check, columns, entries, say};
use crate::judge::{Exercise, python};
use crate::place::Place;
use crate::progress;

/// Shows one more hint than the last time, for the exercise that is named or
/// at hand; else it names them all.
pub fn run(place: &Place, args: &HintArgs) -> Result<ExitCode> {
    let exercise = match &args.exercise {
        Some(name) => Some(check::find(name)?),
        None => progress::at_hand(&entries(Diary::of(&place.root).as_ref())?),
    };
    match exercise {
        Some(exercise) => show(place, exercise, args.level, Asked::InShell)?,
        None => {
            check::name_all()?;
            say("\nA hint for one: cargo run -- hint NAME")?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Shows the hint of this level, or one more than the last time.
pub fn show(place: &Place, exercise: &Exercise, level: Option<u32>, asked: Asked) -> Result<()> {
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
    let last = level as usize == all;
    if last && python::was_judged(&entries, name) {
        hint = python::last_hint(exercise).unwrap_or(hint);
    }
    let heading = format!("{name}, hint {level} of {all}");
    say(&heading.bold().to_string())?;
    say(&columns::prose(hint, kit::width()))?;
    say("")?;
    let (what, next) = match asked {
        _ if last => (
            "That was the last one; all of it: ",
            format!("cargo run -- solution {name} --anyway"),
        ),
        Asked::InShell => ("One more: ", format!("cargo run -- hint {name}")),
        Asked::InWatch => ("One more: ", "h".into()),
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
