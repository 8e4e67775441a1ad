//! `workbook review`: asks again the predictions that went wrong, spaced.
//!
//! The lesson asks and keeps the answer by itself, as if the learner had
//! started it.

use std::io::{self, IsTerminal};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use colored::Colorize;
use kit::diary::{Deed, Diary, Entry, now_ms};

use crate::chapters;
use crate::cli::ReviewArgs;
use crate::cmd::{columns, complain, run, say};
use crate::place::Place;
use crate::review::{self, Item};

/// Asks what is due, or all that went wrong.
pub fn run(place: &Place, args: &ReviewArgs) -> Result<ExitCode> {
    let Some(diary) = Diary::of(&place.root) else {
        let variable = kit::diary::VARIABLE;
        let nothing = format!("There is no diary to go by: {variable} is off.");
        say(&columns::sentence(&nothing))?;
        return Ok(ExitCode::SUCCESS);
    };
    let pages = read(&diary)?;
    if let Some(complaint) = pages.complaint() {
        complain(&format!("the diary has {complaint}; skipped"));
    }
    let items = known(place, review::items(&pages.entries));
    let now_ms = now_ms();
    let (due, later): (Vec<Item>, Vec<Item>) = items
        .into_iter()
        .partition(|item| args.all || item.is_due(now_ms));
    if due.is_empty() {
        let nothing = nothing_is_due(&pages.entries, &later, now_ms);
        say(&columns::sentence(&nothing))?;
        return Ok(ExitCode::SUCCESS);
    }
    let terminal = io::stdin().is_terminal() && io::stdout().is_terminal();
    match args.list || !terminal {
        true => name(&due),
        false => ask(place, &diary, &due),
    }
}

fn read(diary: &Diary) -> Result<kit::diary::Pages> {
    let pages = diary.read();
    pages.with_context(|| format!("cannot read {}", diary.file().display()))
}

/// Those whose experiment still exists.
fn known(place: &Place, mut items: Vec<Item>) -> Vec<Item> {
    items.retain(|item| {
        let listed = chapters::experiments(&place.root, &item.lesson);
        listed.is_some_and(|listed| listed.iter().any(|e| e.name == item.experiment))
    });
    items
}

fn nothing_is_due(entries: &[Entry], later: &[Item], now_ms: u64) -> String {
    let predicted = |entry: &Entry| matches!(entry.deed, Deed::Prediction { .. });
    match later {
        [next, ..] => {
            let wait = Duration::from_millis(next.due_ms.saturating_sub(now_ms));
            format!(
                "Nothing is due. The next one, {} {}, comes in {}; --all asks now.",
                next.lesson,
                next.experiment,
                review::words(wait)
            )
        }
        [] if entries.iter().any(predicted) => {
            "Nothing is due: no prediction of yours waits to be asked again.".into()
        }
        [] => "Nothing is due: you have made no prediction yet. \
               Begin with cargo run -p lesson-sockets"
            .into(),
    }
}

/// Names what is due, where nobody can be asked.
fn name(due: &[Item]) -> Result<ExitCode> {
    for item in due {
        let Item {
            lesson, experiment, ..
        } = item;
        let times = times(item.wrong);
        say(&format!(
            "cargo run -p lesson-{lesson} -- {experiment}  (wrong {times})"
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// What became of an item that was asked again.
enum Answer {
    Right,
    Wrong,
    /// The run settled nothing; it stays due.
    Unsettled,
    /// There was none; it stays due.
    None,
}

fn ask(place: &Place, diary: &Diary, due: &[Item]) -> Result<ExitCode> {
    let (mut right, mut wrong) = (0, 0);
    for (number, item) in (1..).zip(due) {
        let Item {
            lesson, experiment, ..
        } = item;
        let heading = format!("Again, {number} of {}: {lesson} {experiment}", due.len());
        say(&format!(
            "\n{}  (wrong {})",
            heading.bold(),
            times(item.wrong)
        ))?;
        let before = read(diary)?.entries.len();
        let mut program = run::lesson(place, lesson);
        let status = program.args([experiment, "--again"]).status();
        let status = status.context(run::NO_CARGO)?;
        let after = read(diary)?.entries;
        match answer(after.get(before..).unwrap_or_default(), item) {
            Answer::Right => right += 1,
            Answer::Wrong => wrong += 1,
            Answer::Unsettled => {}
            Answer::None if status.code() == Some(kit::LEFT.into()) => break,
            Answer::None if status.success() => {}
            Answer::None => {
                complain(&format!(
                    "{lesson} {experiment} did not run ({status}); it stays due"
                ));
                return Ok(ExitCode::from(2));
            }
        }
    }
    let rest = match due.len() - right - wrong {
        0 => String::new(),
        rest => format!("; {rest} still to be asked"),
    };
    say(&format!("\n{right} right, {wrong} wrong{rest}."))?;
    Ok(ExitCode::SUCCESS)
}

/// The last answer among the entries that this item's run added.
fn answer(entries: &[Entry], item: &Item) -> Answer {
    for entry in entries.iter().rev() {
        if let Deed::Prediction {
            lesson,
            experiment,
            predicted,
            happened,
            ..
        } = &entry.deed
            && *lesson == item.lesson
            && *experiment == item.experiment
        {
            return match happened {
                Some(happened) if happened == predicted => Answer::Right,
                Some(_) => Answer::Wrong,
                None => Answer::Unsettled,
            };
        }
    }
    Answer::None
}

fn times(count: u32) -> String {
    match count {
        1 => "once".into(),
        2 => "twice".into(),
        count => format!("{count} times"),
    }
}
