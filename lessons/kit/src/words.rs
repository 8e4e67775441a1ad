//! Values of a run in words for a reader, not in Rust's own notation.

use crate::escape::quoted;
use std::fmt::Display;

/// The items with commas between them, or `none`: `4, 3, 1`.
pub fn list<T: Display>(items: impl IntoIterator<Item = T>) -> String {
    let items: Vec<_> = items.into_iter().map(|i| i.to_string()).collect();
    match items.is_empty() {
        true => String::from("none"),
        false => items.join(", "),
    }
}

/// Messages as quoted strings, see [`quoted`]: `"one", "over"`.
pub fn list_quoted<T: AsRef<[u8]>>(
    messages: impl IntoIterator<Item = T>,
) -> String {
    list(messages.into_iter().map(|message| quoted(message.as_ref())))
}

/// Each as a word: `yes, no`.
pub fn yes_or_no(all: &[bool]) -> String {
    list(all.iter().map(|is| if *is { "yes" } else { "no" }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_commas_and_an_empty_one_says_so() {
        assert_eq!(list([4, 3, 1]), "4, 3, 1");
        assert_eq!(list(Vec::<u32>::new()), "none");
        assert_eq!(yes_or_no(&[true, false]), "yes, no");
    }

    #[test]
    fn messages_are_quoted_and_cannot_break_out() {
        let shown = list_quoted([&b"one"[..], b"\", \x1b[2J"]);
        assert_eq!(shown, r#""one", "\", \u{1b}[2J""#);
    }
}
