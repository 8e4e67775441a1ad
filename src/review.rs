//! When a prediction that went wrong is asked again: spaced, so that it is
//! remembered and not only known.

use std::collections::BTreeMap;
use std::time::Duration;

use kit::diary::{Deed, Entry};

/// How many days pass before it is asked again: after a wrong prediction the
/// first, after each right one the next.
const DAYS: [u64; 4] = [1, 3, 7, 21];

const DAY: u64 = 24 * 60 * 60 * 1000;

/// "A day later" may be a few hours earlier in the day: who is asked in the
/// evening may be back in the afternoon.
const SLACK: u64 = 6 * 60 * 60 * 1000;

/// A prediction that went wrong and has not been right often enough since.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// The lesson's slug.
    pub lesson: String,
    /// The experiment's name.
    pub experiment: String,
    /// How often it went wrong.
    pub wrong: u32,
    /// When it is to be asked again: milliseconds since 1970 in UTC.
    pub due_ms: u64,
    /// How often it was right since, each time when it was due.
    step: usize,
}

impl Item {
    /// Whether it is to be asked now.
    pub fn is_due(&self, now_ms: u64) -> bool {
        self.due_ms <= now_ms
    }
}

/// What is to be asked again, the longest due first.
pub fn items(entries: &[Entry]) -> Vec<Item> {
    let mut asked: BTreeMap<(&str, &str), Item> = BTreeMap::new();
    for entry in entries {
        let Deed::Prediction {
            lesson,
            experiment,
            predicted,
            happened: Some(happened),
            ..
        } = &entry.deed
        else {
            continue;
        };
        let place = (&**lesson, &**experiment);
        if predicted != happened {
            let wrong = asked.get(&place).map_or(0, |item| item.wrong);
            let item = Item {
                lesson: lesson.clone(),
                experiment: experiment.clone(),
                wrong: wrong + 1,
                due_ms: due(entry.at_ms, 0),
                step: 0,
            };
            asked.insert(place, item);
        } else if let Some(item) = asked.get_mut(&place)
            && item.is_due(entry.at_ms)
        {
            item.step += 1;
            item.due_ms = due(entry.at_ms, item.step);
        }
    }
    let known = |item: &Item| item.step >= DAYS.len();
    let mut items: Vec<_> = asked.into_values().filter(|item| !known(item)).collect();
    items.sort_by_key(|item| item.due_ms);
    items
}

fn due(at_ms: u64, step: usize) -> u64 {
    let days = DAYS.get(step).copied().unwrap_or_default();
    at_ms.saturating_add(days * DAY).saturating_sub(SLACK)
}

/// A span of time in words: `3 days`, `1 hour`, `20 minutes`. From half a day
/// on it is told in days, so that the slack does not make 18 hours of a day.
pub fn words(span: Duration) -> String {
    let minutes = span.as_secs().div_ceil(60);
    let (count, unit) = match minutes {
        0..=59 => (minutes.max(1), "minute"),
        60..=719 => ((minutes + 30) / 60, "hour"),
        _ => ((minutes + 720) / 1440, "day"),
    };
    let many = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{many}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use kit::diary::{Source, VERSION};

    const HOUR: u64 = DAY / 24;

    /// A diary of predictions of one experiment: when, in hours, and whether
    /// it was right, if the run settled anything.
    fn diary(predictions: &[(u64, Option<bool>)]) -> Vec<Entry> {
        let entry = |&(hours, right): &(u64, Option<bool>)| Entry {
            v: VERSION,
            at_ms: hours * HOUR,
            deed: Deed::Prediction {
                lesson: "udp".into(),
                experiment: "echo".into(),
                predicted: "a".into(),
                happened: right.map(|right| if right { "a" } else { "b" }.into()),
                belief: None,
                source: Source::Terminal,
            },
        };
        predictions.iter().map(entry).collect()
    }

    /// After how many hours it is due, and how often it went wrong.
    fn due_after(predictions: &[(u64, Option<bool>)]) -> Option<(u64, u32)> {
        let items = items(&diary(predictions));
        items.first().map(|item| (item.due_ms / HOUR, item.wrong))
    }

    #[test]
    fn it_comes_back_after_1_3_7_and_21_days_and_then_no_more() {
        let (wrong, right) = (Some(false), Some(true));
        let mut asked = vec![(0, wrong)];
        assert_eq!(due_after(&asked), Some((18, 1)));
        asked.push((18, right));
        assert_eq!(due_after(&asked), Some((18 + 3 * 24 - 6, 1)));
        asked.push((100, right));
        assert_eq!(due_after(&asked), Some((100 + 7 * 24 - 6, 1)));
        asked.push((300, right));
        assert_eq!(due_after(&asked), Some((300 + 21 * 24 - 6, 1)));
        asked.push((1000, right));
        assert_eq!(due_after(&asked), None);
        asked.push((2000, wrong));
        assert_eq!(due_after(&asked), Some((2018, 2)));
    }

    #[test]
    fn right_too_early_counts_as_nothing_and_wrong_starts_over() {
        let (wrong, right) = (Some(false), Some(true));
        assert_eq!(due_after(&[(0, right)]), None);
        assert_eq!(due_after(&[(0, wrong), (1, right)]), Some((18, 1)));
        let asked = [(0, wrong), (20, right), (21, right), (30, wrong)];
        assert_eq!(due_after(&asked), Some((48, 2)));
    }

    #[test]
    fn a_run_that_settled_nothing_changes_nothing() {
        assert_eq!(due_after(&[(0, None)]), None);
        assert_eq!(due_after(&[(0, Some(false)), (40, None)]), Some((18, 1)));
    }

    #[test]
    fn spans_are_told_in_the_unit_that_fits() {
        let told = |minutes: u64| words(Duration::from_secs(minutes * 60));
        let spans = [0, 1, 59, 60, 89, 90, 719, 720, 18 * 60, 1440, 3 * 1440].map(told);
        let expected = [
            "1 minute",
            "1 minute",
            "59 minutes",
            "1 hour",
            "1 hour",
            "2 hours",
            "12 hours",
            "1 day",
            "1 day",
            "1 day",
            "3 days",
        ];
        assert_eq!(spans, expected);
        // What is asked again after so many days is told so.
        let told = |step| words(Duration::from_millis(super::due(0, step)));
        assert_eq!(
            [0, 1, 2, 3].map(told),
            ["1 day", "3 days", "7 days", "21 days"]
        );
    }

    #[test]
    fn times_at_the_end_of_the_numbers_do_not_overflow() {
        let mut entries = diary(&[(0, Some(false))]);
        entries[0].at_ms = u64::MAX;
        assert_eq!(items(&entries).len(), 1);
    }
}
