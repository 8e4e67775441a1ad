//! A run in which the reader is the wire: what `--hold` means to a lesson.

use crate::output::Output;
use serde_json::Value;
use std::sync::OnceLock;

static OUTPUT: OnceLock<Output> = OnceLock::new();

/// Begins such a run, which tells its events there.
pub(crate) fn begin(output: &Output) {
    OUTPUT.get_or_init(|| output.clone());
}

/// Where held packets are told, if the reader decides about each in this run.
pub fn holding() -> Option<Output> {
    OUTPUT.get().cloned()
}

/// What the reader decided about a held packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The number of the packet, or nothing for all that are held and all
    /// that come.
    pub packet: Option<u64>,
    /// What becomes of it.
    pub becomes: Becomes,
}

/// What can become of a held packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Becomes {
    /// It is delivered.
    Passed,
    /// It is not delivered.
    Dropped,
    /// It is delivered twice.
    Duplicated,
    /// It is delivered later.
    Delayed,
    /// It is delivered with one bit changed.
    Corrupted,
}

impl Decision {
    /// Understands a line of standard input: `{"packet":7,"do":"drop"}`, or
    /// `{"packet":"all","do":"pass"}` to hold no more.
    pub fn parse(line: &str) -> Option<Decision> {
        let value: Value = serde_json::from_str(line).ok()?;
        let becomes = match value["do"].as_str()? {
            "pass" => Becomes::Passed,
            "drop" => Becomes::Dropped,
            "duplicate" => Becomes::Duplicated,
            "delay" => Becomes::Delayed,
            "corrupt" => Becomes::Corrupted,
            _ => return None,
        };
        let packet = match &value["packet"] {
            Value::String(all) if all == "all" => None,
            number => Some(number.as_u64()?),
        };
        Some(Decision { packet, becomes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_names_a_packet_or_all_and_what_becomes_of_it() {
        let parsed = Decision::parse(r#"{"packet":7,"do":"drop"}"#);
        let becomes = Becomes::Dropped;
        let packet = Some(7);
        assert_eq!(parsed, Some(Decision { packet, becomes }));
        let parsed = Decision::parse(r#"{"packet":"all","do":"pass"}"#);
        assert_eq!(parsed.map(|decision| decision.packet), Some(None));
    }

    #[test]
    fn what_is_no_decision_decides_nothing() {
        for line in [
            "",
            "drop",
            "7",
            "[]",
            "{}",
            r#"{"packet":7}"#,
            r#"{"do":"drop"}"#,
            r#"{"packet":-1,"do":"drop"}"#,
            r#"{"packet":"7","do":"drop"}"#,
            r#"{"packet":7,"do":"eat"}"#,
        ] {
            assert_eq!(Decision::parse(line), None, "{line}");
        }
    }
}
