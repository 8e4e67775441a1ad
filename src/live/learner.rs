//! What the learner has done, as the page shows it: from the diary, which the
//! lessons and the judge write.

use std::path::Path;

use axum::http::StatusCode;
use kit::diary::{Deed, Diary, Entry, Pages};
use serde_json::{Value, json};

use super::gate::Refusal;
use crate::judge::{self, EXERCISES, Exercise};
use crate::progress;

/// The last prediction of each experiment that a run has settled, or else the
/// last at all; and how far each exercise is.
pub fn progress(root: &Path) -> Result<Value, Refusal> {
    let diary = Diary::of(root);
    let pages = read(diary.as_ref())?;
    let mut predictions: Vec<Value> = Vec::new();
    for entry in &pages.entries {
        let Deed::Prediction {
            lesson,
            experiment,
            predicted,
            happened,
            belief,
            ..
        } = &entry.deed
        else {
            continue;
        };
        let same = |told: &Value| told["lesson"] == **lesson && told["experiment"] == **experiment;
        // A run that settled nothing takes nothing away from an earlier one.
        let settled = |told: &Value| same(told) && !told["happened"].is_null();
        if happened.is_none() && predictions.iter().any(settled) {
            continue;
        }
        predictions.retain(|told| !same(told));
        predictions.push(json!({
            "lesson": lesson,
            "experiment": experiment,
            "predicted": predicted,
            "happened": happened,
            "belief": belief,
            "at": entry.at_ms,
        }));
    }
    let exercises: Vec<Value> = EXERCISES
        .iter()
        .map(|one| {
            json!({
                "name": one.name,
                "lesson": one.lesson,
                "state": progress::judged(&pages.entries, one.name),
            })
        })
        .collect();
    Ok(json!({
        "kept": diary.is_some(),
        "predictions": predictions,
        "exercises": exercises,
        "complaint": pages.complaint(),
    }))
}

/// An exercise: where its file is, its rules, and the judge's last verdict.
pub fn exercise(root: &Path, name: &str) -> Result<Value, Refusal> {
    let known = judge::exercise(name).ok_or(Refusal::new(
        StatusCode::NOT_FOUND,
        "There is no exercise of this name.",
    ))?;
    let pages = read(Diary::of(root).as_ref())?;
    let rules: Vec<_> = known.rules.iter().map(|rule| rule.says).collect();
    Ok(json!({
        "name": known.name,
        "lesson": known.lesson,
        "about": known.about,
        "file": known.file(),
        "rules": rules,
        "state": progress::judged(&pages.entries, known.name),
        "last": last_verdict(&pages.entries, known),
    }))
}

/// The verdict on what the learner has now: who begins again has none.
fn last_verdict(entries: &[Entry], of: &Exercise) -> Option<Value> {
    let entry = entries.iter().rev().find(|entry| match &entry.deed {
        Deed::Verdict { exercise, .. } | Deed::Reset { exercise, .. } => exercise == of.name,
        _ => false,
    })?;
    let Deed::Verdict {
        passed,
        seed,
        rules,
        failed,
        command,
        ..
    } = &entry.deed
    else {
        return None;
    };
    Some(json!({
        "at": entry.at_ms,
        "passed": passed,
        "seed": seed,
        "rules": rules,
        "failed": failed,
        "command": command,
    }))
}

fn read(diary: Option<&Diary>) -> Result<Pages, Refusal> {
    let Some(diary) = diary else {
        return Ok(Pages::default());
    };
    diary.read().map_err(|error| {
        let file = kit::visible(&diary.file().display().to_string());
        let why = kit::describe_error(&error);
        let words = format!("The diary {file} cannot be read: {why}.");
        Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, words)
    })
}
