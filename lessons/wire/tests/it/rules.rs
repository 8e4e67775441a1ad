//! The rule language: what it accepts, and where it finds a mistake.

use proptest::prelude::*;
use std::time::Duration;
use wire::{Action, Rule, Selector, Side, What};

#[test]
fn rules_mean_what_they_say() {
    let any = || Selector::new(What::Any);
    let cases = [
        (
            "drop syn:1",
            Rule::new(Action::Drop, Selector::new(What::Syn).nth(1)),
        ),
        (
            "  drop   syn-ack ",
            Rule::new(Action::Drop, Selector::new(What::SynAck)),
        ),
        ("hold", Rule::new(Action::Hold, any())),
        ("pass any", Rule::new(Action::Pass, any())),
        (
            "delay 300 data:2-4 from=a",
            Rule::new(
                Action::Delay(Duration::from_millis(300)),
                Selector::new(What::Data).numbers(2..=4).from(Side::A),
            ),
        ),
        (
            "delay 5ms udp:2- from B",
            Rule::new(
                Action::Delay(Duration::from_millis(5)),
                Selector::new(What::Udp).numbers(2..=u32::MAX).from(Side::B),
            ),
        ),
        ("loss 10% seed 7", Rule::loss(10.0, 7)),
        ("drop chance=10% seed=7", Rule::loss(10.0, 7)),
        ("loss 0.5%", Rule::loss(0.5, 0)),
        ("loss 10", Rule::loss(10.0, 0)),
        ("loss 1.5", Rule::loss(1.5, 0)),
        ("loss 0", Rule::loss(0.0, 0)),
        ("drop every 3", Rule::new(Action::Drop, any().every(3))),
        (
            "corrupt data:1 try=1-3 port=4242 flow 2",
            Rule::new(
                Action::Corrupt,
                Selector::new(What::Data)
                    .nth(1)
                    .transmissions(1..=3)
                    .port(4242)
                    .flows(2..=2),
            ),
        ),
        (
            "duplicate udp every=3",
            Rule::new(Action::Duplicate, Selector::new(What::Udp).every(3)),
        ),
        (
            "reorder fragment:2",
            Rule::new(Action::Reorder, Selector::new(What::Fragment).nth(2)),
        ),
    ];
    for (text, rule) in cases {
        assert_eq!(text.parse::<Rule>().as_ref(), Ok(&rule), "{text}");
        assert_eq!(
            rule.to_string().parse::<Rule>().as_ref(),
            Ok(&rule),
            "{rule}"
        );
    }
    assert_eq!("syn:1".parse(), Ok(Selector::new(What::Syn).nth(1)));
}

/// Text, column, length, and a word of what is said.
#[test]
fn mistakes_are_pointed_at() {
    let cases = [
        ("", 1, 1, "a verb"),
        ("   ", 1, 1, "a verb"),
        ("dorp syn:1", 1, 4, "did you mean `drop`?"),
        ("drop sny:1", 6, 3, "did you mean `syn`?"),
        ("drop syn:0", 10, 1, "a number from 1"),
        ("drop syn:x", 10, 1, "found `x`"),
        ("drop syn:", 10, 1, "a number from 1"),
        ("drop syn:-3", 10, 1, "a number from 1"),
        ("drop data:4-2", 13, 1, "a number from 4"),
        ("drop data:99999999999", 11, 11, "a number from 1"),
        ("drop syn data", 10, 4, "one kind of packet only"),
        ("delay", 6, 1, "milliseconds"),
        ("delay fast data", 7, 4, "milliseconds"),
        ("delay 3600001", 7, 7, "0 to 3600000"),
        ("loss 110%", 6, 4, "0% to 100%"),
        ("loss 10% seed", 14, 1, "a value for `seed`"),
        ("loss -1%", 6, 3, "0% to 100%"),
        ("loss 0.5", 6, 3, "`0.5%` or `50%`"),
        ("drop chance=.07", 13, 3, "`.07%` or `7%`"),
        ("drop every:3", 6, 5, "`every=` and then a number"),
        ("drop syn=1", 6, 3, "`syn:` and then a number"),
        ("drop from=c", 11, 1, "`a` or `b`"),
        ("drop from=", 11, 1, "`a` or `b`"),
        ("drop form=a", 6, 4, "did you mean `from`?"),
        ("drop syn from=a from=b", 17, 4, "`from` only once"),
        ("drop port=0", 11, 1, "1 to 65535"),
        ("drop every=0", 12, 1, "a number from 1"),
        ("drop größe", 6, 5, "found `größe`"),
        ("drop\u{a0}\u{a0}sny", 7, 3, "found `sny`"),
    ];
    for (text, column, length, said) in cases {
        let error = text.parse::<Rule>().unwrap_err();
        assert_eq!(
            (error.column, error.length),
            (column, length),
            "{text:?}: {error}"
        );
        assert!(error.to_string().contains(said), "{text:?}: {error}");
        let carets = format!("{text}\n{}{}", " ".repeat(column - 1), "^".repeat(length));
        assert_eq!(error.pointed(), carets);
    }
    let empty = "".parse::<Selector>().unwrap_err();
    assert!(empty.to_string().contains("a kind of packet"), "{empty}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..Default::default() })]

    /// Whatever is typed, the column is inside the text or one past its end.
    #[test]
    fn any_text_is_read_or_pointed_at(
        text in "(drop |delay |loss |dro|ü )?[ a-z0-9:=%é\t-]{0,24}",
    ) {
        if let Err(error) = text.parse::<Rule>() {
            let end = text.chars().count() + 1;
            prop_assert!((1..=end).contains(&error.column), "{}", error);
            prop_assert!(error.length >= 1 && error.column + error.length <= end + 1);
            let _ = (error.pointed(), error.to_string());
        }
    }
}
