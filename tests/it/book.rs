//! What mdBook does not check: includes, anchors, links, and where it builds.

use crate::workspace::{exercises, files, lessons, read, root};
use regex::Regex;
use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::process::Command;

/// mdBook empties its output folder, and its default is `book`: our sources.
#[test]
fn the_book_is_never_built_over_its_sources() {
    let config: toml::Table = read(root().join("book.toml")).parse().unwrap();
    let output = config["build"]["build-dir"]
        .as_str()
        .expect("build-dir is set");
    let first = Path::new(output).components().next();
    assert_eq!(
        first,
        Some(Component::Normal("target".as_ref())),
        "{output}"
    );
    assert_eq!(config["book"]["src"].as_str(), Some("book"));
}

#[test]
fn every_include_finds_its_file_and_its_anchor() {
    let include = Regex::new(r"\{\{#(\w+) ([^}:]+)(?::([^}]*))?\}\}").unwrap();
    let mut found = 0;
    for page in files(&root().join("book"), ".md") {
        for include in include.captures_iter(&read(&page)) {
            let at = format!("{}: {}", page.display(), &include[0]);
            assert_eq!(&include[1], "include", "{at}");
            let file = page.parent().unwrap().join(include[2].trim());
            assert!(file.exists(), "{at}: no such file");
            found += 1;
            let source = read(&file);
            let Some(anchor) = include.get(3) else {
                // A page would show the marks of a whole file.
                assert!(!source.contains("ANCHOR"), "{at}: it has an anchor");
                continue;
            };
            for mark in ["ANCHOR", "ANCHOR_END"] {
                // As Rust, C and Go write a comment, or as Python does.
                let slashes = format!("// {mark}: {}", anchor.as_str());
                let hash = format!("# {mark}: {}", anchor.as_str());
                let marks = source.lines().map(str::trim);
                let marks = marks.filter(|l| *l == slashes || *l == hash).count();
                assert_eq!(marks, 1, "{at}: {marks} lines `{slashes}`");
            }
        }
    }
    assert!(found > 0);
}

/// Code and transcripts come from files that are compiled, run and compared.
#[test]
fn no_code_and_no_transcript_is_typed_into_a_page() {
    let fence = Regex::new(r"(?ms)^```(\w*)[^\n]*\n(.*?)^```").unwrap();
    for page in pages() {
        for block in fence.captures_iter(&read(&page)) {
            let (kind, text) = (&block[1], block[2].trim());
            let typed = match kind {
                // Commands for a shell are there to be typed.
                "console" => text.lines().any(|line| !line.starts_with("$ ")),
                _ => !text.starts_with("{{#include "),
            };
            assert!(!typed, "{}: typed in:\n{text}", page.display());
        }
    }
}

#[test]
fn one_slug_names_the_lesson_its_page_its_package_and_its_recordings() {
    let summary = read(root().join("book/SUMMARY.md"));
    for slug in lessons() {
        let manifest = read(root().join(format!("lessons/{slug}/Cargo.toml")));
        assert!(
            manifest.contains(&format!("name = \"lesson-{slug}\"")),
            "{slug}"
        );
        assert!(
            summary.contains(&format!("({slug}.md)")),
            "{slug} is not in SUMMARY.md"
        );
        let page = read(root().join(format!("book/{slug}.md")));
        let list = read(root().join(format!("book/recordings/{slug}/list.jsonl")));
        let list = crate::workspace::parse(&list);
        for name in crate::recordings::experiments(&list) {
            let source = format!("lessons/{slug}/src/{}.rs", name.replace('-', "_"));
            assert!(root().join(&source).exists(), "{source} is missing");
            let include = format!("{{{{#include recordings/{slug}/{name}.md}}}}");
            assert!(page.contains(&include), "book/{slug}.md lacks {include}");
        }
    }
}

#[test]
fn every_link_and_every_anchor_of_the_built_site_resolves() {
    let site = tempfile::tempdir().unwrap();
    build(site.path());
    let link = Regex::new(r#"(?:href|src)="([^"]+)""#).unwrap();
    let id = Regex::new(r#"\bid="([^"]+)""#).unwrap();
    let ids = |page: &Path| -> BTreeSet<String> {
        let html = read(page);
        id.captures_iter(&html)
            .map(|found| found[1].to_string())
            .collect()
    };
    let mut broken = Vec::new();
    let mut checked = 0;
    for page in files(site.path(), ".html") {
        let html = read(&page);
        assert!(
            !html.contains("{{#"),
            "{}: an include is left",
            page.display()
        );
        for link in link.captures_iter(&html) {
            let link = link[1].replace("&amp;", "&");
            let outside = link.contains("://") || link.starts_with("data:");
            // The page for a wrong address is served from any folder.
            if outside || link.is_empty() || page.ends_with("404.html") {
                continue;
            }
            checked += 1;
            let (path, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = if path.is_empty() {
                page.clone()
            } else {
                join(&page, path)
            };
            let there = target.is_file();
            let anchored = anchor.is_empty()
                || there
                    && (target.extension().is_none_or(|e| e != "html")
                        || ids(&target).contains(anchor));
            if !there || !anchored {
                broken.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(checked > 50, "only {checked} links were found");
    assert!(broken.is_empty(), "{broken:#?}");
}

/// Words that a glossary entry has too, used in a chapter for something else.
const ORDINARY: &[(&str, &str)] = &[
    ("closing", "listen"),
    ("multicast", "listen"),
    ("multicast", "listener"),
    ("threading", "listen"),
];

/// A chapter that uses a word of the glossary leads there, once.
#[test]
fn every_chapter_links_its_terms_of_art() {
    let glossary = read(root().join("book/glossary.md"));
    let terms: Vec<&str> = glossary
        .lines()
        .filter_map(|line| line.strip_prefix("## "))
        .collect();
    assert!(terms.len() > 80, "{terms:?}");
    let sorted = terms.is_sorted_by_key(|term| term.to_lowercase());
    assert!(sorted, "the glossary is not in the order of the alphabet");
    let link = Regex::new(r"\]\(glossary\.md#([^)]*)\)").unwrap();
    let mut unused: BTreeSet<String> = terms.iter().map(|term| id(term)).collect();
    let all = unused.clone();
    let mut wrong = Vec::new();
    for slug in lessons() {
        let page = read(root().join(format!("book/{slug}.md")));
        let mut linked = BTreeSet::new();
        for link in link.captures_iter(&page) {
            if !all.contains(&link[1]) {
                wrong.push(format!("{slug}: glossary.md#{} is no entry", &link[1]));
            }
            if !linked.insert(link[1].to_string()) {
                wrong.push(format!("{slug}: {} is linked twice", &link[1]));
            }
            unused.remove(&link[1]);
        }
        assert!(linked.len() >= 12, "{slug} links only {linked:?}");
        let prose = prose(&page);
        for term in &terms {
            let word = Regex::new(&format!(r"\b{}s?\b", regex::escape(term))).unwrap();
            let used = word.is_match(&prose) && !ORDINARY.contains(&(slug.as_str(), *term));
            if used && !linked.contains(&id(term)) {
                wrong.push(format!("{slug}: {term} has no link to its entry"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(unused.is_empty(), "no chapter links these: {unused:?}");
}

/// The beliefs that the options of an experiment lead to, by its block.
fn beliefs_behind(slug: &str, experiment: &str) -> BTreeSet<String> {
    let block = format!("book/recordings/{slug}/{experiment}.md");
    let belief = Regex::new(r#"<span class="belief">(M\d\d)</span>"#).unwrap();
    let block = read(root().join(block));
    let found = belief.captures_iter(&block).map(|it| it[1].to_string());
    found.collect()
}

/// Three rounds for each chapter, with the beliefs that a teacher will meet and
/// a question after each round.
#[test]
fn every_round_for_teachers_is_an_experiment() {
    let row = r"(?m)^\| \[([^\]]*)\]\((\w+)\.md\) \|[^|]*\| (`[^|]*`) \| ([^|]*) \|[^|]*\|$";
    let row = Regex::new(row).unwrap();
    let belief = Regex::new(r"\[(M\d\d)\]").unwrap();
    let page = read(root().join("book/for-teachers.md"));
    let mut chapters = BTreeSet::new();
    for row in row.captures_iter(&page) {
        let (title, slug) = (&row[1], &row[2]);
        let list = format!("book/recordings/{slug}/list.jsonl");
        let list = crate::workspace::parse(&read(root().join(list)));
        let list = crate::recordings::experiments(&list);
        let rounds = row[3].split(", ").map(|name| name.trim_matches('`'));
        let mut expected = BTreeSet::new();
        let mut questions = format!("**{title}**\n");
        for (number, name) in (1..).zip(rounds) {
            let there = list.iter().any(|known| known == name);
            assert!(there, "{slug} has no experiment {name}");
            expected.extend(beliefs_behind(slug, name));
            questions += &format!("\n{number}. `{name}`: [^\n]*\\?[^\n]*");
        }
        let named = belief.captures_iter(&row[4]).map(|it| it[1].to_string());
        assert_eq!(named.collect::<BTreeSet<_>>(), expected, "{slug}");
        let questions = Regex::new(&questions.replace("**", "\\*\\*")).unwrap();
        assert!(questions.is_match(&page), "{questions} is missing");
        chapters.insert(slug.to_string());
    }
    assert_eq!(chapters, lessons().into_iter().collect());
}

/// What the page of error messages says can be seen, in a run that shows it.
#[test]
fn every_error_message_leads_to_a_run_that_shows_it() {
    let page = read(root().join("book/errors.md"));
    let lab = Regex::new(r"\((\w+)\.md#lab-(\w+)-([\w-]+)\)").unwrap();
    let sections: Vec<&str> = page.split("\n## ").collect();
    for error in [
        "EADDRINUSE",
        "ECONNREFUSED",
        "ECONNRESET",
        "EPIPE",
        "ETIMEDOUT",
        "EMSGSIZE",
        "EACCES",
    ] {
        let section = sections.iter().find(|section| section.starts_with(error));
        let section = section.unwrap_or_else(|| panic!("{error} has no section"));
        let shown = lab.captures_iter(section).any(|lab| {
            let run = format!("book/recordings/{}/{}.jsonl", &lab[1], &lab[3]);
            read(root().join(run)).contains(error)
        });
        assert!(shown, "no run that its section names shows {error}");
    }
}

/// No experiment is about EMFILE, so the page says how to make one meet it.
#[test]
fn the_command_for_too_many_open_files_shows_just_that() {
    let page = read(root().join("book/errors.md"));
    let command = Regex::new(r"\$ (\(ulimit -n .*\))").unwrap();
    let command = command.captures(&page).expect("the command stands there");
    let program = crate::workspace::lesson("threading");
    let command = command[1].replace("target/debug/lesson-threading", program.to_str().unwrap());
    let run = crate::workspace::output(Command::new("sh").args(["-c", &command]), "");
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(said.contains("EMFILE"), "{command}\n{said}");
}

#[test]
fn every_chapter_has_a_figure_three_predictions_and_its_exercise() {
    assert!(lessons().len() >= 9);
    for slug in lessons() {
        let page = read(root().join(format!("book/{slug}.md")));
        let includes = |of: &str| page.matches(&format!("{{{{#include {of}")).count();
        assert!(includes("figures/") >= 1, "{slug} has no figure");
        let predictions = includes(&format!("recordings/{slug}/"));
        assert!(predictions >= 3, "{slug} has {predictions} predictions");
        let (_, exercise) = page
            .split_once("\n## Build it\n")
            .unwrap_or_else(|| panic!("{slug} has no section `Build it`"));
        let exercise = exercise.split("\n## ").next().unwrap();
        let words = prose(exercise).split_whitespace().count();
        // Either the judge has one, or the page has to say what to do.
        let judged = exercise.contains("](exercises/");
        assert!(
            judged || words >= 50,
            "{slug}: an exercise of {words} words"
        );
    }
}

/// From each chapter there is a way to its lesson, its exercises, the beliefs
/// and the next chapter.
#[test]
fn every_chapter_leads_to_its_lesson_its_exercises_its_beliefs_and_the_next() {
    let summary = read(root().join("book/SUMMARY.md"));
    let chapter = Regex::new(r"(?m)^- \[[^\]]*\]\((\w+\.md)\)").unwrap();
    let pages: Vec<_> = chapter
        .captures_iter(&summary)
        .map(|c| c[1].to_string())
        .collect();
    assert_eq!(pages.len(), lessons().len());
    for (i, page) in pages.iter().enumerate() {
        let slug = page.trim_end_matches(".md");
        let text = read(root().join("book").join(page));
        let next = pages.get(i + 1).map_or("where-next.md", |next| next);
        let ways = [format!("]({next})"), "](beliefs.md)".into()];
        let go_on = text.split_once("\n## Go on\n").map(|(_, rest)| rest);
        let go_on = go_on.and_then(|rest| rest.split("\n## ").next());
        for way in ways {
            assert!(
                go_on.is_some_and(|text| text.contains(&way)),
                "{slug}: {way}"
            );
        }
        let lesson = format!("\n$ cargo run -p lesson-{slug}\n");
        assert!(
            text.contains(&lesson),
            "{slug}: no command for the whole lesson"
        );
        for name in exercises(slug) {
            let link = format!("](exercises/{name}.md)");
            assert!(text.contains(&link), "{slug}: no link to {name}");
        }
    }
}

/// The id that mdBook gives to a heading.
fn id(heading: &str) -> String {
    heading
        .to_lowercase()
        .chars()
        .filter_map(|letter| match letter {
            ' ' => Some('-'),
            '-' | '_' => Some(letter),
            _ => letter.is_alphanumeric().then_some(letter),
        })
        .collect()
}

/// The plain words of a page: no code, no headings, no links, no sources.
fn prose(page: &str) -> String {
    let page = page.split("\n## Sources\n").next().unwrap();
    let other = Regex::new(concat!(
        r"(?ms)^```.*?^```|^#[^\n]*|\{\{#[^}]*\}\}|<[^>\n]*>|`[^`\n]*`",
        r"|\[(?:[^\[\]\n]|\[[^\]\n]*\])*\]\([^)\n]*\)",
    ));
    other.unwrap().replace_all(page, " ").into_owned()
}

/// The pages of the book, without the blocks that the tests make.
fn pages() -> Vec<PathBuf> {
    let made = root().join("book/recordings");
    let pages = files(&root().join("book"), ".md");
    pages
        .into_iter()
        .filter(|page| !page.starts_with(&made))
        .collect()
}

fn build(into: &Path) {
    let mut config = mdbook_driver::config::Config::from_disk(root().join("book.toml")).unwrap();
    config.build.build_dir = into.to_path_buf();
    let book = mdbook_driver::MDBook::load_with_config(root(), config).unwrap();
    book.build().unwrap();
}

fn join(page: &Path, link: &str) -> PathBuf {
    let mut path = page.parent().unwrap().to_path_buf();
    for part in Path::new(link).components() {
        match part {
            Component::ParentDir => drop(path.pop()),
            Component::Normal(name) => path.push(name),
            _ => {}
        }
    }
    path
}
