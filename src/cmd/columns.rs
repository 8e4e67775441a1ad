//! Text for people, as wide as their terminal; in a pipe, a line a record.

use kit::columns as terminal;
use textwrap::Options;
use textwrap::core::display_width;

/// A column of texts that is narrower than this is hard to read.
const READABLE: usize = 24;

/// A sentence, which a pipe gets in one line.
pub fn sentence(text: &str) -> String {
    match terminal() {
        Some(columns) => textwrap::fill(text, unbroken(columns)),
        None => text.to_owned(),
    }
}

/// Two columns, the first of them `wide`; at a narrow terminal the second
/// stands below the first. The first may be coloured, the second is plain.
pub fn row(indent: usize, first: &str, wide: usize, second: &str) -> String {
    let padded = wide.saturating_sub(display_width(first));
    let before = format!("{}{first}{}", " ".repeat(indent), " ".repeat(padded));
    match terminal() {
        None => format!("{before}{second}"),
        Some(columns) if columns >= indent + wide + READABLE => {
            let hang = " ".repeat(indent + wide);
            let options = unbroken(columns).subsequent_indent(&hang);
            textwrap::fill(second, options.initial_indent(&before))
        }
        Some(columns) => {
            let hang = " ".repeat(indent + 2);
            let options = unbroken(columns).subsequent_indent(&hang);
            let below = textwrap::fill(second, options.initial_indent(&hang));
            format!("{}\n{below}", before.trim_end())
        }
    }
}

/// A command after what it is for, or on a line of its own: it can be copied
/// only if it is never broken.
pub fn command(indent: usize, first: &str, wide: usize, command: &str) -> String {
    let length = indent + wide + display_width(command);
    let padded = " ".repeat(wide.saturating_sub(display_width(first)));
    let before = format!("{}{first}", " ".repeat(indent));
    match terminal() {
        Some(columns) if length > columns => {
            // As far left as it goes, so that most fit.
            format!("{}\n  {command}", before.trim_end())
        }
        _ => format!("{before}{padded}{command}"),
    }
}

/// Lines of so many columns, in which no word is broken: it may be a path.
fn unbroken(columns: usize) -> Options<'static> {
    Options::new(columns).break_words(false)
}
