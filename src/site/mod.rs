//! The built book: one folder of finished pages, replaced as a whole.
//!
//! A build goes into a folder beside it and takes its place by a rename, under
//! a lock that every page is read under. So no reader ever sees half a book.

mod swap;
pub mod watch;
mod words;

use std::panic;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Result, anyhow};
use mdbook_driver::MDBook;
use mdbook_driver::config::Config;
use tokio::sync::{RwLock, RwLockReadGuard};

/// The site, and what became of the last build.
pub struct Site {
    root: PathBuf,
    folder: PathBuf,
    live: RwLock<Live>,
}

/// What an open page needs to know.
#[derive(Clone, Debug, Default)]
pub struct Live {
    /// The number of the build in the folder; 0 before the first. Only whether
    /// it differs from a page's own number has a meaning.
    pub build: u64,
    /// mdBook's words about the last build, if it failed.
    pub error: Option<String>,
}

/// What a build did.
pub struct Build {
    /// How long it took.
    pub took: Duration,
    /// Whether the folder now holds it.
    pub shown: bool,
    /// What mdBook warned of, one message each.
    pub warnings: Vec<String>,
    /// What mdBook said went wrong; a good build has none.
    pub error: Option<String>,
}

impl Site {
    /// Names a site without building it: the book of `root`, kept in the
    /// folder `workbook-site` of `target`.
    pub fn new(root: &Path, target: &Path) -> Site {
        words::listen();
        let folder = target.join("workbook-site");
        swap::clear_left_behind(&folder);
        Site {
            root: root.to_path_buf(),
            folder,
            live: RwLock::default(),
        }
    }

    /// Builds the book and shows it, unless it is faulty and there is an older
    /// one to keep.
    ///
    /// It blocks: call it outside the server's threads.
    pub fn build(&self) -> Build {
        let start = Instant::now();
        let staged = swap::beside(&self.folder);
        let root = &self.root;
        let rendered = panic::catch_unwind(|| render(root, &staged))
            .unwrap_or_else(|_| Err(anyhow!("mdBook panicked; its words are in the terminal")));
        let (errors, warnings) = words::take();
        let first = self.live.blocking_read().build == 0;
        let (rendered, error) = match rendered {
            Ok(()) if errors.is_empty() => (true, None),
            Ok(()) => (true, Some(errors.join("\n"))),
            Err(error) => (false, Some(format!("{error:#}"))),
        };
        let good_enough = rendered && (first || error.is_none());
        if !good_enough {
            swap::remove(&staged);
        }
        let (shown, error) = self.show(good_enough.then_some(&*staged), error);
        Build {
            took: start.elapsed(),
            shown,
            warnings,
            error,
        }
    }

    /// Puts a build into the folder, if there is one to show, and notes what is
    /// wrong; says whether the folder holds it, and what is wrong.
    fn show(&self, staged: Option<&Path>, error: Option<String>) -> (bool, Option<String>) {
        let mut live = self.live.blocking_write();
        let replaced = staged.map(|staged| swap::replace(&self.folder, staged));
        let shown = matches!(replaced, Some(Ok(())));
        live.error = match replaced {
            Some(Err(failed)) => Some(format!("cannot put the pages in place: {failed}")),
            _ => error,
        };
        if shown {
            live.build = match live.build {
                0 => milliseconds_now(),
                last => last + 1,
            };
        }
        (shown, live.error.clone())
    }

    /// The folder of finished pages; read it while holding [`Site::live`].
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What is in the folder now; it stays there until this is dropped.
    pub async fn live(&self) -> RwLockReadGuard<'_, Live> {
        self.live.read().await
    }
}

/// Renders the book into an empty folder.
fn render(root: &Path, into: &Path) -> Result<()> {
    // Not `MDBook::load`: it lets MDBOOK_* variables change the book.
    let mut config = Config::from_disk(root.join("book.toml"))?;
    config.build.build_dir = into.to_path_buf();
    // A page that does not exist is a mistake to report, not a file to write.
    config.build.create_missing = false;
    MDBook::load_with_config(root, config)?.build()
}

/// A first number that no earlier server gave to another build, so that a page
/// left open over a restart notices.
fn milliseconds_now() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(1, |now| u64::try_from(now.as_millis()).unwrap_or(1))
}
