//! Packets as the rungs of a ladder between two hosts, one line a packet.
//!
//! ```text
//!      0.0 ms  A ── SYN seq 0 ────────────────────────────▶ B
//!     20.3 ms  A ◀───────────────── SYN, ACK seq 0 ack 1 ── B
//! ```
//!
//! A terminal that is too narrow for that gets a list, in the same order.

use crate::{Packet, visible};
use colored::{Color, Colorize};

/// How a ladder is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Ladder {
    /// Only characters of ASCII: `--` and `>` instead of box drawings.
    pub ascii: bool,
    /// How many columns there are; below 60 the packets become a list.
    pub width: usize,
}

impl Default for Ladder {
    fn default() -> Ladder {
        Ladder {
            ascii: false,
            width: crate::WIDTH,
        }
    }
}

/// The number of columns between the two hosts.
const SPAN: usize = 46;

/// The columns of a rung from its time to host B.
const RUNG: usize = 13 + SPAN + 1;

struct Strokes {
    shaft: &'static str,
    left: &'static str,
    right: &'static str,
    lost: &'static str,
    to: &'static str,
}

const DRAWN: Strokes = Strokes {
    shaft: "─",
    left: "◀",
    right: "▶",
    lost: "╳",
    to: "→",
};

const ASCII: Strokes = Strokes {
    shaft: "-",
    left: "<",
    right: ">",
    lost: "x",
    to: ">",
};

impl Ladder {
    /// The lines of one packet, without a line end after the last.
    ///
    /// The first is the rung: time, arrow, fate. What does not fit into an
    /// arrow follows on more lines.
    pub fn rung(&self, packet: &Packet) -> String {
        let strokes = if self.ascii { &ASCII } else { &DRAWN };
        let rightward = packet.from == "A";
        let color = if rightward {
            Color::Cyan
        } else {
            Color::Magenta
        };
        if self.lists() {
            return self.listed(strokes, packet, color);
        }
        let shaft = shaft(strokes, packet, rightward).color(color);
        let time = milliseconds(packet.at_us);
        let mut out = format!("{time} ms  A{shaft}B");
        let hang = " ".repeat(time.len() + 6);
        let fate = fate(packet);
        if !fate.is_empty() && RUNG + 2 + fate.chars().count() > self.width {
            out += &format!("\n{hang}{}", fate.bold());
        } else if !fate.is_empty() {
            out += &format!("  {}", fate.bold());
        }
        for row in self.rows(&more(packet), &hang) {
            out += &format!("\n{hang}{}", row.dimmed());
        }
        out
    }

    /// Whether this is too narrow for two hosts and an arrow between them.
    pub(crate) fn lists(&self) -> bool {
        self.width < RUNG
    }

    /// The same as a rung says, in words only.
    fn listed(
        &self,
        strokes: &Strokes,
        packet: &Packet,
        color: Color,
    ) -> String {
        let way = if packet.from == "A" { "AB" } else { "BA" };
        let (from, to) = way.split_at(1);
        let time = milliseconds(packet.at_us);
        let (time, label) = (time.trim_start(), label(packet));
        let first = format!("{time} ms {from} {} {to} {label}", strokes.to);
        let mut rows = self.rows(&first, "  ").into_iter();
        let first = rows.next().unwrap_or_default();
        let mut out = first.color(color).to_string();
        for row in rows {
            out += &format!("\n  {}", row.color(color));
        }
        for row in self.rows(&fate(packet), "  ") {
            out += &format!("\n  {}", row.bold());
        }
        for row in self.rows(&more(packet), "  ") {
            out += &format!("\n  {}", row.dimmed());
        }
        out
    }

    /// The text in rows that fit beside what they hang under.
    fn rows(&self, text: &str, hang: &str) -> Vec<String> {
        let wide = self.width.saturating_sub(hang.len()).max(1);
        let rows = match text {
            "" => Vec::new(),
            text => textwrap::wrap(text, wide),
        };
        rows.into_iter().map(String::from).collect()
    }

    /// The states of both ends, below the names of their hosts.
    pub fn ends(&self, left: &str, right: &str) -> String {
        let (left, right) = (visible(left), visible(right));
        if self.lists() {
            let rows = format!("  A: {left}\n  B: {right}");
            return rows.bold().to_string();
        }
        let wide = SPAN.saturating_sub(left.chars().count());
        let hang = " ".repeat(13);
        format!("{hang}{left}  {right:>wide$}").bold().to_string()
    }
}

/// What became of a packet, or nothing if it just passed.
fn fate(packet: &Packet) -> String {
    match &*packet.fate {
        "passed" => String::new(),
        fate if fate.starts_with("held") => {
            format!("#{} {}", packet.number, visible(fate))
        }
        fate => visible(fate),
    }
}

/// ` ── label ──────▶ `, [`SPAN`] columns wide.
fn shaft(strokes: &Strokes, packet: &Packet, rightward: bool) -> String {
    let label = label(packet);
    let label_width = label.chars().count();
    // A space at both ends, and a head or a gap.
    let shaft_width = SPAN.saturating_sub(label_width + 2 + 2 + 2 + 1);
    let long = strokes.shaft.repeat(shaft_width);
    let short = strokes.shaft.repeat(2);
    let cut = shaft_width / 2;
    let (kept, gone) = (strokes.shaft.repeat(cut), shaft_width - cut);
    let fate = packet.fate.trim_start_matches("held, then ");
    match (rightward, fate) {
        (true, "dropped") => {
            let gap = " ".repeat(gone);
            format!(" {short} {label} {kept}{}{gap} ", strokes.lost)
        }
        (false, "dropped") => {
            let gap = " ".repeat(gone);
            format!(" {gap}{}{kept} {label} {short} ", strokes.lost)
        }
        // A forged packet begins on the wire, not at a host.
        (true, "forged") => {
            let start = " ".repeat(4);
            let rest = strokes.shaft.repeat(shaft_width.saturating_sub(2));
            format!(" {start} {label} {rest}{} ", strokes.right)
        }
        (false, "forged") => {
            let start = " ".repeat(4);
            let rest = strokes.shaft.repeat(shaft_width.saturating_sub(2));
            format!(" {}{rest} {label} {start} ", strokes.left)
        }
        (true, _) => format!(" {short} {label} {long}{} ", strokes.right),
        (false, _) => format!(" {}{long} {label} {short} ", strokes.left),
    }
}

/// What stands on the arrow: `SYN, ACK seq 0 ack 1`.
fn label(packet: &Packet) -> String {
    let number = |sequence: crate::Sequence| {
        let shown = sequence.relative.unwrap_or(sequence.real);
        shown.to_string()
    };
    let mut label = match &*packet.protocol {
        "tcp" => visible(&packet.flags),
        protocol => protocol.to_uppercase(),
    };
    if let Some(seq) = packet.seq {
        label += &format!(" seq {}", number(seq));
    }
    if let Some(ack) = packet.ack {
        label += &format!(" ack {}", number(ack));
    }
    match packet.length {
        0 => {}
        1 => label += ", 1 byte",
        length => label += &format!(", {length} bytes"),
    }
    label
}

/// What does not fit onto the arrow: real numbers of a SYN, options, rule.
fn more(packet: &Packet) -> String {
    let mut parts = Vec::new();
    // It was told when the packet was held.
    if packet.fate.starts_with("held, then") {
        return String::new();
    }
    if let Some(seq) = packet.seq
        && packet.flags.contains("SYN")
    {
        parts.push(format!("seq 0 is really {}", seq.real));
    }
    if !packet.info.is_empty() {
        parts.push(visible(&packet.info));
    }
    if let Some(rule) = &packet.rule
        && packet.fate != "held"
    {
        parts.push(format!("by the rule `{}`", visible(rule)));
    }
    parts.join("; ")
}

/// Milliseconds with one digit after the point, at least seven columns wide.
fn milliseconds(us: u64) -> String {
    format!("{:>7}", format!("{}.{}", us / 1000, us % 1000 / 100))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Sequence;

    fn packet(from: &str, fate: &str) -> Packet {
        let number = |real, relative| Sequence {
            real,
            relative: Some(relative),
        };
        Packet {
            number: 1,
            at_us: 20_345,
            from: from.into(),
            source: "10.0.0.1:40000".into(),
            destination: "10.0.0.2:7777".into(),
            protocol: "tcp".into(),
            flags: "PSH, ACK".into(),
            seq: Some(number(101, 1)),
            ack: Some(number(701, 1)),
            window: Some(64256),
            length: 5,
            info: String::new(),
            fate: fate.into(),
            rule: None,
        }
    }

    fn plain(from: &str, fate: &str, ascii: bool) -> String {
        colored::control::set_override(false);
        let width = 80;
        Ladder { ascii, width }.rung(&packet(from, fate))
    }

    fn narrow(from: &str, fate: &str, width: usize) -> String {
        colored::control::set_override(false);
        let ascii = true;
        let mut packet = packet(from, fate);
        packet.rule = Some("drop data:1 from=b try=1-3".into());
        packet.info = "time stamps, window scale 7".into();
        Ladder { ascii, width }.rung(&packet)
    }

    #[test]
    fn a_packet_points_from_its_sender_to_its_receiver() {
        let right =
            "   20.3 ms  A -- PSH, ACK seq 1 ack 1, 5 bytes ----------> B";
        let left =
            "   20.3 ms  A <---------- PSH, ACK seq 1 ack 1, 5 bytes -- B";
        assert_eq!(plain("A", "passed", true), right);
        assert_eq!(plain("B", "passed", true), left);
    }

    #[test]
    fn a_dropped_packet_does_not_arrive_and_says_so() {
        let rung = plain("A", "dropped", true);
        assert!(rung.ends_with("----x      B  dropped"), "{rung}");
        assert!(!rung.contains('>'));
    }

    #[test]
    fn both_hosts_stand_in_the_same_columns_whatever_the_packet() {
        for from in ["A", "B"] {
            for fate in ["passed", "dropped", "forged", "held"] {
                for ascii in [true, false] {
                    let rung: Vec<char> =
                        plain(from, fate, ascii).chars().collect();
                    assert_eq!((rung[12], rung[13 + SPAN]), ('A', 'B'));
                }
            }
        }
    }

    #[test]
    fn ascii_is_ascii() {
        assert!(plain("A", "dropped", true).is_ascii());
        assert!(!plain("A", "dropped", false).is_ascii());
    }

    #[test]
    fn a_narrow_terminal_gets_a_list_that_says_the_same() {
        let list = "\
20.3 ms B > A PSH, ACK seq 1 ack 1, 5
  bytes
  dropped
  time stamps, window scale 7; by the
  rule `drop data:1 from=b try=1-3`";
        assert_eq!(narrow("B", "dropped", 40), list);
        let ends = Ladder {
            ascii: true,
            width: 40,
        };
        assert_eq!(ends.ends("LISTEN", "CLOSED"), "  A: LISTEN\n  B: CLOSED");
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for width in 20..=80 {
            for fate in ["passed", "dropped", "held, then delayed by 3000 ms"] {
                let rung = narrow("A", fate, width);
                let widest = rung.lines().map(|l| l.chars().count()).max();
                assert!(widest <= Some(width), "{width}:\n{rung}");
                let lists = !rung.contains("--");
                assert_eq!(lists, width < RUNG, "{width}:\n{rung}");
            }
        }
    }
}
