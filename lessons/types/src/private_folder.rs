//! A folder for the names of Unix-domain sockets, which nobody else can open.

use std::fs::{self, DirBuilder};
use std::io;
use std::path::PathBuf;

/// Deleted with all that is in it when it is dropped.
pub struct PrivateFolder(PathBuf);

impl PrivateFolder {
    /// A new folder, named after the experiment that needs it.
    pub fn new(name: &str) -> io::Result<PrivateFolder> {
        // A name of more than 107 bytes does not fit into a socket address.
        let mut path = std::env::temp_dir();
        if cfg!(unix) && path.as_os_str().len() > 60 {
            path = "/tmp".into();
        }
        path.push(format!("lesson-types-{name}-{}", std::process::id()));
        let mut builder = DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&path)?;
        Ok(PrivateFolder(path))
    }

    /// The path of a file in it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for PrivateFolder {
    fn drop(&mut self) {
        // If it stays behind it is empty, private and harmless.
        let _ = fs::remove_dir_all(&self.0);
    }
}
