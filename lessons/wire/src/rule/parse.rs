//! Reads a rule from text, and points at the place of a mistake.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use super::{Action, Rule, Selector, WORDS, What};
use crate::packet::Side;

const VERBS: [&str; 8] = [
    "pass",
    "drop",
    "delay",
    "duplicate",
    "hold",
    "reorder",
    "corrupt",
    "loss",
];
const KEYS: [&str; 7] = ["from", "port", "flow", "try", "every", "chance", "seed"];

/// A rule that could not be read: where, what was found, and what was expected there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleError {
    /// The text as it was given.
    pub text: String,
    /// Where the mistake begins: in characters from 1; one past the end if something is missing.
    pub column: usize,
    /// Length of the mistake in characters, at least 1.
    pub length: usize,
    /// What would have been right there.
    pub expected: String,
    /// The nearest word that would have been right, if one is near.
    pub suggestion: Option<&'static str>,
}

impl FromStr for Rule {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Rule, RuleError> {
        let mut reader = Reader::new(text);
        let verb = reader.next(|| format!("a verb ({})", VERBS.join(", ")))?;
        let mut loss = None;
        let action = match verb.text {
            "pass" => Action::Pass,
            "drop" => Action::Drop,
            "duplicate" => Action::Duplicate,
            "hold" => Action::Hold,
            "reorder" => Action::Reorder,
            "corrupt" => Action::Corrupt,
            "delay" => {
                let wanted = "a delay in milliseconds, 0 to 3600000, such as `delay 100`";
                let word = reader.next(|| wanted.into())?;
                let digits = Part {
                    text: word.text.trim_end_matches("ms"),
                    ..word
                };
                Action::Delay(Duration::from_millis(reader.number(
                    digits,
                    0..=3_600_000,
                    wanted,
                )?))
            }
            "loss" => {
                let wanted = "a chance in percent, 0% to 100%, such as `loss 10%`";
                let word = reader.next(|| wanted.into())?;
                loss = Some(reader.percent(word, wanted)?);
                Action::Drop
            }
            _ => {
                let expected = format!("a verb ({})", VERBS.join(", "));
                return Err(reader.mistake(verb, expected, &VERBS));
            }
        };
        let mut selector = reader.selector()?;
        selector.chance = selector.chance.or(loss);
        Ok(Rule { action, selector })
    }
}

impl FromStr for Selector {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Selector, RuleError> {
        let mut reader = Reader::new(text);
        if reader.rest.is_empty() {
            return Err(reader.missing(format!("a kind of packet ({})", kinds().join(", "))));
        }
        reader.selector()
    }
}

impl RuleError {
    /// The text and below it a caret under each character of the mistake; two lines, no newline
    /// at the end. Control characters are shown as spaces.
    pub fn pointed(&self) -> String {
        let shown: String = self
            .text
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        let carets = "^".repeat(self.length);
        format!("{shown}\n{}{carets}", " ".repeat(self.column - 1))
    }
}

/// Words not read yet, and the text they are from.
struct Reader<'a> {
    text: &'a str,
    rest: std::collections::VecDeque<Part<'a>>,
}

/// A piece of the text and the column (from 1) it begins at.
#[derive(Clone, Copy)]
struct Part<'a> {
    text: &'a str,
    column: usize,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Reader<'a> {
        let start = text.as_ptr() as usize;
        let rest = text.split_whitespace().map(|word| {
            let before = &text[..word.as_ptr() as usize - start];
            Part {
                text: word,
                column: before.chars().count() + 1,
            }
        });
        Reader {
            text,
            rest: rest.collect(),
        }
    }

    fn next(&mut self, expected: impl FnOnce() -> String) -> Result<Part<'a>, RuleError> {
        self.rest
            .pop_front()
            .ok_or_else(|| self.missing(expected()))
    }

    /// All words that are left, as a selection.
    fn selector(&mut self) -> Result<Selector, RuleError> {
        let mut selector = Selector::new(What::Any);
        let mut named: Option<&str> = None;
        let mut seen: Vec<&str> = Vec::new();
        while let Some(word) = self.rest.pop_front() {
            let (key, value) = split(word, '=');
            if let Some(known) = KEYS.iter().find(|k| **k == key.text) {
                if seen.contains(known) {
                    return Err(self.mistake(key, format!("`{known}` only once"), &[]));
                }
                seen.push(known);
                let value = match value {
                    Some(value) => value,
                    None => self.next(|| format!("a value for `{known}`"))?,
                };
                self.set(&mut selector, known, value)?;
                continue;
            }
            let (kind, range) = split(word, ':');
            let Some((_, what)) = WORDS.iter().find(|(name, _)| *name == kind.text) else {
                return Err(self.unknown(if value.is_some() { key } else { kind }));
            };
            if let Some(first) = named {
                let expected = format!("one kind of packet only; `{first}` is already one");
                return Err(self.mistake(kind, expected, &[]));
            }
            named = Some(kind.text);
            selector.what = *what;
            if let Some(range) = range {
                selector.numbers = Some(self.range(range)?);
            }
        }
        Ok(selector)
    }

    fn set(&self, to: &mut Selector, key: &str, value: Part<'_>) -> Result<(), RuleError> {
        match key {
            "from" => {
                to.from = Some(match value.text {
                    "a" | "A" => Side::A,
                    "b" | "B" => Side::B,
                    _ => return Err(self.mistake(value, "`a` or `b`".into(), &[])),
                });
            }
            "port" => {
                to.port = Some(self.number(value, 1..=65_535, "a port, 1 to 65535")? as u16);
            }
            "flow" => to.flows = Some(self.range(value)?),
            "try" => to.transmissions = Some(self.range(value)?),
            "every" => {
                let wanted = "a number from 1, such as `every=3`";
                to.every = Some(self.number(value, 1..=u32::MAX.into(), wanted)? as u32);
            }
            "chance" => {
                to.chance = Some(self.percent(value, "a chance in percent, 0% to 100%")?);
            }
            _ => to.seed = self.number(value, 0..=u64::MAX, "a seed: a number from 0")?,
        }
        Ok(())
    }

    /// `3`, `2-4` or `2-`.
    fn range(&self, part: Part<'_>) -> Result<RangeInclusive<u32>, RuleError> {
        let wanted = "a number from 1, or a range such as `2-4` or `2-`";
        let all = 1..=u64::from(u32::MAX);
        let (first, last) = split(part, '-');
        let start = self.number(first, all.clone(), wanted)? as u32;
        match last {
            None => Ok(start..=start),
            Some(last) if last.text.is_empty() => Ok(start..=u32::MAX),
            Some(last) => {
                let end = self.number(last, all, wanted)? as u32;
                if end < start {
                    let expected = format!("a number from {start}, where the range begins");
                    return Err(self.mistake(last, expected, &[]));
                }
                Ok(start..=end)
            }
        }
    }

    fn number(
        &self,
        part: Part<'_>,
        range: RangeInclusive<u64>,
        wanted: &str,
    ) -> Result<u64, RuleError> {
        let digits = !part.text.is_empty() && part.text.bytes().all(|b| b.is_ascii_digit());
        match part.text.parse() {
            Ok(number) if digits && range.contains(&number) => Ok(number),
            _ => Err(self.mistake(part, wanted.into(), &[])),
        }
    }

    /// Parts per million.
    fn percent(&self, part: Part<'_>, wanted: &str) -> Result<u32, RuleError> {
        let sign = part.text.strip_suffix('%');
        let digits = sign.unwrap_or(part.text);
        let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        match digits.parse::<f64>() {
            // One half to some, one in two hundred to others.
            Ok(percent) if plain && sign.is_none() && percent > 0.0 && percent < 1.0 => {
                let hundred = format!("{:.4}", percent * 100.0);
                let hundred = hundred.trim_end_matches('0').trim_end_matches('.');
                let expected = format!("`{digits}%` or `{hundred}%`: with its sign it is clear");
                Err(self.mistake(part, expected, &[]))
            }
            Ok(percent) if plain && percent <= 100.0 => Ok((percent * 10_000.0).round() as u32),
            _ => Err(self.mistake(part, wanted.into(), &[])),
        }
    }

    /// A word that begins like none of the language, or with `=` for `:`.
    fn unknown(&self, part: Part<'_>) -> RuleError {
        let kinds = kinds();
        let name = part.text;
        let (is_kind, is_key) = (kinds.contains(&name), KEYS.contains(&name));
        if is_kind || is_key {
            let sign = if is_kind { ':' } else { '=' };
            let expected = format!("`{name}{sign}` and then a number");
            return self.mistake(part, expected, &[]);
        }
        let expected = format!(
            "a kind of packet ({}) or one of {}=",
            kinds.join(", "),
            KEYS.join("=, ")
        );
        let words: Vec<&'static str> = kinds.into_iter().chain(KEYS).collect();
        self.mistake(part, expected, &words)
    }

    fn mistake(&self, at: Part<'_>, expected: String, words: &[&'static str]) -> RuleError {
        RuleError {
            text: self.text.into(),
            column: at.column,
            length: at.text.chars().count().max(1),
            expected,
            suggestion: nearest(at.text, words),
        }
    }

    fn missing(&self, expected: String) -> RuleError {
        let column = self.text.trim_end().chars().count() + 1;
        RuleError {
            text: self.text.into(),
            column,
            length: 1,
            expected,
            suggestion: None,
        }
    }
}

fn kinds() -> Vec<&'static str> {
    WORDS.iter().map(|(word, _)| *word).collect()
}

/// The part before the first `at`, and the part after it.
fn split(part: Part<'_>, at: char) -> (Part<'_>, Option<Part<'_>>) {
    match part.text.split_once(at) {
        None => (part, None),
        Some((before, after)) => {
            let column = part.column + before.chars().count() + 1;
            (
                Part {
                    text: before,
                    ..part
                },
                Some(Part {
                    text: after,
                    column,
                }),
            )
        }
    }
}

/// The word with the fewest letters to change, if that is one or two and not the whole word; of
/// several, one that begins with the same letter.
fn nearest(found: &str, words: &[&'static str]) -> Option<&'static str> {
    let found = found.to_lowercase();
    let distances = words.iter().map(|word| {
        let same_start = word.chars().next() == found.chars().next();
        // A swap of neighbours is one change.
        (strsim::osa_distance(&found, word), !same_start, *word)
    });
    let (changes, _, word) = distances.min()?;
    (changes <= 2 && changes < word.len().min(found.chars().count())).then_some(word)
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found: String = self
            .text
            .chars()
            .skip(self.column - 1)
            .take(self.length)
            .collect();
        write!(f, "column {}: ", self.column)?;
        match found.trim() {
            "" => write!(f, "expected {} here", self.expected)?,
            found => write!(
                f,
                "found `{}`, expected {}",
                found.escape_debug(),
                self.expected
            )?,
        }
        match self.suggestion {
            Some(word) => write!(f, "; did you mean `{word}`?"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for RuleError {}
