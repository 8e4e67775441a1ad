//! `workbook progress`: how far the learner has come, as bars and in words.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use colored::{ColoredString, Colorize};
use kit::Format;
use kit::diary::{Diary, now_ms};

use crate::cli::ProgressArgs;
use crate::cmd::{complain, say};
use crate::place::Place;
use crate::progress::{Judged, Prediction, Progress, Steps};
use crate::review;

/// From this width on, a chapter needs one line only.
const ONE_LINE: usize = 72;

/// The columns of the lessons' names and of the bars.
const NAME: usize = 9;

/// The characters of the bars; beside each other they differ without colour.
struct Signs {
    done: &'static str,
    wrong: &'static str,
    open: &'static str,
}

const DRAWN: Signs = Signs {
    done: "█",
    wrong: "▒",
    open: "·",
};

const ASCII: Signs = Signs {
    done: "#",
    wrong: "x",
    open: ".",
};

/// Prints what was done in each chapter, and what to do next.
pub fn run(place: &Place, args: &ProgressArgs) -> Result<ExitCode> {
    let diary = Diary::of(&place.root);
    let now_ms = now_ms();
    let progress = Progress::read(&place.root, diary.as_ref(), now_ms)?;
    if let Some(complaint) = &progress.complaint {
        complain(&format!("the diary has {complaint}; skipped"));
    }
    if args.format == Format::Json {
        say(&serde_json::to_string(&progress)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    let signs = match args.ascii || !kit::draws() {
        true => ASCII,
        false => DRAWN,
    };
    let width = kit::columns().unwrap_or(kit::WIDTH);
    for line in lines(&progress, &signs, width) {
        say(&line)?;
    }
    if diary.is_none() {
        let variable = kit::diary::VARIABLE;
        let nothing = format!("\nNo diary is kept, because {variable} is off.");
        say(&textwrap::fill(&nothing, width))?;
    }
    say("")?;
    for sentence in outlook(&progress, now_ms) {
        say(&textwrap::fill(&sentence, width))?;
    }
    // A command on a line of its own can be copied as it is.
    let next = &progress.next;
    say(&textwrap::fill(&format!("Next, {}:", next.what), width))?;
    say(&format!("  {}", next.command.bold()))?;
    Ok(ExitCode::SUCCESS)
}

fn lines(progress: &Progress, signs: &Signs, width: usize) -> Vec<String> {
    let chapters = &progress.chapters;
    let of = |longest: &dyn Fn(&Steps) -> usize| chapters.iter().map(longest).max().unwrap_or(0);
    let bar = of(&|chapter| chapter.experiments.len());
    let words = of(&|chapter| predictions(chapter).len());
    let mut lines = Vec::new();
    if width >= ONE_LINE {
        let wide = bar + 2 + words;
        let heads = format!("    {:NAME$}  {:wide$}  exercises", "", "predictions");
        lines.push(heads.trim_end().bold().to_string());
    }
    for chapter in chapters {
        let first = format!("{:>2}  {:NAME$}", chapter.number, chapter.lesson);
        let predicted = predictions(chapter);
        let left = prediction_bar(chapter, signs);
        let built = exercises(chapter);
        let right = exercise_bar(chapter, signs);
        if width >= ONE_LINE {
            let gap = " ".repeat(bar - chapter.experiments.len());
            let line = format!("{first}  {left}{gap}  {predicted:words$}  {right}  {built}");
            lines.push(line.trim_end().to_owned());
        } else {
            lines.push(first.trim_end().to_owned());
            lines.push(format!("    {left}"));
            lines.push(format!("    predictions: {predicted}"));
            if !built.is_empty() {
                lines.push(format!("    {right}"));
                lines.push(format!("    exercises: {built}"));
            }
        }
    }
    lines.push(String::new());
    let legend = format!(
        "{} right, passed  {} wrong, tried  {} open",
        signs.done, signs.wrong, signs.open
    );
    lines.push(legend);
    lines
}

/// One character for each experiment, in order.
fn prediction_bar(chapter: &Steps, signs: &Signs) -> String {
    let sign = |prediction| -> ColoredString {
        match prediction {
            Prediction::Right => signs.done.green(),
            Prediction::Wrong => signs.wrong.yellow(),
            Prediction::Open | Prediction::Unsettled => signs.open.dimmed(),
        }
    };
    let all = chapter.experiments.iter();
    all.map(|e| sign(e.prediction).to_string()).collect()
}

fn predictions(chapter: &Steps) -> String {
    let (made, all) = (chapter.predicted(), chapter.experiments.len());
    let right = chapter.count(Prediction::Right);
    match made {
        0 => format!("0 of {all}"),
        _ => format!("{made} of {all}, {right} right"),
    }
}

/// One character for each exercise, in order.
fn exercise_bar(chapter: &Steps, signs: &Signs) -> String {
    let sign = |state| -> ColoredString {
        match state {
            Judged::Passed => signs.done.green(),
            Judged::Failed => signs.wrong.yellow(),
            Judged::Open => signs.open.dimmed(),
        }
    };
    let all = chapter.exercises.iter();
    all.map(|e| sign(e.state).to_string()).collect()
}

fn exercises(chapter: &Steps) -> String {
    match chapter.exercises.len() {
        0 => String::new(),
        all => format!("{} of {all}", chapter.passed()),
    }
}

/// All in all, what comes again and when, and what to do next.
fn outlook(progress: &Progress, now_ms: u64) -> Vec<String> {
    let sum = |of: &dyn Fn(&Steps) -> usize| progress.chapters.iter().map(of).sum::<usize>();
    let made = sum(&Steps::predicted);
    let right = sum(&|chapter| chapter.count(Prediction::Right));
    let all = sum(&|chapter| chapter.experiments.len());
    let mut total = format!("{made} of {all} predictions made");
    if made > 0 {
        total += &format!(", {right} right");
    }
    let exercises = sum(&|chapter| chapter.exercises.len());
    if exercises > 0 {
        let passed = sum(&Steps::passed);
        total += &format!("; {passed} of {exercises} exercises passed");
    }
    let mut lines = vec![format!("{total}.")];
    match (progress.due, progress.next_due_ms) {
        (0, None) => {}
        (0, Some(at_ms)) => {
            let wait = Duration::from_millis(at_ms.saturating_sub(now_ms));
            let wait = review::words(wait);
            lines.push(format!(
                "A prediction that went wrong comes again in {wait}."
            ));
        }
        (1, _) => lines.push("1 prediction that went wrong: asked again now.".into()),
        (due, _) => lines.push(format!(
            "{due} predictions that went wrong: asked again now."
        )),
    }
    lines
}
