//! The files that packets are kept in, each from its own point of view.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use wire::pcapng::{View, write};
use wire::{Side, Wire};

use crate::cli::WireArgs;

/// How every pcapng file begins.
const MAGIC: [u8; 4] = [0x0a, 0x0d, 0x0d, 0x0a];

/// A file that is open, and the packets that it gets at the end.
pub struct Capture {
    path: PathBuf,
    file: File,
    view: View,
}

/// Opens the files that were asked for, before any program is started: a
/// capture that cannot be kept is no capture.
///
/// # Errors
/// A file that cannot be written, or that would be lost.
pub fn open(args: &WireArgs) -> Result<Vec<Capture>> {
    let asked = [
        (&args.pcap, View::Wire),
        (&args.pcap_a, View::Host(Side::A)),
        (&args.pcap_b, View::Host(Side::B)),
    ];
    let mut captures: Vec<Capture> = Vec::new();
    for (path, view) in asked {
        let Some(path) = path else { continue };
        // Those of before are there by now, so another spelling is seen.
        let real = |path: &Path| fs::canonicalize(path).ok();
        let twice = real(path).is_some_and(|this| {
            let same = |other: &Capture| real(&other.path).is_some_and(|other| other == this);
            captures.iter().any(same)
        });
        ensure!(!twice, "{} is named for two captures", path.display());
        let file = open_one(path)?;
        let path = path.clone();
        captures.push(Capture { path, file, view });
    }
    Ok(captures)
}

/// Opens a file for packets, and leaves in it what it holds until [`empty`]. An
/// older capture may be written over, as tcpdump does; nothing else may.
///
/// # Errors
/// A file that cannot be written, or that would be lost.
pub fn open_one(path: &Path) -> Result<File> {
    let cannot = || format!("cannot write {}", path.display());
    // Not emptied here, so that a run that fails costs nothing.
    let mut options = OpenOptions::new();
    let options = options.write(true).create(true).truncate(false);
    let file = options.open(path).with_context(cannot)?;
    let about = file.metadata().with_context(cannot)?;
    if about.is_file() && about.len() > 0 {
        let mut begins = [0; MAGIC.len()];
        let read = File::open(path).and_then(|mut old| old.read_exact(&mut begins));
        if read.is_err() || begins != MAGIC {
            bail!(
                "{} is there and is no capture, so it stays as it is; name another file",
                path.display()
            );
        }
    }
    Ok(file)
}

/// Forgets what the file held.
pub fn empty(file: &File) -> io::Result<()> {
    // A pipe and a device have no length.
    match file.metadata()?.is_file() {
        true => file.set_len(0),
        false => Ok(()),
    }
}

impl Capture {
    /// Writes the packets that the wire has logged, and says what is where.
    ///
    /// # Errors
    /// A full disk, or a reader of a pipe who has gone.
    pub fn keep(self, wire: &Wire) -> Result<String> {
        let shown = self.path.display().to_string();
        let count = self
            .fill(wire)
            .with_context(|| format!("cannot write {shown}"))?;
        let packets = if count == 1 { "packet" } else { "packets" };
        Ok(match self.view {
            View::Wire => format!("{shown}: {count} {packets}, each as it was sent"),
            View::Host(side) => {
                format!("{shown}: {count} {packets}, as host {side} saw them go and come")
            }
        })
    }

    fn fill(&self, wire: &Wire) -> io::Result<usize> {
        empty(&self.file)?;
        let out = BufWriter::new(&self.file);
        write(out, wire.started(), &wire.packets(), self.view)
    }
}
