//! `workbook solution`: a program that passes, for who has passed.

use std::fs;
use std::process::ExitCode;

use anyhow::{Context, Result};
use colored::Colorize;
use kit::diary::{Deed, Diary};

use crate::cli::SolutionArgs;
use crate::cmd::{Asked, check, complain, entries, say};
use crate::judge::{Exercise, python};
use crate::place::Place;
use crate::progress::{Judged, judged};

/// Shows the solution, if the exercise has passed or the learner insists.
pub fn run(place: &Place, args: &SolutionArgs) -> Result<ExitCode> {
    let exercise = check::find(&args.exercise)?;
    Ok(match show(place, exercise, args.anyway, Asked::InShell)? {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

/// Shows the solution, or says why not.
pub fn show(place: &Place, exercise: &Exercise, anyway: bool, asked: Asked) -> Result<bool> {
    let diary = Diary::of(&place.root);
    let name = exercise.name;
    let entries = entries(diary.as_ref())?;
    if !anyway && judged(&entries, name) != Judged::Passed {
        let (try_it, hint) = match asked {
            Asked::InShell => (
                format!(": cargo run -- check {name}"),
                format!("cargo run -- hint {name}"),
            ),
            Asked::InWatch => (String::new(), "h".into()),
        };
        complain(&format!(
            "{name} has not passed yet{try_it}\n\
             A hint: {hint}\n\
             See it now: cargo run -- solution {name} --anyway"
        ));
        return Ok(false);
    }
    let in_python = match python::was_judged(&entries, name) {
        true => exercise.solution_in_python(&place.root),
        false => None,
    };
    let path = in_python.unwrap_or_else(|| exercise.solution());
    let text = fs::read_to_string(place.root.join(&path));
    let text = text.with_context(|| format!("cannot read {path}"))?;
    say(&format!("{}\n\n{}", path.bold(), text.trim_end()))?;
    if let Some(diary) = diary {
        let exercise = name.into();
        diary.note(Deed::Solution { exercise });
    }
    Ok(true)
}
