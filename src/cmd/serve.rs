//! `workbook serve`: the book in a browser, rebuilt while it is edited.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use colored::Colorize;
use tokio::runtime::Runtime;

use crate::cli::ServeArgs;
use crate::cmd::{complain, say, signals};
use crate::live::{self, Served, port};
use crate::place::Place;
use crate::shelf::{Shelf, State};
use crate::site::watch::Watch;
use crate::site::{Build, Site};
use crate::sources;

/// Builds the book and serves it until Ctrl-C.
pub fn run(place: &Place, options: &ServeArgs) -> Result<ExitCode> {
    place.need_target()?;
    let listener = port::listen(options.port)?;
    let port = listener
        .local_addr()
        .context("cannot tell our port")?
        .port();
    if options.port.is_none() && port != port::USUAL {
        let usual = port::USUAL;
        tell(&format!(
            "Port {usual} is taken, so this is on port {port}."
        ));
    }
    // Before the first build, so that no edit falls in between.
    let watch = Watch::start(&place.root, options.poll)?;
    let site = Arc::new(Site::new(&place.root, &place.target));
    first_build(&site)?;
    let shelf = Arc::new(match options.no_build {
        true => Shelf::as_built(place),
        false => Shelf::new(place),
    });

    let runtime = Runtime::new().context("cannot start the web server")?;
    let end = {
        // Signals can only be listened for inside a runtime.
        let _inside = runtime.enter();
        signals::ended().context("cannot listen for Ctrl-C")?
    };
    let url = format!("http://127.0.0.1:{port}");
    greet(&url, &watch);
    if options.open
        && let Err(error) = open::that_detached(&url)
    {
        complain(&format!(
            "cannot open a browser ({error}); open {url} yourself"
        ));
    }
    let served = Served {
        root: place.root.clone(),
        site: site.clone(),
        shelf: shelf.clone(),
        run_limit: options.run_seconds.map(Duration::from_secs),
    };
    let (root, no_build) = (place.root.clone(), options.no_build);
    let edited = (!no_build).then(|| shelf.clone());
    thread::spawn(move || rebuild_on_edits(&root, &site, edited.as_deref(), &watch));
    if !no_build {
        let place = place.clone();
        thread::spawn(move || {
            fetch_sources(&place);
            build_lessons(&shelf);
        });
    }
    let result = runtime.block_on(live::serve(listener, served, end));
    // Connections that are still open do not delay the end.
    runtime.shutdown_background();
    result.context("cannot serve the book")?;
    tell("\nStopped.");
    Ok(ExitCode::SUCCESS)
}

/// Prints a line; a server goes on when nobody reads its terminal any more.
fn tell(line: &str) {
    let _ = say(line);
}

fn first_build(site: &Site) -> Result<()> {
    tell("Building the book ...");
    let build = site.build();
    if !build.shown {
        bail!("cannot build the book: {}", build.error.unwrap_or_default());
    }
    tell(&format!("Built in {:.1} s.", build.took.as_secs_f32()));
    complain_about(&build);
    Ok(())
}

fn greet(url: &str, watch: &Watch) {
    if let Some(reason) = &watch.polls_because {
        tell(&format!("Looking for edits once a second ({reason})."));
    }
    tell(&format!(
        "\n  The workbook is at  {}\n\
         \n  Open it in a browser. Then, in a second terminal, run the first lesson:\n\
         \n      {}\n\
         \n  The page follows your edits. Ctrl-C stops it.\n",
        url.bold(),
        "cargo run -p lesson-sockets".bold(),
    ));
}

/// Fetches what is not here yet, while there is internet.
fn fetch_sources(place: &Place) {
    if place.root.join("Cargo.lock").is_file() && !sources::fetch(place) {
        tell(
            "Not all sources are here, so some exercises and the tests may need \
             the internet: cargo fetch --locked",
        );
    }
}

/// Builds lessons as long as there are any to build; never ends.
fn build_lessons(shelf: &Shelf) {
    let mut last_words = String::new();
    loop {
        let built = shelf.build_next();
        let (lesson, seconds) = (&built.lesson, built.took.as_secs_f32());
        match &built.state {
            // What all lessons lack, such as cargo, is said once.
            State::Broken(words) if *words == last_words => {}
            State::Broken(words) => {
                last_words.clone_from(words);
                let first = words.lines().next().unwrap_or_default();
                complain(&format!("lesson-{lesson} is not ready: {first}"));
            }
            // What takes less was built before, and needs no words.
            _ if seconds > 1.0 => tell(&format!(
                "lesson-{lesson} is ready, built in {seconds:.1} s; {}.",
                match (built.left, built.all_ready) {
                    (_, true) => "all are".to_owned(),
                    (0, false) => "not all are".to_owned(),
                    (left, false) => format!("{left} to go"),
                }
            )),
            _ if built.all_ready => tell("All lessons are ready to run on the page."),
            _ => {}
        }
        if matches!(built.state, State::Ready(_)) {
            last_words.clear();
        }
    }
}

fn rebuild_on_edits(root: &Path, site: &Site, shelf: Option<&Shelf>, watch: &Watch) {
    while let Some(paths) = watch.next() {
        if let Some(shelf) = shelf {
            shelf.edited(&paths);
        }
        let build = site.build();
        let seconds = build.took.as_secs_f32();
        let what = changed(root, &paths);
        match build.shown {
            true => tell(&format!("{what} changed: built again in {seconds:.1} s.")),
            false => tell(&format!("{what} changed: the page stays as it was.")),
        }
        complain_about(&build);
    }
}

/// The file that changed, and how many others with it.
fn changed(root: &Path, paths: &BTreeSet<PathBuf>) -> String {
    let name = |path: &PathBuf| {
        path.strip_prefix(root)
            .unwrap_or(path)
            .display()
            .to_string()
    };
    // An editor's own files have come and gone by now.
    let there: Vec<_> = paths.iter().filter(|path| path.is_file()).collect();
    match there[..] {
        [] => "The book".to_owned(),
        [only] => name(only),
        [first, ..] => format!("{} and {} more", name(first), there.len() - 1),
    }
}

fn complain_about(build: &Build) {
    for warning in &build.warnings {
        complain(&format!("mdBook warns: {warning}"));
    }
    if let Some(error) = &build.error {
        complain(&format!("mdBook says: {error}"));
    }
}
