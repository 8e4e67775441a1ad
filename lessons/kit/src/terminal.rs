//! Events as lines of text for people.
//!
//! Words and positions carry the meaning; colour only adds.
//! Nothing is ever repainted, so a screen reader and a pipe see the same.

use crate::{Event, Ladder, Offered, Packet, Status, visible};
use colored::{Color, ColoredString, Colorize};
use std::mem;
use textwrap::Options;

/// Below this a run has no columns: each line begins with who, and wraps.
pub(crate) const NARROW: usize = 60;

/// Renders events as text, as wide as its ladder where it can be broken.
#[derive(Default)]
pub struct Terminal {
    options: Vec<Offered>,
    answer: Option<String>,
    speakers: Vec<String>,
    in_run: bool,
    ladder: Ladder,
    between: Option<[String; 2]>,
    rule: Option<String>,
    unexplained: bool,
}

impl Terminal {
    /// A terminal that draws its ladders in this way.
    pub fn drawing(ladder: Ladder) -> Terminal {
        Terminal {
            ladder,
            ..Terminal::default()
        }
    }

    /// The text after its label, broken at the width, hanging under itself.
    fn wrap(&self, label: &str, text: &str) -> String {
        wrap(self.ladder.width, label, text)
    }

    /// The text of one event, ending in a newline, or nothing.
    #[allow(clippy::too_many_lines, reason = "one arm for each event")]
    pub fn render(&mut self, event: &Event) -> String {
        match event {
            Event::Lesson {
                title, experiments, ..
            } => {
                let count = experiments.len();
                let many = if count == 1 { "" } else { "s" };
                let many = format!("({count} experiment{many})");
                let title = title.bold().to_string();
                self.wrap("", &format!("{title} {many}")) + "\n"
            }
            Event::Experiment { name, file } => {
                self.options.clear();
                self.answer = None;
                self.speakers.clear();
                self.in_run = false;
                self.between = None;
                self.rule = None;
                let rule = "-"
                    .repeat(self.ladder.width.saturating_sub(name.len() + 1));
                format!("\n{} {}\n{file}\n", name.bold(), rule.dimmed())
            }
            Event::Question { text, options } => {
                self.options = options.clone();
                let mut out = format!("\n{}\n", self.wrap("Predict: ", text));
                for (i, option) in options.iter().enumerate() {
                    let number = format!("  {}) ", i + 1);
                    out += &format!("{}\n", self.wrap(&number, &option.text));
                }
                out
            }
            Event::Answer { key } => {
                self.answer = key.clone();
                String::new()
            }
            Event::Call { who, what, at } => {
                let who = self.painted(who);
                self.line(at.line, who, what)
            }
            Event::State {
                who,
                state,
                source,
                at,
            } => {
                let who = self.painted(who);
                let text = format!("{state} ({source})");
                self.line(at.line, who, &text)
            }
            Event::Packet(packet) => self.packet(packet),
            Event::Wrote { who, error, text } => {
                let sign = if *error { "!" } else { "|" };
                let who = match &**who {
                    "A" => who.cyan(),
                    _ => who.magenta(),
                };
                format!("{who} {sign} {}\n", visible(text))
            }
            Event::Exited { who, how } => {
                format!("{}\n", format!("{who} has ended: {how}").bold())
            }
            Event::Ends { left, right, .. } => {
                self.ladder.ends(left, right) + "\n"
            }
            Event::Said { text, at } => {
                self.line(at.line, "note".dimmed(), text)
            }
            Event::Outcome {
                key,
                text,
                evidence,
            } => self.outcome(key.as_deref(), text, evidence),
            Event::Explained {
                belief,
                says,
                tempting,
                truth,
            } => {
                self.unexplained = false;
                self.explained(belief, says, tempting, truth)
            }
            Event::End { status, why, .. } => {
                let unexplained = std::mem::take(&mut self.unexplained);
                self.end(*status, why.as_deref(), unexplained)
            }
        }
    }

    /// A line of the run: line of source, who, what.
    fn line(&mut self, number: u32, who: ColoredString, what: &str) -> String {
        let name = who.chars().count();
        // On few columns the text follows the name, and hangs below it.
        let (column, hang) = match self.ladder.width < NARROW {
            true => (name, NUMBER),
            false => (name.max(SPEAKER), NUMBER + SPEAKER + 1),
        };
        let mut out = String::new();
        if !self.in_run {
            self.in_run = true;
            let wide = column.max("who".len());
            let heads = format!("line  {:<wide$} what happens", "who");
            out += &format!("\n{}\n", heads.dimmed());
        }
        let (first, hang) = (" ".repeat(NUMBER + column + 1), " ".repeat(hang));
        let options = Options::new(self.ladder.width)
            .initial_indent(&first)
            .subsequent_indent(&hang);
        let rows = textwrap::fill(&visible(what), options);
        let rows = rows.get(first.len()..).unwrap_or_default();
        let gap = " ".repeat(column - name + 1);
        out + &format!("{number:>4}  {who}{gap}{rows}\n")
    }

    /// A rung of the ladder, and above it the two addresses where they are
    /// not those of the packet before; a rule that acts again is not repeated.
    fn packet(&mut self, packet: &Packet) -> String {
        let mut ends = [packet.source.clone(), packet.destination.clone()];
        if packet.from != "A" {
            ends.reverse();
        }
        let mut out = String::new();
        if self.between.as_ref() != Some(&ends) {
            let hang = if self.ladder.lists() { 0 } else { 12 };
            let hang = " ".repeat(hang);
            let [left, right] = &ends;
            out = format!("{hang}{}\n", format!("{left} and {right}").dimmed());
            self.between = Some(ends);
        }
        let mut packet = packet.clone();
        if packet.rule.is_some() && packet.fate != "held" {
            let told = mem::replace(&mut self.rule, packet.rule.clone());
            packet.rule.take_if(|rule| told.as_ref() == Some(rule));
        }
        out + &self.ladder.rung(&packet) + "\n"
    }

    fn outcome(
        &mut self,
        key: Option<&str>,
        text: &str,
        evidence: &str,
    ) -> String {
        let text = &visible(text);
        let place = self.options.iter().position(|o| Some(&*o.key) == key);
        let mut out = String::from("\n");
        match place {
            Some(i) => {
                let chose = format!("The kernel chose {}) ", i + 1);
                out += &self.wrap(&chose, text).green().to_string();
            }
            None => {
                let other = "The kernel did something else: ";
                out += &self.wrap(other, text).yellow().to_string();
            }
        }
        out += "\n";
        if !evidence.is_empty() {
            let evidence = self.wrap("Evidence: ", &visible(evidence));
            out += &format!("{evidence}\n");
        }
        let guess = self
            .options
            .iter()
            .position(|o| Some(&o.key) == self.answer.as_ref());
        match guess {
            Some(i) if Some(i) == place => {
                out += &format!("{} You predicted it.\n", "Right.".bold());
            }
            Some(i) => {
                self.unexplained = true;
                let surprise = format!("You predicted {}).", i + 1);
                out += &format!("{}\n", surprise.bold());
            }
            None => {}
        }
        out
    }

    /// The speaker's name in a colour that is its own within an experiment.
    fn painted(&mut self, who: &str) -> ColoredString {
        const COLORS: [Color; 4] =
            [Color::Cyan, Color::Magenta, Color::Yellow, Color::Blue];
        let known = self.speakers.iter().position(|s| s == who);
        let i = known.unwrap_or_else(|| {
            self.speakers.push(who.to_string());
            self.speakers.len() - 1
        });
        visible(who).color(COLORS[i % COLORS.len()])
    }

    fn explained(
        &self,
        belief: &str,
        says: &str,
        tempting: &str,
        truth: &str,
    ) -> String {
        let label = format!("The belief behind it ({belief}): ");
        let rows = [
            self.wrap(&label, says),
            self.wrap("Tempting, because ", tempting),
            self.wrap("But ", truth),
        ];
        rows.join("\n") + "\n"
    }

    fn end(
        &self,
        status: Status,
        why: Option<&str>,
        unexplained: bool,
    ) -> String {
        let label = match status {
            Status::Ok if unexplained => {
                let words = "No common belief leads there; the page explains.";
                return self.wrap("", words) + "\n";
            }
            Status::Ok => return String::new(),
            Status::Unlisted => return String::new(),
            Status::Inconclusive => "Inconclusive: ",
            Status::Failed => "This experiment could not finish: ",
        };
        let why = visible(why.unwrap_or("no reason"));
        format!("\n{}\n", self.wrap(label, &why).yellow())
    }
}

/// The width of the column of lines of source, with its gap.
const NUMBER: usize = 6;

/// The width of the column of speakers.
const SPEAKER: usize = 9;

/// The text after its label, broken at a width, hanging under itself.
pub(crate) fn wrap(width: usize, label: &str, text: &str) -> String {
    let hang = if label.starts_with(' ') {
        " ".repeat(label.len())
    } else {
        String::from("  ")
    };
    let options = Options::new(width)
        .initial_indent(label)
        .subsequent_indent(&hang)
        .break_words(false);
    textwrap::fill(text, options)
}
