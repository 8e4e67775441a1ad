//! Notices edits to what the book is made of, or to files that somebody names.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use anyhow::Context;
use notify::event::{AccessKind, AccessMode, EventKind};
use notify::{Config, Event, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher};

/// How long nothing must change before an edit counts as complete.
const QUIET: Duration = Duration::from_millis(120);
/// How long changes may go on before we build all the same.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often to look, where the system does not tell.
const PERIOD: Duration = Duration::from_millis(800);

/// The folders and the file that the book is made of; `lessons` because pages
/// show parts of the programs in it.
const SOURCES: [&str; 3] = ["book", "lessons", "book.toml"];

/// What is watched.
enum Watched {
    /// The book in this folder.
    Book(PathBuf),
    /// These files.
    Files(Vec<PathBuf>),
}

/// Edits, from when this was made.
pub struct Watch {
    changes: Receiver<PathBuf>,
    /// Why it looks for edits instead of being told, if it does.
    pub polls_because: Option<String>,
    _watcher: Box<dyn Watcher + Send>,
}

impl Watch {
    /// Starts to watch the book in `root`; `poll` looks for edits, which works
    /// on every file system.
    pub fn start(root: &Path, poll: bool) -> anyhow::Result<Watch> {
        Watch::over(Watched::Book(root.into()), poll)
    }

    /// Starts to watch these files, in the same way.
    pub fn files(files: &[PathBuf], poll: bool) -> anyhow::Result<Watch> {
        Watch::over(Watched::Files(files.into()), poll)
    }

    fn over(watched: Watched, poll: bool) -> anyhow::Result<Watch> {
        let watched = Arc::new(watched);
        let (tx, changes) = channel();
        let refused = match poll {
            true => "you asked for it".to_owned(),
            false => match told_by_the_system(&watched, tx.clone()) {
                Ok(watcher) => {
                    return Ok(Watch {
                        changes,
                        polls_because: None,
                        _watcher: watcher,
                    });
                }
                Err(error) => error.to_string(),
            },
        };
        let watcher = looking_at_files(&watched, tx).context("cannot watch for edits")?;
        Ok(Watch {
            changes,
            polls_because: Some(refused),
            _watcher: watcher,
        })
    }

    /// Waits for an edit to be complete, then names the files that changed;
    /// nothing when there will be no more.
    pub fn next(&self) -> Option<BTreeSet<PathBuf>> {
        let mut paths = BTreeSet::from([self.changes.recv().ok()?]);
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            match self.changes.recv_timeout(QUIET) {
                Ok(path) => paths.insert(path),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
            };
        }
        Some(paths)
    }
}

fn told_by_the_system(
    watched: &Arc<Watched>,
    tx: Sender<PathBuf>,
) -> notify::Result<Box<dyn Watcher + Send>> {
    let mut watcher = RecommendedWatcher::new(pass_on(watched, tx), Config::default())?;
    watched.by(&mut watcher)?;
    Ok(Box::new(watcher))
}

fn looking_at_files(
    watched: &Arc<Watched>,
    tx: Sender<PathBuf>,
) -> notify::Result<Box<dyn Watcher + Send>> {
    // By content: the times that notify compares are whole seconds.
    let config = Config::default()
        .with_poll_interval(PERIOD)
        .with_compare_contents(true);
    let mut watcher = PollWatcher::new(pass_on(watched, tx), config)?;
    watched.by(&mut watcher)?;
    Ok(Box::new(watcher))
}

impl Watched {
    /// Tells the watcher where to look.
    fn by(&self, watcher: &mut dyn Watcher) -> notify::Result<()> {
        // The folder of a file, not the file: editors replace it by a new one,
        // and a watch on the old one would then see nothing more.
        match self {
            Watched::Book(root) => {
                watcher.watch(root, RecursiveMode::NonRecursive)?;
                for folder in SOURCES.map(|source| root.join(source)) {
                    if folder.is_dir() {
                        watcher.watch(&folder, RecursiveMode::Recursive)?;
                    }
                }
            }
            Watched::Files(files) => {
                let folders: BTreeSet<_> = files.iter().filter_map(|file| file.parent()).collect();
                for folder in folders {
                    watcher.watch(folder, RecursiveMode::NonRecursive)?;
                }
            }
        }
        Ok(())
    }

    fn counts(&self, path: &Path) -> bool {
        match self {
            Watched::Book(root) => is_source(root, path),
            Watched::Files(files) => files.iter().any(|file| file == path),
        }
    }

    /// What stands for "anything", when events were lost.
    fn anything(&self) -> PathBuf {
        match self {
            Watched::Book(root) => root.join("book"),
            Watched::Files(files) => files.first().cloned().unwrap_or_default(),
        }
    }
}

/// Passes on the paths of events that matter.
fn pass_on(
    watched: &Arc<Watched>,
    tx: Sender<PathBuf>,
) -> impl FnMut(notify::Result<Event>) + Send + 'static + use<> {
    let watched = Arc::clone(watched);
    move |event| {
        let Ok(event) = event else { return };
        if event.need_rescan() {
            // Events were lost: take it that everything changed.
            let _ = tx.send(watched.anything());
        }
        if is_edit(event.kind) {
            for path in event.paths {
                if watched.counts(&path) {
                    // Nobody receives any more: the server is about to end.
                    let _ = tx.send(path);
                }
            }
        }
    }
}

/// Reading a file is an event too: building the book must not cause a build.
fn is_edit(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(kind) => kind == AccessKind::Close(AccessMode::Write),
        _ => true,
    }
}

fn is_source(root: &Path, path: &Path) -> bool {
    let Ok(path) = path.strip_prefix(root) else {
        return false;
    };
    let names: Vec<_> = path.iter().map(|name| name.to_string_lossy()).collect();
    let scratch = |name: &str| name.starts_with('.') || name.ends_with('~') || name == "target";
    names
        .first()
        .is_some_and(|first| SOURCES.contains(&&**first))
        && !names.iter().any(|name| scratch(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_lessons_and_book_toml_count_and_nothing_else_does() {
        let root = Path::new("/w");
        let counts = |path: &str| is_source(root, &root.join(path));
        assert!(counts("book/udp.md"));
        assert!(counts("book/recordings/udp/echo.txt"));
        assert!(counts("lessons/udp/src/echo.rs"));
        assert!(counts("book.toml"));
        assert!(!counts("src/main.rs"));
        assert!(!counts("target/workbook-site/udp.html"));
        assert!(!counts("lessons/udp/target/debug/x"));
        assert!(!counts("book/.udp.md.swp"));
        assert!(!counts("book/udp.md~"));
    }

    #[test]
    fn reading_a_file_is_no_edit() {
        let open = EventKind::Access(AccessKind::Open(AccessMode::Any));
        let read = EventKind::Access(AccessKind::Close(AccessMode::Read));
        let written = EventKind::Access(AccessKind::Close(AccessMode::Write));
        assert!(!is_edit(open) && !is_edit(read));
        assert!(is_edit(written));
    }
}
