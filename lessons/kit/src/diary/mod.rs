//! The learner's diary: what was predicted, checked and asked for, and when.
//!
//! One file, `.workbook/diary.jsonl` at the root of the workbook, one JSON
//! object a line, written by lessons, by the judge and for the page. Lines
//! are only ever added, so nothing that the learner did is lost.

mod deed;
mod owner;

pub use deed::{Deed, Entry, Failed, Rule, Source, VERSION};

use crate::output::complain;
use crate::root;
use owner::keep_owner;
use serde_json::{Map, Value};
use std::env;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// The environment variable that names another folder for the diary, or is
/// `off` where none shall be kept.
pub const VARIABLE: &str = "WORKBOOK_STATE";

/// All that a diary holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pages {
    /// The entries that this version understands, oldest first.
    pub entries: Vec<Entry>,
    /// How many lines are no whole entry: their writing was cut off.
    pub torn: usize,
    /// How many entries another version wrote; they stay where they are.
    pub unknown: usize,
}

/// The learner's diary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diary {
    file: PathBuf,
}

impl Diary {
    /// The diary of the workbook that this program was compiled in, else of
    /// the nearest one at or above the current folder.
    ///
    /// The environment variable [`VARIABLE`] goes before both. There is none
    /// if it says `off`, or if there is no workbook.
    pub fn find() -> Option<Diary> {
        Diary::chosen(root::find)
    }

    /// The diary of the workbook in this folder; [`VARIABLE`] goes before it.
    pub fn of(root: &Path) -> Option<Diary> {
        Diary::chosen(|| Some(root.to_path_buf()))
    }

    /// The diary in this folder, whatever the environment says.
    pub fn in_folder(folder: &Path) -> Diary {
        let file = folder.join("diary.jsonl");
        Diary { file }
    }

    fn chosen(root: impl FnOnce() -> Option<PathBuf>) -> Option<Diary> {
        match env::var_os(VARIABLE).filter(|value| !value.is_empty()) {
            Some(value) if value == "off" => None,
            Some(folder) => Some(Diary::in_folder(Path::new(&folder))),
            None => Some(Diary::in_folder(&root()?.join(".workbook"))),
        }
    }

    /// The file it is written into.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Adds an entry with the time of now.
    ///
    /// Any number of programs may do so at once: each entry is one write to
    /// the end of the file.
    pub fn add(&self, deed: Deed) -> io::Result<()> {
        let entry = Entry {
            v: VERSION,
            at_ms: now_ms(),
            deed,
        };
        let entry = serde_json::to_string(&entry)?;
        if let Some(folder) = self.file.parent() {
            match fs::create_dir(folder) {
                Ok(()) => keep_owner(folder),
                Err(_) => fs::create_dir_all(folder)?,
            }
        }
        let mut options = File::options();
        options.read(true).append(true);
        let mut file = match options.clone().create_new(true).open(&self.file) {
            Ok(file) => {
                keep_owner(&self.file);
                file
            }
            Err(_) => options.create(true).open(&self.file)?,
        };
        append(&mut file, &entry)
    }

    /// [`Diary::add`] that tells a failure on standard error, once and in a
    /// sentence, and is otherwise content: no lesson ends because of it.
    pub fn note(&self, deed: Deed) {
        if let Err(error) = self.add(deed) {
            static SAID: AtomicBool = AtomicBool::new(false);
            if SAID.swap(true, Ordering::Relaxed) {
                return;
            }
            let file = crate::visible(&self.file.display().to_string());
            let why = crate::describe_error(&error);
            complain(&format!(
                "Your progress is not kept: cannot write {file}: {why}"
            ));
        }
    }

    fn bytes(&self) -> io::Result<Vec<u8>> {
        // A pipe or a device might never end.
        if fs::metadata(&self.file)?.is_file() {
            return fs::read(&self.file);
        }
        let words = "it is not an ordinary file";
        Err(io::Error::new(ErrorKind::InvalidInput, words))
    }

    /// Reads all of it; a diary that was never written is an empty one.
    pub fn read(&self) -> io::Result<Pages> {
        match self.bytes() {
            Ok(bytes) => Ok(pages(&bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                Ok(Pages::default())
            }
            Err(error) => Err(error),
        }
    }
}

impl Pages {
    /// What could not be read, in a sentence, if there is anything to say.
    pub fn complaint(&self) -> Option<String> {
        let lines = |count| if count == 1 { "line" } else { "lines" };
        let torn =
            format!("{} {} cut off in the middle", self.torn, lines(self.torn));
        let unknown = format!(
            "{} {} of another version",
            self.unknown,
            lines(self.unknown)
        );
        match (self.torn, self.unknown) {
            (0, 0) => None,
            (_, 0) => Some(torn),
            (0, _) => Some(unknown),
            _ => Some(format!("{torn} and {unknown}")),
        }
    }
}

/// The time of now as entries have it: milliseconds since 1970 in UTC.
pub fn now_ms() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    u64::try_from(now.unwrap_or_default().as_millis()).unwrap_or(u64::MAX)
}

/// Writes the entry as a line of its own, in one write.
fn append(file: &mut File, entry: &str) -> io::Result<()> {
    let end = file.seek(SeekFrom::End(0))?;
    let whole = begins_a_line(file, end)?;
    append_after(file, entry, whole)
}

/// [`append`] to a file that ended with a whole line when we looked, or not.
fn append_after(file: &mut File, entry: &str, whole: bool) -> io::Result<()> {
    // A newline in front keeps us away from an entry that was cut off.
    let lead = if whole { "" } else { "\n" };
    let line = format!("{lead}{entry}\n");
    if file.write(line.as_bytes())? < line.len() {
        return Err(ErrorKind::StorageFull.into());
    }
    let begin = file.stream_position()?.saturating_sub(line.len() as u64);
    if whole && !begins_a_line(file, begin)? {
        // Somebody else's entry was cut off since we looked, and ours is
        // glued to it: such a line counts as torn, and ours comes again.
        return append_after(file, entry, false);
    }
    Ok(())
}

/// Whether a line begins at this place of the file.
fn begins_a_line(file: &mut File, place: u64) -> io::Result<bool> {
    let Some(before) = place.checked_sub(1) else {
        return Ok(true);
    };
    let mut byte = [0];
    file.seek(SeekFrom::Start(before))?;
    file.read_exact(&mut byte)?;
    Ok(byte == *b"\n")
}

fn pages(bytes: &[u8]) -> Pages {
    let mut pages = Pages::default();
    for line in bytes.split(|byte| *byte == b'\n') {
        if line.trim_ascii().is_empty() {
            continue;
        }
        // Any object is somebody's entry; all else is what is left of one.
        match serde_json::from_slice::<Map<String, Value>>(line) {
            Err(_) => pages.torn += 1,
            Ok(object) => match entry(object) {
                Some(entry) => pages.entries.push(entry),
                None => pages.unknown += 1,
            },
        }
    }
    pages
}

/// The entry, if it is one of this version.
fn entry(object: Map<String, Value>) -> Option<Entry> {
    let entry: Entry = serde_json::from_value(object.into()).ok()?;
    (entry.v == VERSION).then_some(entry)
}

#[cfg(test)]
// A test may panic: that is how it fails.
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::thread;

    fn hint(level: u32) -> Deed {
        let exercise = "udp-echo".into();
        Deed::Hint { exercise, level }
    }

    /// A diary in a folder of its own, which goes away with the test.
    struct Scratch(Diary);

    impl Scratch {
        fn new(name: &str) -> Scratch {
            let pid = std::process::id();
            let folder = env::temp_dir().join(format!("diary-{name}-{pid}"));
            let _ = fs::remove_dir_all(&folder);
            Scratch(Diary::in_folder(&folder))
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(self.0.file.parent().unwrap());
        }
    }

    #[test]
    fn what_is_added_is_read_in_order() {
        let Scratch(diary) = &Scratch::new("order");
        assert_eq!(diary.read().unwrap(), Pages::default());
        for level in 1..=3 {
            diary.add(hint(level)).unwrap();
        }
        let pages = diary.read().unwrap();
        let deeds: Vec<_> = pages.entries.iter().map(|e| &e.deed).collect();
        assert_eq!(deeds, [&hint(1), &hint(2), &hint(3)]);
        assert_eq!(pages.complaint(), None);
        let text = fs::read_to_string(diary.file()).unwrap();
        let first = text.lines().next().unwrap();
        assert!(first.starts_with(r#"{"v":1,"at_ms":"#), "{first}");
        assert!(
            first.ends_with(
                r#""entry":"hint","exercise":"udp-echo","level":1}"#
            ),
            "{first}"
        );
    }

    #[test]
    fn a_torn_line_harms_no_other_wherever_it_was_cut() {
        let Scratch(diary) = &Scratch::new("torn");
        diary.add(hint(1)).unwrap();
        let whole = fs::read(diary.file()).unwrap();
        for cut in 1..whole.len() - 1 {
            let mut bytes = whole.clone();
            bytes.extend(&whole[..cut]);
            fs::write(diary.file(), bytes).unwrap();
            diary.add(hint(2)).unwrap();
            let pages = diary.read().unwrap();
            assert_eq!((pages.entries.len(), pages.torn), (2, 1), "{cut}");
            assert_eq!(pages.entries[1].deed, hint(2));
            let said = pages.complaint().unwrap();
            assert_eq!(said, "1 line cut off in the middle");
        }
    }

    #[test]
    fn a_line_torn_behind_our_back_does_not_swallow_ours() {
        let Scratch(diary) = &Scratch::new("behind");
        diary.add(hint(1)).unwrap();
        let whole = fs::read(diary.file()).unwrap();
        // As if it was cut off after we had looked: the end that we saw is a
        // whole line, and the write comes after a torn one.
        fs::write(diary.file(), [&whole[..], br#"{"v":1,"#].concat()).unwrap();
        let mut options = File::options();
        let mut file =
            options.read(true).append(true).open(diary.file()).unwrap();
        let entry = fs::read_to_string(diary.file()).unwrap();
        let entry = entry.lines().next().unwrap();
        append_after(&mut file, entry, true).unwrap();
        let pages = diary.read().unwrap();
        assert_eq!((pages.entries.len(), pages.torn), (2, 1));
    }

    #[test]
    fn entries_of_another_version_are_kept_and_skipped() {
        let Scratch(diary) = &Scratch::new("versions");
        diary.add(hint(1)).unwrap();
        let strange = concat!(
            r#"{"v":2,"at_ms":1,"entry":"hint","exercise":"x","level":1}"#,
            "\n",
            r#"{"v":1,"at_ms":1,"entry":"dream","of":"sockets"}"#,
            "\n\n",
        );
        let mut text = fs::read_to_string(diary.file()).unwrap();
        text += strange;
        // More than we know of an entry that we know is no reason to skip it.
        text +=
            r#"{"v":1,"at_ms":1,"entry":"solution","exercise":"x","more":1}"#;
        fs::write(diary.file(), &text).unwrap();
        diary.add(hint(2)).unwrap();
        let pages = diary.read().unwrap();
        assert_eq!((pages.entries.len(), pages.unknown, pages.torn), (3, 2, 0));
        assert!(fs::read_to_string(diary.file()).unwrap().starts_with(&text));
    }

    #[test]
    fn bytes_of_any_kind_are_counted_and_never_panic() {
        let strange: &[&[u8]] =
            &[b"\0\0\0", b"\xff\xfe", b"[]", b"1", b"{\"v\":"];
        for bytes in strange {
            let pages = pages(bytes);
            assert_eq!((pages.entries.len(), pages.torn), (0, 1), "{bytes:?}");
        }
    }

    #[test]
    fn many_at_once_lose_nothing() {
        let Scratch(diary) = &Scratch::new("many");
        thread::scope(|scope| {
            for level in 0..8 {
                scope.spawn(move || {
                    for _ in 0..200 {
                        diary.add(hint(level)).unwrap();
                    }
                });
            }
        });
        let pages = diary.read().unwrap();
        assert_eq!((pages.entries.len(), pages.torn), (1600, 0));
    }
}
