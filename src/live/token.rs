//! What only our own pages know: without it nobody makes this server act.

use std::fmt::Write;
use std::hint::black_box;
use std::io;

/// A number that nobody can guess, as text.
pub struct Token(String);

impl Token {
    /// A fresh one, from the system's source of random numbers.
    pub fn new() -> io::Result<Token> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(io::Error::other)?;
        let mut text = String::new();
        for byte in bytes {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        Ok(Token(text))
    }

    /// The token, for a page.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Whether this is the token, after the same time for every wrong one of
    /// its length.
    pub fn is(&self, shown: &[u8]) -> bool {
        let own = self.0.as_bytes();
        let differ = |(a, b): (&u8, &u8)| black_box(a ^ b);
        let differences = own.iter().zip(shown).map(differ);
        own.len() == shown.len() && differences.fold(0, |all, one| all | one) == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_tokens_are_equal_and_each_is_only_itself() {
        let (one, two) = (Token::new().expect("random"), Token::new().expect("random"));
        assert_ne!(one.text(), two.text());
        assert_eq!(one.text().len(), 32);
        assert!(one.is(one.text().as_bytes()));
        let mut near = one.text().to_owned();
        near.pop();
        assert!(!one.is(near.as_bytes()));
        near.push(if one.text().ends_with('0') { '1' } else { '0' });
        assert!(!one.is(near.as_bytes()));
        assert!(!one.is(two.text().as_bytes()));
        assert!(!one.is(b""));
    }
}
