//! Bytes of random content that a person can still read in a verdict.

use fastrand::Rng;

/// Lower-case letters and digits.
pub fn word(random: &mut Rng, length: usize) -> Vec<u8> {
    let letter = |_| random.choice(*b"abcdefghijkmnpqrstuvwxyz23456789");
    (0..length).filter_map(letter).collect()
}

/// A word of letters and digits, as text.
pub fn text(random: &mut Rng, length: usize) -> String {
    word(random, length).into_iter().map(char::from).collect()
}

/// Bytes of every value.
pub fn any(random: &mut Rng, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    random.fill(&mut bytes);
    bytes
}

/// Very many bytes, soon made: they repeat, but not at a power of two.
pub fn much(random: &mut Rng, length: usize) -> Vec<u8> {
    let some = any(random, length.min(9_973));
    let mut all = some.repeat(length / some.len().max(1) + 1);
    all.truncate(length);
    all
}

/// How many bytes of those that are no text are shown.
const SHOWN: usize = 40;

/// The bytes as a quoted string: what is UTF-8 as [`kit::quoted`] has it. Of
/// what is not, every byte but the printable ones of ASCII is `\xNN`, or `\n`,
/// `\r`, `\t`, so that it can be compared with what other programs show: which
/// bytes of it make a character by chance says nothing.
pub fn quoted(bytes: &[u8]) -> String {
    if std::str::from_utf8(bytes).is_ok() {
        return kit::quoted(bytes);
    }
    let byte = |byte: &u8| match byte {
        b'\'' => "'".into(),
        other => other.escape_ascii().to_string(),
    };
    let shown: String = bytes.iter().take(SHOWN).map(byte).collect();
    let more = if bytes.len() > SHOWN { "..." } else { "" };
    format!("\"{shown}\"{more}")
}

/// The bytes with their number before them: `5 bytes "hello"`.
pub fn shown(bytes: &[u8]) -> String {
    match bytes.len() {
        0 => "0 bytes".into(),
        1 => format!("1 byte {}", quoted(bytes)),
        n => format!("{} {}", counted(n), quoted(bytes)),
    }
}

/// A number of bytes: `1 byte`, `70,000 bytes`.
pub fn counted(length: usize) -> String {
    match length {
        1 => "1 byte".into(),
        n => format!("{} bytes", kit::grouped(n)),
    }
}

/// Where two strings of bytes differ first, in words.
pub fn difference(expected: &[u8], got: &[u8]) -> String {
    let same = expected.iter().zip(got).take_while(|(a, b)| a == b).count();
    let from = |bytes: &[u8]| quoted(&bytes[same.min(bytes.len())..]);
    match (expected.len() - same, got.len() - same) {
        (0, 0) => "the same bytes".into(),
        (0, more) => format!("them, and {} more: {}", counted(more), from(got)),
        (_, 0) => format!("only the first {}", counted(same)),
        _ => format!(
            "{}, from byte {} on other ones: {} instead of {}",
            counted(got.len()),
            kit::grouped(same),
            from(got),
            from(expected)
        ),
    }
}

/// What a terminal may take for a command.
pub fn commands(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_makes_the_same_bytes() {
        let make = || any(&mut Rng::with_seed(7), 100);
        assert_eq!(make(), make());
        assert_eq!(word(&mut Rng::with_seed(7), 8).len(), 8);
        assert_eq!(much(&mut Rng::with_seed(7), 20_000).len(), 20_000);
    }

    #[test]
    fn what_is_no_text_is_shown_byte_by_byte() {
        assert_eq!(quoted("grün".as_bytes()), "\"grün\"");
        let bytes = b"\xd1\x86 it's \"\\\"\x0b\n\xff";
        let shown = r#""\xd1\x86 it's \"\\\"\x0b\n\xff""#;
        assert_eq!(quoted(bytes), shown);
        assert_eq!(quoted(&[0xff; 40]), format!("\"{}\"", r"\xff".repeat(40)));
        assert_eq!(quoted(&[0xff; 41]), quoted(&[0xff; 40]) + "...");
    }

    #[test]
    fn a_difference_is_told_where_it_begins() {
        assert_eq!(difference(b"abc", b"ab"), "only the first 2 bytes");
        assert_eq!(difference(b"abc", b"abcd"), "them, and 1 byte more: \"d\"");
        assert_eq!(
            difference(b"abc", b"axc"),
            "3 bytes, from byte 1 on other ones: \"xc\" instead of \"bc\""
        );
    }
}
