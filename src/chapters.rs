//! The chapters of the book, and the experiments of their lessons.
//!
//! It reads what is on disk and compiles nothing, so it answers at once.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use kit::{Event, Listed};
use mdbook_summary::{Link, SummaryItem, parse_summary};

use crate::lessons;

/// A chapter of the book.
pub struct Chapter {
    /// Its title.
    pub title: String,
    /// The one word that names its page and its lesson; a draft has none.
    pub slug: Option<String>,
    /// Whether there is a lesson of that name.
    pub has_lesson: bool,
}

/// The numbered chapters of the book, drafts too, in order: those of its
/// first part. What comes after the next heading is not a chapter.
pub fn all(root: &Path) -> Result<Vec<Chapter>> {
    let lessons = lessons::names(root)?;
    let file = root.join("book/SUMMARY.md");
    let text =
        fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let summary =
        parse_summary(&text).with_context(|| format!("cannot understand {}", file.display()))?;
    let links = summary
        .numbered_chapters
        .into_iter()
        .skip_while(|item| matches!(item, SummaryItem::PartTitle(_)))
        .take_while(|item| !matches!(item, SummaryItem::PartTitle(_)))
        .filter_map(|item| match item {
            SummaryItem::Link(link) => Some(link),
            _ => None,
        });
    Ok(links.map(|link| chapter(link, &lessons)).collect())
}

fn chapter(link: Link, lessons: &[String]) -> Chapter {
    let stem = link.location.as_deref().and_then(Path::file_stem);
    let slug = stem.map(|stem| stem.to_string_lossy().into_owned());
    let has_lesson = slug.as_ref().is_some_and(|slug| lessons.contains(slug));
    Chapter {
        title: link.name,
        slug,
        has_lesson,
    }
}

/// The experiments of a lesson as it listed them itself when it was last
/// recorded; nothing if it never was.
pub fn experiments(root: &Path, lesson: &str) -> Option<Vec<Listed>> {
    let file = root.join("book/recordings").join(lesson).join("list.jsonl");
    let recording = fs::read_to_string(file).ok()?;
    match serde_json::from_str(recording.lines().next()?).ok()? {
        Event::Lesson { experiments, .. } => Some(experiments),
        _ => None,
    }
}
