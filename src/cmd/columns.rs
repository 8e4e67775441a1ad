//! Text for people, as wide as their terminal; in a pipe, a line a record.

use kit::columns as terminal;
use textwrap::core::display_width;
use textwrap::{Options, WordSplitter};

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

/// Paragraphs of so many columns. A line that begins with a space is code, and
/// stays as it is; so does code between backticks, if it fits on a line.
pub fn prose(text: &str, columns: usize) -> String {
    let options = unbroken(columns).word_splitter(WordSplitter::NoHyphenation);
    let line = |line: &str| match line.starts_with(' ') {
        true => line.to_owned(),
        false => textwrap::fill(&glued(line, columns), &options).replace(GLUE, " "),
    };
    let lines = text.trim_start_matches('\n').lines();
    lines.map(line).collect::<Vec<_>>().join("\n")
}

/// A space at which no line is broken.
const GLUE: char = '\u{a0}';

/// The text with glue for each space between backticks.
fn glued(text: &str, columns: usize) -> String {
    let parts = text.split('`').enumerate();
    let glue = |(number, part): (usize, &str)| match number % 2 == 1 {
        true if display_width(part) + 2 <= columns => part.replace(' ', &GLUE.to_string()),
        _ => part.to_owned(),
    };
    parts.map(glue).collect::<Vec<_>>().join("`")
}

/// Lines of so many columns, in which no word is broken: it may be a path.
fn unbroken(columns: usize) -> Options<'static> {
    Options::new(columns).break_words(false)
}

#[cfg(test)]
mod tests {
    use super::prose;

    #[test]
    fn code_is_not_broken_into_lines() {
        let text =
            "Read until `length == 0 || done`, then\n    return Ok(()); // and no more\nor end.";
        let expected = "\
Read until
`length == 0 || done`,
then
    return Ok(()); // and no more
or end.";
        assert_eq!(prose(text, 22), expected);
        // What fits on no line is broken like any other text.
        let text = "Read `until length == 0` here";
        assert_eq!(prose(text, 12), "Read `until\nlength == 0`\nhere");
    }
}
