//! Asks the learner: for a prediction, and whether to go on.

use crate::arguments::Arguments;
use crate::output::{Format, print};
use crate::{Choice, Experiment};
use std::io::{self, IsTerminal};

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
            print(&format!(
                "\nYour prediction (1 to {}, Enter to skip, q to leave): ",
                choices.len()
            ));
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
    print("\nEnter for the next experiment, q to leave: ");
    read_line().is_some_and(|line| line != "q")
}

/// The next line of standard input without its end, or `None` at the end.
fn read_line() -> Option<String> {
    let mut line = String::new();
    match io::stdin().read_line(&mut line) {
        Ok(0) | Err(_) => None,
        Ok(_) => Some(line.trim().to_string()),
    }
}
