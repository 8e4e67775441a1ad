//! The exercises as the judge lists them, and what belongs to each: answers,
//! a page, and the file as it is shipped.

use super::{wish, workbook};
use crate::recordings::compare;
use crate::workspace::{ci, files, is_blessing, read, root};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

/// An exercise, as the judge itself lists its rules.
pub struct Exercise {
    pub name: String,
    pub lesson: String,
    pub about: String,
    pub rules: Vec<String>,
    pub causes: Vec<Cause>,
}

/// A belief that the checks of an exercise can tell from others.
pub struct Cause {
    pub name: String,
    pub says: String,
    /// The lesson and the experiment that show what is true.
    pub see: String,
}

#[test]
fn every_belief_of_an_exercise_has_a_wrong_answer_and_an_experiment() {
    let answers: Vec<String> = subjects().into_iter().map(|(_, answer)| answer).collect();
    for Exercise { name, causes, .. } in exercises() {
        for cause in causes {
            let ending = format!("--{}", cause.name);
            let held = answers.iter().any(|answer| answer.ends_with(&ending));
            assert!(held, "{name}: no answer believes {}", cause.name);
            let shown = root().join(format!("book/recordings/{}.jsonl", cause.see));
            assert!(shown.exists(), "{name}: no experiment {}", cause.see);
        }
    }
}

#[test]
fn every_exercise_has_its_answers() {
    let mut answers: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (exercise, answer) in subjects() {
        answers
            .entry(exercise.clone())
            .or_default()
            .push(wish(&exercise, &answer));
    }
    for Exercise { name, .. } in exercises() {
        let wishes = &answers[name];
        let count = |of: &dyn Fn(&str) -> bool| wishes.iter().filter(|wish| of(wish)).count();
        assert!(
            count(&|wish| wish == "passed") >= 2,
            "{name}: a solution and an odd but right one"
        );
        let wrong = count(&|wish| wish != "passed" && wish != "no belief");
        assert!(wrong >= 3, "{name}: three wrong answers, not {wrong}");
        assert_eq!(
            count(&|wish| wish == "no belief"),
            1,
            "{name}: the exercise itself"
        );
    }
    // No answer without an exercise.
    assert_eq!(answers.len(), exercises().len(), "{:?}", answers.keys());
}

#[test]
fn the_page_of_every_exercise_shows_its_rules() {
    let mut differences = String::new();
    for Exercise {
        name,
        lesson,
        about,
        rules,
        ..
    } in exercises()
    {
        let page = read(root().join(format!("book/exercises/{name}.md")));
        let include = format!("{{{{#include ../recordings/exercises/{name}.md}}}}");
        assert!(
            page.contains(&include),
            "book/exercises/{name}.md lacks {include}"
        );
        let chapter = read(root().join(format!("book/{lesson}.md")));
        let link = format!("(exercises/{name}.md)");
        assert!(
            chapter.contains(&link),
            "book/{lesson}.md has no link {link}"
        );
        let verdict = read(folder_of(name).join(format!("{name}.verdict")));
        let mut block = format!(
            "<section class=\"exercise\" data-exercise=\"{name}\" aria-label=\"Exercise: {name}\">\n\n\
             {about}\n\n```console\n$ cargo run -- check {name}\n```\n\n\
             With `watch` in place of `check` it is judged each time it is saved.\n\n\
             The judge tries these rules, in this order:\n\n"
        );
        for rule in rules {
            writeln!(block, "1. {rule}").unwrap();
        }
        write!(
            block,
            "\n<details class=\"recorded\"><summary>What it says of the exercise as it is shipped</summary>\n\n\
             ```text\n{verdict}```\n\n</details>\n</section>\n"
        )
        .unwrap();
        let kept = root().join(format!("book/recordings/exercises/{name}.md"));
        compare(&kept, &block, &mut differences);
    }
    assert!(
        differences.is_empty(),
        "{differences}\nIf it is right: BLESS=1"
    );
}

/// What a learner can always go back to is what was shipped.
#[test]
fn every_exercise_is_kept_as_it_is_shipped() {
    for Exercise { name, lesson, .. } in exercises() {
        let (file, shipped) = files_of(name, lesson);
        // Where it is, the file may be a learner's by now.
        if is_blessing() && !shipped.exists() {
            std::fs::create_dir_all(shipped.parent().unwrap()).unwrap();
            std::fs::copy(&file, &shipped).unwrap();
        }
        let shown = shipped.display();
        assert!(shipped.exists(), "there is no {shown}; BLESS=1 makes it");
        assert!(
            !ci() || !is_begun(name),
            "{shown} is another; if it is older, remove it, and BLESS=1"
        );
    }
}

/// Whether a learner has edited the exercise; then it is theirs.
pub fn is_begun(exercise: &str) -> bool {
    let one = exercises().iter().find(|one| one.name == exercise);
    let (file, shipped) = files_of(exercise, &one.unwrap().lesson);
    let bytes = |file| std::fs::read(file).ok();
    shipped.exists() && bytes(file) != bytes(shipped)
}

/// The file of an exercise, and the same as it is shipped.
fn files_of(name: &str, lesson: &str) -> (PathBuf, PathBuf) {
    let folder = root().join("lessons").join(lesson).join("exercises");
    let file = format!("{name}.rs");
    (folder.join(&file), folder.join("as-shipped").join(file))
}

/// All answers and the shipped exercises, with the exercise they belong to.
pub fn subjects() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for Exercise { name, lesson, .. } in exercises() {
        found.push((name.clone(), name.clone()));
        let stub = root().join(format!("lessons/{lesson}/exercises/{name}.rs"));
        assert!(stub.exists(), "{}", stub.display());
    }
    for folder in answer_folders() {
        for file in files(&folder, ".rs").iter().chain(&files(&folder, ".py")) {
            let answer = file.file_stem().unwrap().to_string_lossy().into_owned();
            let exercise = answer.split("--").next().unwrap().to_string();
            let python = file.extension().is_some_and(|ending| ending == "py");
            if python && Command::new("python3").arg("-V").output().is_err() {
                eprintln!("NOT CHECKED: {answer}: there is no python3");
                continue;
            }
            found.push((exercise, answer));
        }
    }
    found
}

fn answer_folders() -> Vec<PathBuf> {
    let mut folders: Vec<_> = exercises()
        .iter()
        .map(|one| root().join(format!("lessons/{}/answers", one.lesson)))
        .collect();
    folders.dedup();
    folders
}

pub fn folder_of(exercise: &str) -> PathBuf {
    let lesson = exercises().iter().find(|one| one.name == exercise);
    let lesson = &lesson.expect("a known exercise").lesson;
    root().join(format!("lessons/{lesson}/answers"))
}

/// The exercises, as `workbook check` names them.
pub fn exercises() -> &'static [Exercise] {
    static LISTED: OnceLock<Vec<Exercise>> = OnceLock::new();
    LISTED.get_or_init(|| {
        let list = workbook(&["check", "--format", "json"], root());
        let list = String::from_utf8(list.stdout).unwrap();
        list.lines()
            .map(|line| {
                let line: Value = serde_json::from_str(line).unwrap();
                let text = |key: &str| line[key].as_str().unwrap().to_string();
                let rules = line["rules"].as_array().unwrap();
                let causes = line["causes"].as_array().unwrap();
                let cause = |cause: &Value| {
                    let text = |key: &str| cause[key].as_str().unwrap().to_string();
                    Cause {
                        name: text("name"),
                        says: text("says"),
                        see: format!("{}/{}", text("lesson"), text("experiment")),
                    }
                };
                Exercise {
                    name: text("exercise"),
                    lesson: text("lesson"),
                    about: text("about"),
                    rules: rules
                        .iter()
                        .map(|rule| rule.as_str().unwrap().into())
                        .collect(),
                    causes: causes.iter().map(cause).collect(),
                }
            })
            .collect()
    })
}
