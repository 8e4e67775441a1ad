//! What mdBook does not check: includes, anchors, links, and where it builds.

use crate::workspace::{files, lessons, read, root};
use regex::Regex;
use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

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
            let Some(anchor) = include.get(3) else {
                continue;
            };
            let source = read(&file);
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
