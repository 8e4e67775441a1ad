//! A line that comes in must not destroy the line that is being typed.
//!
//! At a terminal rustyline keeps both apart; a pipe needs nothing.
//!
//!     cargo run -p lesson-chat -- client --name ada

use colored::Colorize;
use rustyline::error::ReadlineError;
use rustyline::{DefaultEditor, ExternalPrinter};
use std::io::{self, BufRead, IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};

/// Where lines from others are shown, from any thread.
#[derive(Clone)]
pub struct Screen(Arc<Mutex<Option<Box<dyn ExternalPrinter + Send>>>>);

/// Where lines are typed.
pub enum Keyboard {
    Terminal(Box<DefaultEditor>),
    Pipe,
}

// ANCHOR: screen
/// The keyboard and the screen, or a pipe for one or both of them.
pub fn open() -> (Keyboard, Screen) {
    let terminal = io::stdin().is_terminal() && io::stdout().is_terminal();
    let editor = terminal.then(DefaultEditor::new).and_then(Result::ok);
    let (keyboard, printer) = match editor {
        Some(mut editor) => {
            // It takes the half-typed line away, prints, and puts it back.
            let printer = editor.create_external_printer().ok();
            let boxed = printer.map(|p| Box::new(p) as Box<_>);
            (Keyboard::Terminal(Box::new(editor)), boxed)
        }
        None => (Keyboard::Pipe, None),
    };
    (keyboard, Screen(Arc::new(Mutex::new(printer))))
}

impl Screen {
    /// Shows a line; an error means that nobody looks any more.
    pub fn show(&self, line: &str) -> io::Result<()> {
        let line = painted(line) + "\n";
        let mut printer = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match printer.as_mut() {
            Some(printer) => printer.print(line).map_err(io::Error::other),
            None => io::stdout().write_all(line.as_bytes()),
        }
    }
}

impl Keyboard {
    pub fn is_pipe(&self) -> bool {
        matches!(self, Keyboard::Pipe)
    }

    /// The next line, `None` at the end: Ctrl-D, Ctrl-C, or the pipe's end.
    pub fn next_line(&mut self) -> io::Result<Option<String>> {
        match self {
            Keyboard::Terminal(editor) => match editor.readline("> ") {
                Ok(line) => {
                    let _ = editor.add_history_entry(&line);
                    Ok(Some(line))
                }
                Err(ReadlineError::Eof | ReadlineError::Interrupted) => {
                    Ok(None)
                }
                Err(error) => Err(io::Error::other(error)),
            },
            Keyboard::Pipe => {
                let mut line = Vec::new();
                let read = io::stdin().lock().read_until(b'\n', &mut line)?;
                let text = String::from_utf8_lossy(&line);
                Ok((read > 0).then(|| text.trim_end().to_string()))
            }
        }
    }
}
// ANCHOR_END: screen

/// The line in colours, by how it begins.
fn painted(line: &str) -> String {
    match line.split_once("] ") {
        _ if line.starts_with("* ") => line.cyan().to_string(),
        Some((name, text)) if line.starts_with('[') => {
            format!("{} {text}", format!("{name}]").green())
        }
        _ => line.to_string(),
    }
}
