//! Bytes and text from peers, made harmless before anyone prints them.

use std::fmt::Write;

/// How many characters of a long message are shown.
const SHOWN: usize = 40;

/// The text with every control character made visible: `\n`, `\r`, `\t`, and
/// the others as `\u{..}`.
///
/// Also what changes the direction of text (U+061C, U+200E, U+200F, U+202A to
/// U+202E, U+2066 to U+2069), which can make a terminal show it in another
/// order than it has.
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        push_visible(&mut out, c);
    }
    out
}

/// The bytes as a quoted string: UTF-8 as it is, all else as `\xNN`.
///
/// After 40 characters the rest is left out, which `...` shows.
pub fn quoted(bytes: &[u8]) -> String {
    let mut out = String::from("\"");
    let mut shown = 0;
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            if shown == SHOWN {
                return out + "\"...";
            }
            match c {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                c => push_visible(&mut out, c),
            }
            shown += 1;
        }
        for byte in chunk.invalid() {
            if shown == SHOWN {
                return out + "\"...";
            }
            // Writing to a String cannot fail.
            let _ = write!(out, "\\x{byte:02x}");
            shown += 1;
        }
    }
    out + "\""
}

/// The bytes with their number before them: `5 bytes "hello"`.
pub(crate) fn counted(bytes: &[u8]) -> String {
    match bytes {
        [] => String::from("0 bytes"),
        [_] => format!("1 byte {}", quoted(bytes)),
        _ => format!("{} bytes {}", grouped(bytes.len()), quoted(bytes)),
    }
}

/// The number with a comma between groups of three digits: `65,507`.
pub fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn push_visible(out: &mut String, c: char) {
    match c {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        c if c.is_control() || turns_text(c) => out.extend(c.escape_unicode()),
        c => out.push(c),
    }
}

/// Whether a character changes the direction of the text around it.
fn turns_text(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_is_utf8_stays_as_it_is() {
        assert_eq!(quoted("grüß dich 🦀".as_bytes()), "\"grüß dich 🦀\"");
    }

    #[test]
    fn no_control_character_and_no_override_survives() {
        for c in (0..=0x10ffff).filter_map(char::from_u32) {
            let shown = visible(&c.to_string());
            assert!(!shown.chars().any(|c| c.is_control() || turns_text(c)));
            let mut utf8 = [0; 4];
            let shown = quoted(c.encode_utf8(&mut utf8).as_bytes());
            assert!(!shown.chars().any(|c| c.is_control() || turns_text(c)));
        }
    }

    #[test]
    fn every_pair_of_bytes_is_shown_without_a_control_character() {
        for pair in 0..=u16::MAX {
            let shown = quoted(&pair.to_be_bytes());
            assert!(!shown.chars().any(char::is_control), "{pair:04x}");
        }
    }

    #[test]
    fn a_broken_character_is_shown_byte_by_byte() {
        assert_eq!(quoted(b"h\xc3"), "\"h\\xc3\"");
    }

    #[test]
    fn a_quote_in_the_bytes_cannot_end_the_quotes() {
        assert_eq!(quoted(b"a\"b\\c"), r#""a\"b\\c""#);
    }

    #[test]
    fn a_long_message_is_cut_and_says_so() {
        assert_eq!(quoted(&[b'x'; 40]), format!("\"{}\"", "x".repeat(40)));
        assert_eq!(quoted(&[b'x'; 41]), format!("\"{}\"...", "x".repeat(40)));
    }

    #[test]
    fn numbers_are_grouped_by_three() {
        let shown: Vec<_> = [0, 999, 1000, 65507, 1234567].map(grouped).into();
        assert_eq!(shown, ["0", "999", "1,000", "65,507", "1,234,567"]);
    }
}
