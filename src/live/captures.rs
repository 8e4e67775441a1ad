//! The packets of the last runs, for Wireshark.

use std::collections::VecDeque;
use std::fs;
use std::io::Read;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::body::Bytes;

/// How many runs are remembered.
const RUNS: usize = 16;
/// The largest capture that is kept; lessons make far smaller ones.
const BYTES: u64 = 4 << 20;

/// Captures by the names of their runs.
pub struct Captures {
    folder: PathBuf,
    kept: Mutex<VecDeque<(String, Bytes)>>,
}

impl Captures {
    /// None yet; runs write theirs into this folder before they are taken.
    pub fn new(folder: PathBuf) -> Captures {
        let kept = Mutex::default();
        Captures { folder, kept }
    }

    /// Where the run of this name may write its packets.
    pub fn file(&self, id: &str) -> PathBuf {
        self.folder.join(format!("{id}.pcapng"))
    }

    /// Makes the folder; without it a run keeps no packets.
    pub fn make_room(&self) -> bool {
        fs::create_dir_all(&self.folder).is_ok()
    }

    /// Takes what the run of this name has written, and says whether that was
    /// anything.
    pub fn take(&self, id: &str) -> bool {
        let path = self.file(id);
        let mut bytes = Vec::new();
        let read = fs::File::open(&path).and_then(|file| {
            let mut whole = file.take(BYTES + 1);
            whole.read_to_end(&mut bytes)
        });
        // Most lessons have no hosts, and so no packets and no file.
        let _ = fs::remove_file(&path);
        if read.is_err() || bytes.len() as u64 > BYTES {
            return false;
        }
        let mut kept = self.lock();
        kept.truncate(RUNS - 1);
        kept.push_front((id.to_owned(), bytes.into()));
        true
    }

    /// The capture of the run of this name.
    pub fn of(&self, id: &str) -> Option<Bytes> {
        let kept = self.lock();
        let mut same = kept.iter().filter(|(name, _)| name == id);
        same.next().map(|(_, bytes)| bytes.clone())
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<(String, Bytes)>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
