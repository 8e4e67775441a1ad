//! Asks the learner: for a prediction, and whether to go on.

use crate::arguments::Arguments;
use crate::output::{Format, print, width};
use crate::terminal::wrap;
use crate::{Choice, Experiment};
use std::io::{self, BufRead, IsTerminal};

/// How predictions are asked for.
#[derive(Clone, Copy, PartialEq)]
pub enum Asking {
    No,
    AtTerminal,
    /// At a terminal, for `workbook review`: the run is the answer to the
    /// question, so it is not shown to who skips it.
    Again,
    FromProgram,
}

/// Why an experiment is not run.
pub enum Unrun {
    Skipped,
    Left,
}

/// How to ask in this run.
pub fn asking(arguments: &Arguments) -> Asking {
    let terminal = io::stdin().is_terminal() && io::stdout().is_terminal();
    match arguments.format {
        _ if arguments.no_input => Asking::No,
        Format::Json => Asking::FromProgram,
        Format::Text if terminal && arguments.again => Asking::Again,
        Format::Text if terminal => Asking::AtTerminal,
        Format::Text => Asking::No,
    }
}

/// The prediction, if one is made; or why there is nothing to run.
pub fn ask(
    experiment: &Experiment,
    asking: Asking,
) -> Result<Option<&Choice>, Unrun> {
    let choices = experiment.choices;
    loop {
        if asking != Asking::FromProgram {
            let many = choices.len();
            let keys = format!("(1 to {many}, Enter to skip, q to leave):");
            let prompt = wrap(width(), "Your prediction ", &keys);
            print(&format!("\n{prompt} "));
        }
        let line = read_line().ok_or(Unrun::Left)?;
        let number: Option<usize> = line.parse().ok();
        let by_number = number.and_then(|n| choices.get(n.wrapping_sub(1)));
        let by_key = || choices.iter().find(|choice| choice.key == line);
        match by_number.or_else(by_key) {
            Some(choice) => return Ok(Some(choice)),
            None if line.is_empty() && asking == Asking::Again => {
                return Err(Unrun::Skipped);
            }
            None if line.is_empty() => return Ok(None),
            None if line == "q" => return Err(Unrun::Left),
            // A program that answers nonsense gets no second question.
            None if asking == Asking::FromProgram => return Ok(None),
            None => print("That is none of the options.\n"),
        }
    }
}

/// Whether the learner wants the next experiment, too.
pub fn wants_more() -> bool {
    let keys = "for the next experiment, q to leave:";
    print(&format!("\n{} ", wrap(width(), "Enter ", keys)));
    read_line().is_some_and(|line| line != "q")
}

/// The next line of standard input without its end, or `None` at the end.
fn read_line() -> Option<String> {
    let mut line = Vec::new();
    match io::stdin().lock().read_until(b'\n', &mut line) {
        Ok(0) | Err(_) => None,
        Ok(_) => Some(String::from_utf8_lossy(&line).trim().to_string()),
    }
}
