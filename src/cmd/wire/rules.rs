//! The options that steer the wire, as rules of its language.

use wire::Rule;

use crate::cli::WireArgs;

/// The rules in the order in which they decide, or the mistake in one of them
/// with its place marked.
pub fn from(args: &WireArgs) -> Result<Vec<Rule>, String> {
    let mut texts: Vec<(&str, String)> = Vec::new();
    texts.extend(args.rule.iter().map(|rule| ("--rule", rule.clone())));
    let options = [
        ("--drop", "drop", &args.drop),
        ("--delay", "delay", &args.delay),
        ("--duplicate", "duplicate", &args.duplicate),
        ("--reorder", "reorder", &args.reorder),
        ("--corrupt", "corrupt", &args.corrupt),
    ];
    for (option, verb, values) in options {
        let rule = |value: &String| (option, format!("{verb} {value}"));
        texts.extend(values.iter().map(rule));
    }
    if let Some(loss) = &args.loss {
        texts.push(("--loss", format!("loss {loss} seed {}", args.seed)));
    }
    if let Some(hold) = &args.hold {
        texts.push(("--hold", format!("hold {hold}")));
    }
    let parse = |(option, text): (&str, String)| {
        text.parse().map_err(|mistake: wire::RuleError| {
            format!("{option}: {mistake}\n\n{}", mistake.pointed())
        })
    };
    texts.into_iter().map(parse).collect()
}
