//! The options that steer the wire, as rules of its language.

use wire::Rule;

use crate::cli::WireArgs;

/// The rules in the order in which they decide, or the mistake in one of them
/// with its place marked.
pub fn from(args: &WireArgs) -> Result<Vec<Rule>, String> {
    let mut texts: Vec<(&str, String)> = Vec::new();
    // A rule that names no packet is about all of them; an empty text is more
    // likely a variable of the shell that is not set.
    let named = |option: &str, value: &str| match value.trim() {
        "" => Err(format!("{option} names no packet; `any` stands for all")),
        _ => Ok(()),
    };
    texts.extend(args.rule.iter().map(|rule| ("--rule", rule.clone())));
    let options = [
        ("--drop", "drop", &args.drop),
        ("--delay", "delay", &args.delay),
        ("--duplicate", "duplicate", &args.duplicate),
        ("--reorder", "reorder", &args.reorder),
        ("--corrupt", "corrupt", &args.corrupt),
    ];
    for (option, verb, values) in options {
        if verb != "delay" {
            values.iter().try_for_each(|value| named(option, value))?;
        }
        let rule = |value: &String| (option, format!("{verb} {value}"));
        texts.extend(values.iter().map(rule));
    }
    if let Some(loss) = &args.loss {
        texts.push(("--loss", format!("loss {loss} seed {}", args.seed)));
    }
    if let Some(hold) = &args.hold {
        named("--hold", hold)?;
        texts.push(("--hold", format!("hold {hold}")));
    }
    let parse = |(option, text): (&str, String)| {
        text.parse().map_err(|mistake: wire::RuleError| {
            format!("{option}: {mistake}\n\n{}", mistake.pointed())
        })
    };
    texts.into_iter().map(parse).collect()
}
