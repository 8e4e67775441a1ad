//! What a run of the judge leaves in the learner's diary.

use kit::diary::{self, Deed};

use super::verdict::Event;

/// An entry in the making: it takes in what the judge tells.
#[derive(Default)]
pub struct Draft {
    command: Option<String>,
    rules: Vec<diary::Rule>,
    deed: Option<Deed>,
}

impl Draft {
    /// About the learner's file, or about this command instead.
    pub fn of(command: Option<&str>) -> Draft {
        Draft {
            command: command.map(String::from),
            ..Draft::default()
        }
    }

    /// Takes in a step of the judge.
    pub fn take(&mut self, event: &Event) {
        match event {
            Event::Rule { rule, kept, .. } => self.rules.push(diary::Rule {
                rule: rule.to_string(),
                passed: *kept,
            }),
            // What it could not tell is no verdict.
            Event::Verdict {
                exercise,
                passed,
                seed,
                broken,
                trouble: None,
            } => {
                let failed = broken.as_ref().map(|broken| diary::Failed {
                    rule: broken.rule.into(),
                    text: event
                        .text(kit::WIDTH)
                        .trim_matches('\n')
                        .lines()
                        .map(plain)
                        .collect(),
                    cause: broken.cause.as_ref().map(|cause| cause.name.into()),
                    belief: broken
                        .cause
                        .as_ref()
                        .and_then(|c| c.belief.map(String::from)),
                });
                self.deed = Some(Deed::Verdict {
                    exercise: exercise.to_string(),
                    passed: *passed,
                    seed: *seed,
                    rules: std::mem::take(&mut self.rules),
                    failed,
                    command: self.command.take(),
                });
            }
            _ => {}
        }
    }

    /// The entry, once there was a verdict.
    pub fn deed(self) -> Option<Deed> {
        self.deed
    }
}

/// The line without the sequences that colour it. They are our own: what a
/// program wrote holds no escape character any more.
fn plain(line: &str) -> String {
    let mut parts = line.split('\u{1b}');
    let mut plain = String::from(parts.next().unwrap_or_default());
    for part in parts {
        let text = part.split_once('m').map_or("", |(_, text)| text);
        plain.push_str(text);
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::plain;
    use colored::Colorize;

    #[test]
    fn a_line_of_the_diary_has_no_colour() {
        colored::control::set_override(true);
        let line = format!("a {} m {}", "bold".red().bold(), "green".green());
        assert!(line.contains('\u{1b}'));
        assert_eq!(plain(&line), "a bold m green");
    }
}
