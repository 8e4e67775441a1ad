//! `workbook list`: the chapters, and what each lesson's experiments show.
//!
//! It reads what is on disk and compiles nothing, so it answers at once.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};
use colored::Colorize;
use kit::{Event, Listed};
use mdbook_summary::{Link, SummaryItem, parse_summary};

use crate::cmd::say;
use crate::lessons;
use crate::place::Place;

/// Prints every chapter of the book, and under each lesson its experiments.
pub fn run(place: &Place) -> Result<ExitCode> {
    let lessons = lessons::names(&place.root)?;
    let chapters = chapters(&place.root)?;
    let longest = chapters.iter().map(|chapter| chapter.name.chars().count());
    let width = longest.max().unwrap_or_default();
    for (number, chapter) in chapters.iter().enumerate() {
        let slug = slug(chapter);
        let lesson = slug.filter(|slug| lessons.iter().any(|lesson| lesson == slug));
        let what = match (slug, lesson) {
            (_, Some(lesson)) => format!("cargo run -p lesson-{lesson}").green(),
            (Some(_), None) => "to read; it has no lesson".normal(),
            (None, _) => "not written yet".dimmed(),
        };
        let number = number + 1;
        let title = chapter.name.bold();
        say(&format!("{number:>2}  {title:<width$}  {what}"))?;
        if let Some(lesson) = lesson {
            list_experiments(&place.root, lesson)?;
        }
    }
    say("\nOne experiment: cargo run -p lesson-NAME -- EXPERIMENT")?;
    Ok(ExitCode::SUCCESS)
}

fn list_experiments(root: &Path, lesson: &str) -> Result<()> {
    let Some(experiments) = recorded_experiments(root, lesson) else {
        return Ok(say(&format!(
            "      see its experiments: cargo run -p lesson-{lesson} -- --list"
        ))?);
    };
    let longest = experiments.iter().map(|e| e.name.len()).max();
    let wide = longest.unwrap_or_default() + 2;
    for Listed { name, about } in &experiments {
        say(&format!("      {:<wide$}{about}", name.cyan()))?;
    }
    Ok(())
}

/// The experiments as the lesson itself listed them when it was last recorded.
fn recorded_experiments(root: &Path, lesson: &str) -> Option<Vec<Listed>> {
    let file = root.join("book/recordings").join(lesson).join("list.jsonl");
    let recording = fs::read_to_string(file).ok()?;
    match serde_json::from_str(recording.lines().next()?).ok()? {
        Event::Lesson { experiments, .. } => Some(experiments),
        _ => None,
    }
}

/// The numbered chapters of the book, drafts too, in order: those of its
/// first part. What comes after the next heading is not a chapter.
fn chapters(root: &Path) -> Result<Vec<Link>> {
    let file = root.join("book/SUMMARY.md");
    let text =
        fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let summary =
        parse_summary(&text).with_context(|| format!("cannot understand {}", file.display()))?;
    Ok(summary
        .numbered_chapters
        .into_iter()
        .skip_while(|item| matches!(item, SummaryItem::PartTitle(_)))
        .take_while(|item| !matches!(item, SummaryItem::PartTitle(_)))
        .filter_map(|item| match item {
            SummaryItem::Link(link) => Some(link),
            _ => None,
        })
        .collect())
}

/// The one word that names a chapter's page and its lesson; a draft has none.
fn slug(chapter: &Link) -> Option<&str> {
    chapter.location.as_deref()?.file_stem()?.to_str()
}
