//! What the learner types while the programs run.

use std::io;
use std::sync::mpsc::SyncSender;
use std::thread;

use wire::{Action, Side};

use super::Happening;

/// The keys, for `?` and for the start of a run with `--hold`.
pub const HELP: &str = "\
you are the wire; type a key and Enter for each packet that is held:
  p  pass it on (or Enter)   d  drop it
  2  pass it on twice        c  flip one bit of it and pass it on
  h  hold it, ask about the next one
  r  release all and hold no more
  q  end both programs       ?  this list
a line that begins with `a:` or `b:` goes to the program on that host
";

/// What a typed line means.
#[derive(Debug, PartialEq)]
pub enum Key {
    /// A line for a program.
    Text(Side, String),
    /// What to do with the packet that is asked about.
    Decide(Action),
    /// Keep it and ask about the next one.
    Later,
    /// Pass all that are held, and hold no more.
    ReleaseAll,
    /// End both programs.
    Quit,
    /// Show the keys.
    Help,
    /// None of these.
    Unknown,
}

/// Reads lines of standard input until its end, from a thread of its own.
pub fn read(tell: SyncSender<Happening>) {
    thread::spawn(move || {
        for line in io::stdin().lines() {
            let Ok(line) = line else { break };
            if tell.send(Happening::Typed(Some(line))).is_err() {
                return;
            }
        }
        // Nobody listens any more when the run is over.
        let _ = tell.send(Happening::Typed(None));
    });
}

/// What a line means: while packets are held a key, else text for B.
pub fn meaning(line: &str, holding: bool) -> Key {
    if let Some(text) = line.strip_prefix("a:") {
        return Key::Text(Side::A, text.to_string());
    }
    if let Some(text) = line.strip_prefix("b:") {
        return Key::Text(Side::B, text.to_string());
    }
    if !holding {
        return Key::Text(Side::B, line.to_string());
    }
    match line.trim() {
        "p" | "" => Key::Decide(Action::Pass),
        "d" => Key::Decide(Action::Drop),
        "2" => Key::Decide(Action::Duplicate),
        "c" => Key::Decide(Action::Corrupt),
        "h" => Key::Later,
        "r" => Key::ReleaseAll,
        "q" => Key::Quit,
        "?" => Key::Help,
        _ => Key::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn while_packets_are_held_a_line_is_a_key_and_else_it_is_for_b() {
        assert_eq!(meaning("d", true), Key::Decide(Action::Drop));
        assert_eq!(meaning("d", false), Key::Text(Side::B, "d".into()));
        assert_eq!(meaning("x", true), Key::Unknown);
    }

    #[test]
    fn a_prefix_names_the_host_in_both_cases() {
        for holding in [true, false] {
            assert_eq!(meaning("a:d", holding), Key::Text(Side::A, "d".into()));
            assert_eq!(meaning("b:", holding), Key::Text(Side::B, "".into()));
        }
    }
}
