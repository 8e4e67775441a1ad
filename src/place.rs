//! Where the workbook lies on this machine.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{self, Command};

use anyhow::{Context, Result, anyhow, bail};

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

    /// The cargo that started us, else the one in PATH, in the root.
    pub fn cargo(&self) -> Command {
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.current_dir(&self.root);
        cargo
    }

    /// Where cargo puts the program of a lesson.
    pub fn lesson(&self, name: &str) -> PathBuf {
        let name = format!("lesson-{name}{}", env::consts::EXE_SUFFIX);
        self.target.join("debug").join(name)
    }

    /// Writes a file into the target folder, and takes it away again.
    pub fn try_target(&self) -> io::Result<()> {
        let file = self.target.join(format!("workbook-try-{}", process::id()));
        let written =
            fs::create_dir_all(&self.target).and_then(|()| fs::write(&file, [b'x'; TRIED]));
        match written {
            Ok(()) => fs::remove_file(&file),
            Err(error) => {
                // A full disk takes the name of a file and not its bytes.
                let _ = fs::remove_file(&file);
                Err(error)
            }
        }
    }

    /// Makes sure that the target folder can be written: a sentence of ours
    /// says more than what a compiler makes of it.
    pub fn need_target(&self) -> Result<()> {
        self.try_target().map_err(|error| {
            anyhow!(
                "cannot write into the target folder {}: {}; \
                 set CARGO_TARGET_DIR to a folder that can be written",
                self.target.display(),
                kit::describe_error(&error)
            )
        })
    }
}

/// How many bytes are tried; a book or a lesson needs more.
const TRIED: usize = 64 * 1024;

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
