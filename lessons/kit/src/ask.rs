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
    FromProgram,
}

/// How to ask in this run.
pub fn asking(arguments: &Arguments) -> Asking {
    let terminal = io::stdin().is_terminal() && io::stdout().is_terminal();
    match arguments.format {
        _ if arguments.no_input => Asking::No,
        Format::Json => Asking::FromProgram,
        Format::Text if terminal => Asking::AtTerminal,
        Format::Text => Asking::No,
    }
}

/// The prediction, `Some(None)` if it was skipped, `None` to leave.
pub fn ask(experiment: &Experiment, asking: Asking) -> Option<Option<&Choice>> {
    let choices = experiment.choices;
    loop {
        if asking == Asking::AtTerminal {
            let many = choices.len();
            let keys = format!("(1 to {many}, Enter to skip, q to leave):");
            let prompt = wrap(width(), "Your prediction ", &keys);
            print(&format!("\n{prompt} "));
        }
        let line = read_line()?;
        let number: Option<usize> = line.parse().ok();
        let by_number = number.and_then(|n| choices.get(n.wrapping_sub(1)));
        let by_key = || choices.iter().find(|choice| choice.key == line);
        match by_number.or_else(by_key) {
            Some(choice) => return Some(Some(choice)),
            None if line.is_empty() => return Some(None),
            None if line == "q" => return None,
            // A program that answers nonsense gets no second question.
            None if asking == Asking::FromProgram => return Some(None),
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
