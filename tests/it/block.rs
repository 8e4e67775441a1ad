//! The block of Markdown that a page includes for one experiment: the question
//! with its options, the command, the recorded run, and what each guess
//! believes.
//!
//! It is made from the recording, the table of beliefs and the page, so a page
//! that moves its code about needs no new run: `BLESS=1` with this test alone
//! writes the blocks again.

use crate::recordings::{chosen, compare, experiments};
use crate::workspace::{lessons, parse, read, root};
use kit::{Event, Line, Offered, Terminal, belief};
use regex::Regex;
use std::collections::BTreeMap;
use std::fmt::Write;

/// The runs are not run again: that test is `every_recorded_run_still_happens`,
/// which also finds out which belief belongs to which option.
#[test]
fn every_block_is_made_from_its_recording() {
    colored::control::set_override(false);
    let mut differences = String::new();
    for slug in lessons() {
        let folder = root().join("book/recordings").join(&slug);
        for name in experiments(&parse(&read(folder.join("list.jsonl")))) {
            let kept = folder.join(format!("{name}.md"));
            let run = parse(&read(folder.join(format!("{name}.jsonl"))));
            let beliefs = beliefs_in(&std::fs::read_to_string(&kept).unwrap_or_default());
            let block = block(&slug, &name, &run, &beliefs);
            compare(&kept, &block, &mut differences);
        }
    }
    assert!(
        differences.is_empty(),
        "blocks that are not what their recordings make:\n{differences}\n\
         If the recordings are right: BLESS=1 cargo test every_block_is_made"
    );
}

/// Which belief each option has in a block.
fn beliefs_in(block: &str) -> BTreeMap<String, String> {
    let item = r#"<li data-option="([^"]+)".*?<span class="belief">(M\d\d)</span>"#;
    let item = Regex::new(item).unwrap();
    let found = item.captures_iter(block);
    found.map(|i| (i[1].into(), i[2].into())).collect()
}

/// The block; `beliefs` has the name of the belief behind an option, where
/// there is one.
pub fn block(slug: &str, name: &str, run: &[Line], beliefs: &BTreeMap<String, String>) -> String {
    let question = run.iter().find_map(|line| match &line.event {
        Event::Question { text, .. } => Some(text),
        _ => None,
    });
    let chosen = chosen(run);
    let id = format!("lab-{slug}-{name}");
    let mut radios = String::new();
    let mut guesses = String::new();
    for (i, Offered { key, text }) in options(run).iter().enumerate() {
        // Numbered as in the terminal.
        let text = format!("{}) {}", i + 1, html(text));
        writeln!(
            radios,
            "<label><input type=\"radio\" name=\"{slug}-{name}\" value=\"{key}\"> \
             <span>{text}</span></label>"
        )
        .unwrap();
        let is_chosen = Some(key) == chosen;
        let mark = if is_chosen { " data-chosen" } else { "" };
        let belief = beliefs.get(key);
        let earlier = &options(run)[..i];
        let same = |it: &Offered| belief.is_some() && beliefs.get(&it.key) == belief;
        let why = match (belief, earlier.iter().position(same)) {
            // Told once: where two guesses share a belief, the second names the first.
            (Some(id), Some(first)) => same_as(id, first + 1),
            _ => why(is_chosen, belief),
        };
        writeln!(
            guesses,
            "<li data-option=\"{key}\"{mark}><strong>{text}</strong> {why}</li>"
        )
        .unwrap();
    }
    format!(
        r#"<section class="lab" id="{id}" data-lab="{slug}/{name}" data-code="{code}"{wire} aria-label="Prediction: {slug} {name}">
<h3 class="lab-title" id="{id}-title">Predict: {name}</h3>
<fieldset class="predict"><legend>{question}</legend>
{radios}</fieldset>

```console
$ cargo run -p lesson-{slug} -- {name}
```

<details class="recorded"><summary>A recorded run</summary>

```text
{transcript}```

<a href="recordings/{slug}/{name}.jsonl" download>The same run as JSON Lines</a>
</details>
<details class="beliefs"><summary>The belief behind each option</summary>
<ul>
{guesses}</ul>
</details>
</section>
"#,
        code = code(slug, name),
        wire = if is_on_the_wire(run) {
            " data-wire"
        } else {
            ""
        },
        question = html(question.unwrap()),
        transcript = transcript(run),
    )
}

/// Whether a reader can be the wire: TCP tries again what is held or lost.
fn is_on_the_wire(run: &[Line]) -> bool {
    run.iter().any(|line| match &line.event {
        Event::Packet(packet) => packet.protocol == "tcp",
        _ => false,
    })
}

/// What stands below a guess whose belief was told with an earlier one.
fn same_as(id: &str, number: usize) -> String {
    format!("<span class=\"belief\">{id}</span> The same belief as {number}).")
}

/// What stands below a guess.
fn why(is_chosen: bool, belief: Option<&String>) -> String {
    match belief {
        Some(id) => {
            let belief = belief::ALL.iter().find(|b| b.id == id);
            let belief = belief.unwrap_or_else(|| panic!("no belief {id}"));
            format!(
                "<span class=\"belief\">{id}</span> The belief behind it: \
                 {} Tempting, because {} But {}",
                html(belief.says),
                html(belief.tempting),
                html(belief.truth)
            )
        }
        None if is_chosen => "This is what the kernel chose in the recorded run.".into(),
        None => "No common belief leads here.".into(),
    }
}

/// Where the page shows the experiment's code, for the lens on the source:
/// `0:48` is the first block of Rust after the lab, which begins with line 48
/// of the experiment's file.
fn code(slug: &str, name: &str) -> String {
    let file = format!("lessons/{slug}/src/{}.rs", name.replace('-', "_"));
    let page = read(root().join(format!("book/{slug}.md")));
    let lab = format!("{{{{#include recordings/{slug}/{name}.md}}}}");
    let (_, after) = page.split_once(&lab).unwrap_or_default();
    let after = after.split("{{#include recordings/").next().unwrap();
    let include = Regex::new(r"\{\{#include \.\./([^}:]+)(?::(\w+))?\}\}").unwrap();
    let blocks = after.split("\n```rust\n").skip(1);
    let mut places = Vec::new();
    for (i, block) in blocks.enumerate() {
        let include = include.captures(block);
        if let Some(include) = include.filter(|include| include[1] == *file) {
            let anchor = include.get(2).map(|anchor| anchor.as_str());
            places.push(format!("{i}:{}", first_line(&file, anchor)));
        }
    }
    assert!(!places.is_empty(), "book/{slug}.md shows no {file}");
    places.join(" ")
}

/// The line after the comment that begins an anchor.
fn first_line(file: &str, anchor: Option<&str>) -> usize {
    let Some(anchor) = anchor else { return 1 };
    let mark = format!("// ANCHOR: {anchor}");
    let source = read(root().join(file));
    let found = source.lines().position(|line| line.trim() == mark);
    found.unwrap_or_else(|| panic!("{file} has no {mark}")) + 2
}

pub fn options(run: &[Line]) -> &[Offered] {
    let found = run.iter().find_map(|line| match &line.event {
        Event::Question { options, .. } => Some(&options[..]),
        _ => None,
    });
    found.expect("every experiment asks a question")
}

/// The lines of a run as the terminal shows them, after the question.
fn transcript(run: &[Line]) -> String {
    let mut terminal = Terminal::default();
    let mut text = String::new();
    let mut asked = false;
    for line in run {
        let shown = terminal.render(&line.event);
        if asked {
            text += &shown;
        }
        asked |= matches!(line.event, Event::Answer { .. });
    }
    text.trim_start_matches('\n').to_string()
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
