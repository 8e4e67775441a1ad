//! Where the workbook lies on this machine.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// The two folders every command works in.
#[derive(Clone, Debug)]
pub struct Place {
    /// The workspace: the folder that holds `book.toml`.
    pub root: PathBuf,
    /// Cargo's target folder, for everything that can be made again.
    pub target: PathBuf,
    /// The root, if it was asked for on the command line.
    pub asked: Option<PathBuf>,
}

impl Place {
    /// Finds the workbook: the folder asked for, else the one this program was
    /// compiled in, else the nearest one at or above the current folder.
    pub fn find(asked: Option<&Path>) -> Result<Place> {
        if let Some(asked) = asked {
            let root = asked
                .canonicalize()
                .with_context(|| format!("cannot use the folder {}", asked.display()))?;
            if !holds_a_book(&root) {
                bail!("there is no book.toml in {}", root.display());
            }
            let target = root.join("target");
            let asked = Some(root.clone());
            return Ok(Place {
                root,
                target,
                asked,
            });
        }
        let compiled_in = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = match holds_a_book(compiled_in) {
            true => compiled_in.to_path_buf(),
            false => above_the_current_folder()?,
        };
        let target = target_of(&root);
        let asked = None;
        Ok(Place {
            root,
            target,
            asked,
        })
    }
}

fn holds_a_book(folder: &Path) -> bool {
    folder.join("book.toml").is_file()
}

fn above_the_current_folder() -> Result<PathBuf> {
    let here = env::current_dir().context("cannot tell the current folder")?;
    let found = here.ancestors().find(|folder| holds_a_book(folder));
    found.map(Path::to_path_buf).with_context(|| {
        format!(
            "the workbook is not here: no book.toml in {} or above it; \
             change into the folder you cloned, then try again",
            here.display()
        )
    })
}

/// The target folder this program runs from, else the one cargo would use.
fn target_of(root: &Path) -> PathBuf {
    let exe = env::current_exe().ok();
    // Cargo marks its target folder with this file.
    let running_from = exe.as_deref().and_then(|exe| {
        let mut above = exe.ancestors().skip(1).take(4);
        above.find(|folder| folder.join("CACHEDIR.TAG").is_file())
    });
    match (running_from, env::var_os("CARGO_TARGET_DIR")) {
        (Some(target), _) => target.to_path_buf(),
        (None, Some(target)) if !target.is_empty() => root.join(target),
        (None, _) => root.join("target"),
    }
}
