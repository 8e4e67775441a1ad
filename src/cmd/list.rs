//! `workbook list`: the chapters, what each lesson's experiments show, and what
//! there is to build.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use colored::Colorize;
use kit::Listed;

use crate::chapters;
use crate::cmd::{columns, say};
use crate::judge::EXERCISES;
use crate::place::Place;

/// Prints every chapter of the book, and under each lesson its experiments.
pub fn run(place: &Place) -> Result<ExitCode> {
    let chapters = chapters::all(&place.root)?;
    let longest = chapters.iter().map(|chapter| chapter.title.chars().count());
    let width = longest.max().unwrap_or_default();
    for (number, chapter) in (1..).zip(&chapters) {
        let lesson = chapter.slug.as_deref().filter(|_| chapter.has_lesson);
        let what = match (&chapter.slug, lesson) {
            (_, Some(lesson)) => format!("cargo run -p lesson-{lesson}").green(),
            (Some(_), None) => "to read; it has no lesson".normal(),
            (None, _) => "not written yet".dimmed(),
        };
        let title = chapter.title.bold();
        let first = format!("{number:>2}  {title}");
        say(&columns::command(0, &first, width + 6, &what.to_string()))?;
        if let Some(lesson) = lesson {
            list_experiments(&place.root, lesson)?;
            for one in EXERCISES.iter().filter(|one| one.lesson == lesson) {
                let command = format!("cargo run -- watch {}", one.name);
                let command = command.green().to_string();
                say(&columns::command(6, "build it: ", 10, &command))?;
            }
        }
    }
    let one = "cargo run -p lesson-NAME -- EXPERIMENT";
    say("")?;
    say(&columns::command(0, "One experiment: ", 16, one))?;
    Ok(ExitCode::SUCCESS)
}

fn list_experiments(root: &Path, lesson: &str) -> Result<()> {
    let Some(experiments) = chapters::experiments(root, lesson) else {
        let command = format!("cargo run -p lesson-{lesson} -- --list");
        return Ok(say(&columns::command(
            6,
            "see its experiments: ",
            21,
            &command,
        ))?);
    };
    let longest = experiments.iter().map(|e| e.name.len()).max();
    let wide = longest.unwrap_or_default() + 2;
    for Listed { name, about } in &experiments {
        say(&columns::row(6, &name.cyan().to_string(), wide, about))?;
    }
    Ok(())
}
