//! What a line means: a name, a message or a command.
//!
//! Typed by hand in nc or telnet it means the same.
//!
//!     cargo run -p lesson-chat -- server

/// What somebody wants who has a name.
pub enum Command<'a> {
    Say(&'a str),
    Act(&'a str),
    Tell(&'a str, &'a str),
    Rename(&'a str),
    Who,
    Help,
    Quit,
    Unknown(&'a str),
}

/// The answer to `/help`.
pub const HELP: &str = "/who  /nick NAME  /me TEXT  /msg NAME TEXT  /quit; \
    all else is said to all";

// ANCHOR: protocol
/// Takes a line apart. No line is an error: at worst it is unknown.
pub fn parse(line: &str) -> Command<'_> {
    if !line.starts_with('/') {
        return Command::Say(line);
    }
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    let rest = rest.trim();
    match word {
        "/me" => Command::Act(rest),
        "/msg" => {
            let (name, text) = rest.split_once(' ').unwrap_or((rest, ""));
            Command::Tell(name, text.trim_start())
        }
        "/nick" => Command::Rename(rest),
        "/who" => Command::Who,
        "/help" => Command::Help,
        "/quit" => Command::Quit,
        _ => Command::Unknown(word),
    }
}

/// Whether a name can be told from all else that stands in a line.
///
/// Letters of other scripts are welcome in a text but not in a name, because
/// two of them may look the same, and a name is what one trusts.
pub fn is_name(text: &str) -> bool {
    (1..=16).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
// ANCHOR_END: protocol
