//! A folder that looks like the workbook, and where everything is built.

use crate::lessons::copy_folder;
use crate::workshop::{RIGHT, SERVER};
use crate::workspace::root;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// What all the workbooks of this test share.
pub struct Home {
    pub folder: TempDir,
}

impl Home {
    pub fn new() -> Home {
        let folder = tempfile::tempdir().unwrap();
        let home = Home { folder };
        // A copy, because `reset` writes there.
        copy_folder(&root().join("lessons"), &home.path("lessons"));
        let programs = [
            ("cargo", include_str!("cargo.sh")),
            ("sudo", "#!/bin/sh\nexec \"$@\"\n"),
            ("workbook", "#!/bin/sh\nexec cargo run -- \"$@\"\n"),
        ];
        fs::create_dir(home.path("bin")).unwrap();
        for (name, script) in programs {
            let file = home.path("bin").join(name);
            fs::write(&file, script).unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        }
        // Where shells look for completions.
        for folder in [
            ".local/share/bash-completion/completions",
            ".zfunc",
            ".config/fish/completions",
        ] {
            fs::create_dir_all(home.path(folder)).unwrap();
        }
        home
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A folder that looks like the workbook, with what this command needs.
    pub fn workbook(&self, command: &str) -> TempDir {
        let folder = tempfile::tempdir_in(self.folder.path()).unwrap();
        let path = |name: &str| folder.path().join(name);
        for name in ["book", "book.toml", "Cargo.toml", "README.md", "src"] {
            symlink(root().join(name), path(name)).unwrap();
        }
        symlink(self.path("lessons"), path("lessons")).unwrap();
        let built = Path::new(env!("CARGO_BIN_EXE_workbook")).parent().unwrap();
        fs::create_dir(path("target")).unwrap();
        for profile in ["debug", "release"] {
            symlink(built, path("target").join(profile)).unwrap();
        }
        let own =
            regex::Regex::new(r"(?:check|watch) ([\w-]+) --cmd 'python3 (my_\w+\.py|ada\.py)'")
                .unwrap();
        if let Some(own) = own.captures(command) {
            fs::write(path(&own[2]), program(&own[1])).unwrap();
        }
        folder
    }

    /// A program that works in this folder, as a reader does.
    pub fn at_work(&self, program: &str, folder: &Path) -> Command {
        let mut command = Command::new(program);
        let path = std::env::var("PATH").unwrap();
        let bin = self.path("bin");
        command.env("PATH", format!("{}:{path}", bin.display()));
        command.env("CARGO", bin.join("cargo"));
        command.env("REAL_CARGO", env!("CARGO"));
        command.env(kit::diary::VARIABLE, folder.join("diary"));
        command.current_dir(folder);
        command
    }
}

/// A program in Python as a reader may have written it. What the judge says of
/// right ones is another test's; here one of them shows that the command works.
fn program(exercise: &str) -> String {
    match exercise {
        "udp-echo" => format!("{SERVER}{RIGHT}"),
        _ => "# Nothing yet.\n".into(),
    }
}
