//! What the judge tells: one enum, as lines for people or as JSON Lines.

use colored::Colorize;
use serde::Serialize;

use super::bench::Bench;
use super::cause::Cause;
use super::fault::Fault;
use super::subject::Subject;
use super::{Exercise, Rule, chapter};

/// The version of these lines, written into each as `"v"`.
pub const VERSION: u32 = 1;

/// How many steps of a log are shown to people; all are in the JSON.
const STEPS_SHOWN: usize = 12;

/// A step of the judge.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// It begins.
    Judge {
        exercise: &'static str,
        lesson: &'static str,
        about: &'static str,
        rules: Vec<&'static str>,
        causes: Vec<Named>,
        program: String,
        seed: u64,
    },
    /// It tries whether a rule is kept.
    Tries { number: u64, rule: &'static str },
    /// A rule was kept, or not.
    Rule {
        number: u64,
        rule: &'static str,
        kept: bool,
    },
    /// It has come to an end.
    Verdict {
        exercise: &'static str,
        passed: bool,
        seed: u64,
        #[serde(skip_serializing_if = "Option::is_none")]
        broken: Option<Box<Broken>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        trouble: Option<String>,
    },
}

/// How a rule was broken, in all that is known of it.
#[derive(Clone, Debug, Serialize)]
pub struct Broken {
    /// The rule.
    pub rule: &'static str,
    /// What the judge did, in order.
    pub did: Vec<String>,
    /// What should have come.
    pub expected: String,
    /// What came.
    pub got: String,
    /// What has become of the program.
    pub program: String,
    /// The last lines that it wrote to standard error.
    pub last_words: Vec<String>,
    /// The belief behind it, where the symptom shows one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<Named>,
}

/// A belief, by name.
#[derive(Clone, Debug, Serialize)]
pub struct Named {
    /// The name of the judge for it.
    pub name: &'static str,
    /// Its number in the catalogue, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub belief: Option<&'static str>,
    /// The belief in one sentence.
    pub says: &'static str,
    /// What is true instead.
    pub truth: &'static str,
    /// The lesson that shows it.
    pub lesson: &'static str,
    /// The experiment that shows it.
    pub experiment: &'static str,
    /// The number of the lesson's chapter, if it comes after the exercise's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ahead: Option<usize>,
}

impl Event {
    /// The judge begins.
    pub fn begins(exercise: &'static Exercise, subject: &Subject, seed: u64) -> Event {
        Event::Judge {
            exercise: exercise.name,
            lesson: exercise.lesson,
            about: exercise.about,
            rules: exercise.rules.iter().map(|rule| rule.says).collect(),
            causes: exercise
                .causes
                .iter()
                .map(|cause| named(exercise, cause))
                .collect(),
            program: subject.words.clone(),
            seed,
        }
    }

    /// The judge tries a rule.
    pub fn tries(number: u64, rule: &Rule) -> Event {
        let rule = rule.says;
        Event::Tries { number, rule }
    }

    /// A rule was kept.
    pub fn keeps(number: u64, rule: &Rule) -> Event {
        let (rule, kept) = (rule.says, true);
        Event::Rule { number, rule, kept }
    }

    /// A rule was broken.
    pub fn breaks(number: u64, rule: &Rule) -> Event {
        let (rule, kept) = (rule.says, false);
        Event::Rule { number, rule, kept }
    }

    /// Every rule was kept.
    pub fn passed(exercise: &Exercise, seed: u64) -> Event {
        Event::Verdict {
            exercise: exercise.name,
            passed: true,
            seed,
            broken: None,
            trouble: None,
        }
    }

    /// A rule was broken, and how.
    pub fn failed(
        exercise: &Exercise,
        seed: u64,
        rule: &Rule,
        fault: Fault,
        bench: &mut Bench,
    ) -> Event {
        let (program, last_words) = bench.fate();
        let broken = Broken {
            rule: rule.says,
            did: bench.done(),
            expected: fault.expected,
            got: fault.got,
            program,
            last_words,
            cause: fault.cause.map(|cause| named(exercise, cause)),
        };
        Event::Verdict {
            exercise: exercise.name,
            passed: false,
            seed,
            broken: Some(Box::new(broken)),
            trouble: None,
        }
    }

    /// The judge could not go on.
    pub fn cannot_tell(exercise: &Exercise, seed: u64, rule: &Rule, why: &str) -> Event {
        Event::Verdict {
            exercise: exercise.name,
            passed: false,
            seed,
            broken: None,
            trouble: Some(format!("at the rule \"{}\": {why}", rule.says)),
        }
    }

    /// The event as a JSON line.
    pub fn json(&self) -> String {
        #[derive(Serialize)]
        struct Line<'a> {
            v: u32,
            #[serde(flatten)]
            event: &'a Event,
        }
        let line = Line {
            v: VERSION,
            event: self,
        };
        serde_json::to_string(&line).expect("strings and numbers have a JSON form") + "\n"
    }

    /// The event as lines for people, `width` columns wide where they can be.
    pub fn text(&self, width: usize) -> String {
        match self {
            Event::Judge {
                exercise,
                about,
                program,
                seed,
                ..
            } => {
                let about = wrapped("", about, width);
                let words = kit::visible(program);
                format!("{}: {words}, seed {seed}\n{about}\n", exercise.bold())
            }
            // Most rules are tried in no time; one that waits says so.
            Event::Tries { number, rule } => match rule.contains(" seconds") {
                true => numbered("  wait", *number, rule, width),
                false => String::new(),
            },
            Event::Rule { number, rule, kept } => {
                let word = match kept {
                    true => format!("  {}", "kept".green()),
                    false => "BROKEN".red().bold().to_string(),
                };
                numbered(&word, *number, rule, width)
            }
            Event::Verdict {
                exercise,
                trouble: Some(why),
                ..
            } => format!(
                "\n{}",
                wrapped("", &format!("{exercise}: could not tell, {why}"), width)
            ),
            Event::Verdict {
                exercise,
                broken: None,
                ..
            } => format!("\n{exercise}: {}\n", "every rule is kept.".green().bold()),
            Event::Verdict {
                exercise,
                seed,
                broken: Some(broken),
                ..
            } => told(exercise, *seed, broken, width),
        }
    }
}

fn named(exercise: &Exercise, cause: &Cause) -> Named {
    let here = chapter(exercise.lesson);
    Named {
        name: cause.name,
        belief: cause.belief.map(|belief| belief.id),
        says: cause.says,
        truth: cause.truth,
        lesson: cause.see.0,
        experiment: cause.see.1,
        ahead: chapter(cause.see.0).filter(|there| Some(*there) > here),
    }
}

/// A failure in full.
fn told(exercise: &str, seed: u64, broken: &Broken, width: usize) -> String {
    let row = |label: &str, text: &str| row(label, text, width);
    let mut out = String::from("\n");
    let hidden = broken.did.len().saturating_sub(STEPS_SHOWN);
    let mut label = "we did";
    if hidden > 0 {
        let steps = if hidden == 1 { "step" } else { "steps" };
        out += &row(label, &format!("({hidden} {steps} before these)"));
        label = "";
    }
    for step in &broken.did[hidden..] {
        out += &row(label, step);
        label = "";
    }
    out += &row("we expected", &broken.expected);
    out += &row("we got", &broken.got);
    out += &row("the program", &broken.program);
    let mut label = "last words";
    for line in &broken.last_words {
        out += &row(label, line);
        label = "";
    }
    out.push('\n');
    if let Some(cause) = &broken.cause {
        let id = cause
            .belief
            .map(|id| format!(" ({id})"))
            .unwrap_or_default();
        out += &wrapped(
            "",
            &format!("The belief that leads here{id}: {}", cause.says),
            width,
        );
        out += &wrapped("", &format!("But {}", cause.truth), width);
        // Before the command, so that this can be copied to its end.
        let ahead = cause
            .ahead
            .map(|chapter| format!(", ahead in chapter {chapter}"))
            .unwrap_or_default();
        out += &format!(
            "See it{ahead}: cargo run -p lesson-{} -- {}\n",
            cause.lesson, cause.experiment
        );
    }
    out += &format!("A hint: cargo run -- hint {exercise}\n");
    out + &format!("The same bytes again: --seed {seed}\n")
}

/// A rule after what became of it: one line, unless the terminal is narrow.
fn numbered(word: &str, number: u64, rule: &str, width: usize) -> String {
    let label = format!("{word}  {number:>2}  ");
    match width < kit::WIDTH {
        true => wrapped(&label, rule, width),
        false => format!("{label}{rule}\n"),
    }
}

/// A labelled paragraph.
fn row(label: &str, text: &str, width: usize) -> String {
    let label = match label {
        "" => " ".repeat(14),
        label => format!("  {label:<12}"),
    };
    wrapped(&label, text, width)
}

/// A paragraph whose following lines are indented as far as its label.
fn wrapped(label: &str, text: &str, width: usize) -> String {
    let indent = " ".repeat(textwrap::core::display_width(label));
    let options = textwrap::Options::new(width)
        .initial_indent(label)
        .subsequent_indent(&indent)
        .break_words(true);
    textwrap::fill(text, options) + "\n"
}
