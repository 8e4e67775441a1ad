//! The page "What people believe": every belief of the table, and the
//! experiments that settle it.
//!
//! An experiment settles a belief if its run explains that belief after a
//! guess. The recordings hold this for each option of each experiment; here
//! it is read back from the blocks that were made from them.

use crate::recordings::{compare, experiments};
use crate::workspace::{ci, lesson, lessons, output, parse, read, root};
use kit::{Event, Line, belief};
use regex::Regex;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The beliefs have the numbers 1 to 66; they are never renumbered.
const LAST: usize = 66;

/// What the beliefs are about, and the last number of each theme.
const THEMES: &[(&str, usize)] = &[
    ("The stream of bytes", 10),
    ("Opening a connection", 26),
    ("Closing a connection", 44),
    ("UDP", 55),
    ("Types of socket", 60),
    ("Threads", LAST),
];

/// Beliefs that are true on some machines, the one of the recordings among
/// them: no run explains them there, but one does on other machines.
const TRUE_ON_SOME: &[(&str, &str, &str)] = &[("M25", "sockets", "localhost")];

/// An experiment, and where the book asks its question.
struct Experiment {
    slug: String,
    name: String,
    about: String,
    /// The beliefs that its run explains, one for each option that has one.
    explains: Vec<String>,
}

#[test]
fn every_belief_is_settled_by_an_experiment_and_listed() {
    let experiments = all();
    let page = read(kept());
    let frame = read(root().join("book/beliefs.md"));
    assert!(frame.contains("{{#include recordings/beliefs.md}}"));
    let mut wrong = Vec::new();
    for number in 1..=LAST {
        let id = format!("M{number:02}");
        let in_table = belief::ALL.iter().filter(|b| b.id == id).count();
        if in_table != 1 {
            wrong.push(format!("{id} stands {in_table} times in the table"));
        }
        if !experiments.iter().any(|e| settles(e, &id)) {
            wrong.push(format!("{id} is settled by no experiment"));
        }
        let heading = format!("{{#{}}}\n", id.to_lowercase());
        if page.matches(&heading).count() != 1 {
            wrong.push(format!("{id} is not listed once in {}", kept().display()));
        }
    }
    for other in belief::ALL {
        let number: usize = other.id[1..].parse().unwrap();
        if !(1..=LAST).contains(&number) {
            wrong.push(format!("{} is no number of the catalogue", other.id));
        }
    }
    assert!(belief::ALL.is_sorted_by_key(|b| b.id));
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_page_of_beliefs_is_made_from_the_table_and_the_runs() {
    let mut differences = String::new();
    compare(&kept(), &page(), &mut differences);
    assert!(
        differences.is_empty(),
        "{differences}\nIf this is right: BLESS=1 cargo test --workspace"
    );
}

/// What a machine believes by itself can still be shown to be no rule: here
/// the same lesson runs where localhost has two addresses.
#[test]
fn a_belief_that_is_true_on_some_machines_is_explained_on_others() {
    for (id, slug, name) in TRUE_ON_SOME {
        let hosts = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(hosts.path(), "::1 localhost\n127.0.0.1 localhost\n").unwrap();
        let there = |program: &Path| {
            let script = "mount --bind \"$0\" /etc/hosts && exec \"$@\"";
            let mut there = Command::new("unshare");
            there.args(["--user", "--map-root-user", "--mount", "sh", "-c", script]);
            there.arg(hosts.path()).arg(program);
            there
        };
        let probe = there("true".as_ref()).output();
        if !probe.as_ref().is_ok_and(|probe| probe.status.success()) {
            assert!(!ci(), "no namespace with another /etc/hosts: {probe:?}");
            eprintln!("NOT CHECKED: {id} needs a namespace with another /etc/hosts");
            continue;
        }
        let mut there = there(&lesson(slug));
        let run = output(there.args(["--format", "json", name]), "v4\n");
        let run = parse(&String::from_utf8(run.stdout).unwrap());
        assert_eq!(explained(&run), Some(*id), "{slug}/{name}");
    }
}

/// The list of beliefs, in Markdown.
pub fn page() -> String {
    let experiments = all();
    let mut text = String::new();
    let mut from = 1;
    for (theme, to) in THEMES {
        writeln!(text, "## {theme}\n").unwrap();
        for number in from..=*to {
            let id = format!("M{number:02}");
            let Some(belief) = belief::ALL.iter().find(|b| b.id == id) else {
                continue;
            };
            let says = markdown(belief.says);
            let says = says.trim_end_matches('.');
            let anchor = id.to_lowercase();
            writeln!(text, "### {id}: \"{says}\" {{#{anchor}}}\n").unwrap();
            // The truth is worded as an answer to the temptation.
            writeln!(text, "Tempting, because {}", markdown(belief.tempting)).unwrap();
            writeln!(text, "But {}\n", markdown(belief.truth)).unwrap();
            for experiment in experiments.iter().filter(|e| settles(e, &id)) {
                writeln!(text, "{}", item(experiment, &id)).unwrap();
            }
            text.push('\n');
        }
        from = to + 1;
    }
    text.trim_end().to_string() + "\n"
}

/// Whether an experiment settles this belief, on the machine of the
/// recordings or on another.
pub fn settled_by(id: &str, slug: &str, name: &str) -> bool {
    let found = all().into_iter().find(|e| e.slug == slug && e.name == name);
    found.is_some_and(|experiment| settles(&experiment, id))
}

fn item(experiment: &Experiment, id: &str) -> String {
    let Experiment {
        slug, name, about, ..
    } = experiment;
    let about = markdown(about);
    let mut item =
        format!("- [`cargo run -p lesson-{slug} -- {name}`]({slug}.md#lab-{slug}-{name}): {about}");
    if !experiment.explains.iter().any(|known| known == id) {
        item += "\n  The recorded machine is as the belief says; see what yours is like.";
    }
    item
}

fn settles(experiment: &Experiment, id: &str) -> bool {
    let place = (id, &*experiment.slug, &*experiment.name);
    TRUE_ON_SOME.contains(&place) || experiment.explains.iter().any(|known| known == id)
}

/// The experiments of all lessons, in the order of the book.
fn all() -> Vec<Experiment> {
    let summary = read(root().join("book/SUMMARY.md"));
    let mut slugs = lessons();
    slugs.sort_by_key(|slug| summary.find(&format!("({slug}.md)")));
    let span = Regex::new(r#"<span class="belief">(M\d\d)</span>"#).unwrap();
    let mut all = Vec::new();
    for slug in slugs {
        let folder = root().join("book/recordings").join(&slug);
        let list = parse(&read(folder.join("list.jsonl")));
        for name in experiments(&list) {
            let block = read(folder.join(format!("{name}.md")));
            let explains = span.captures_iter(&block).map(|id| id[1].to_string());
            all.push(Experiment {
                about: about(&list, &name),
                slug: slug.clone(),
                name,
                explains: explains.collect(),
            });
        }
    }
    all
}

fn about(list: &[Line], name: &str) -> String {
    for line in list {
        if let Event::Lesson { experiments, .. } = &line.event {
            let found = experiments.iter().find(|e| e.name == name);
            return found.unwrap().about.clone();
        }
    }
    unreachable!("--list begins with the lesson")
}

fn explained(run: &[Line]) -> Option<&str> {
    run.iter().find_map(|line| match &line.event {
        Event::Explained { belief, .. } => Some(&**belief),
        _ => None,
    })
}

/// The text with the signs that mean something to Markdown made plain.
fn markdown(text: &str) -> String {
    let mut plain = String::new();
    for sign in text.chars() {
        if "\\`*_[]<>#{}".contains(sign) {
            plain.push('\\');
        }
        plain.push(sign);
    }
    plain.replace('&', "&amp;")
}

fn kept() -> PathBuf {
    root().join("book/recordings/beliefs.md")
}
