//! `workbook doctor`: what this machine has, what each thing is needed for, and
//! how to get what is missing.

mod child;
mod loopback;
mod toolchain;
mod tools;
mod wire;

use std::env;
use std::io::{self, IsTerminal};
use std::process::ExitCode;

use anyhow::Result;
use colored::{ColoredString, Colorize};
use kit::ColorChoice;

use crate::cmd::{columns, say};
use crate::place::Place;

/// One thing looked at.
struct Check {
    /// The thing, such as `rustc`.
    what: String,
    state: State,
    /// What was really seen: a version, a path, an error.
    found: String,
    /// What the workbook uses it for.
    needed_for: &'static str,
    /// What to do if its state is not ok.
    get: Option<String>,
}

/// What became of a check, in a word.
#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Ok,
    Missing,
    Old,
    Refused,
    Unknown,
}

/// Looks at everything and prints it: first what is needed, then the rest.
pub fn run(place: &Place, color: ColorChoice) -> Result<ExitCode> {
    say("Needed:")?;
    let mut needed = toolchain::checks(&place.root);
    needed.extend(loopback::needed());
    needed.push(target(place));
    show(&needed)?;

    say("\nOptional:")?;
    let mut optional = vec![loopback::ipv6(), wire::check()];
    optional.extend(tools::checks());
    optional.push(terminal(color));
    show(&optional)?;

    conclude(&needed, &optional)
}

fn show(checks: &[Check]) -> io::Result<()> {
    for check in checks {
        let state = check.state.word();
        let first = format!("{state:<9}{}", check.what);
        say(&columns::row(2, &first, 31, &check.found))?;
        let needed_for = columns::row(11, "for", 22, check.needed_for);
        say(&needed_for.dimmed().to_string())?;
        if check.state != State::Ok
            && let Some(get) = &check.get
        {
            let get = columns::row(11, "to get it", 22, get);
            say(&get.bold().to_string())?;
        }
    }
    Ok(())
}

fn conclude(needed: &[Check], optional: &[Check]) -> Result<ExitCode> {
    let absent = |checks: &[Check]| -> Vec<String> {
        let absent = checks.iter().filter(|check| check.state != State::Ok);
        absent.map(|check| check.what.clone()).collect()
    };
    let lacks = absent(needed);
    let code = if lacks.is_empty() {
        say("\nEverything needed is here.")?;
        0
    } else {
        let lacks = lacks.join(", ");
        let sentence = format!("\nNot all that is needed is here: {lacks}.");
        say(&columns::sentence(&sentence))?;
        let sure = |check: &Check| !matches!(check.state, State::Ok | State::Unknown);
        if needed.iter().any(sure) { 1 } else { 2 }
    };
    let lacks = absent(optional);
    if !lacks.is_empty() {
        let lacks = lacks.join(", ");
        let sentence = format!("The lessons also work without: {lacks}.");
        say(&columns::sentence(&sentence))?;
    }
    Ok(ExitCode::from(code))
}

/// Whether the folder for compiled programs and pages can be written to.
fn target(place: &Place) -> Check {
    let (state, found) = match place.try_target() {
        Ok(()) => (State::Ok, place.target.display().to_string()),
        Err(error) => (
            State::Refused,
            format!("{}: {error}", place.target.display()),
        ),
    };
    Check {
        what: "target folder".to_owned(),
        state,
        found,
        needed_for: "compiled lessons and the built book",
        get: Some("set CARGO_TARGET_DIR to a folder that can be written".to_owned()),
    }
}

/// What standard output is, and why it has colour or not.
fn terminal(choice: ColorChoice) -> Check {
    let is_terminal = io::stdout().is_terminal();
    let color = match kit::decide_color(choice) {
        true => "on",
        false => "off",
    };
    let what = match is_terminal {
        true => "a terminal",
        false => "not a terminal",
    };
    let why = why_color(choice, is_terminal);
    Check {
        what: "terminal".to_owned(),
        state: State::Ok,
        found: format!("standard output is {what}; colour is {color}: {why}"),
        needed_for: "colour, which only adds to what the words say",
        get: None,
    }
}

/// The first thing that decides, in the order in which `kit` looks at them.
fn why_color(choice: ColorChoice, is_terminal: bool) -> &'static str {
    let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty());
    if choice != ColorChoice::Auto {
        "you asked with --color"
    } else if set("NO_COLOR").is_some() {
        "NO_COLOR is set"
    } else if set("CLICOLOR_FORCE").is_some_and(|value| value != "0") {
        "CLICOLOR_FORCE is set"
    } else if !is_terminal {
        "there is no terminal to show it"
    } else if set("TERM").is_some_and(|term| term == "dumb") {
        "TERM is dumb"
    } else {
        "a terminal shows it"
    }
}

impl State {
    fn word(self) -> ColoredString {
        match self {
            State::Ok => "ok".green(),
            State::Missing => "missing".yellow(),
            State::Old => "old".yellow(),
            State::Refused => "refused".red(),
            State::Unknown => "unknown".red(),
        }
    }
}
