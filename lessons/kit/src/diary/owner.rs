//! Whose the diary is when root writes it.

use std::path::Path;

/// What root has just made in a learner's folder is the learner's: a lesson
/// that was run with sudo must not lock them out of their own diary.
#[cfg(unix)]
pub fn keep_owner(made: &Path) {
    use std::fs;
    use std::os::unix::fs::{MetadataExt, lchown};
    let folder = made.parent().and_then(|folder| fs::metadata(folder).ok());
    let Some(of) = folder.filter(|of| of.uid() != 0) else {
        return;
    };
    // Refused to everybody but root. Never through a link: whoever owns the
    // folder could have put one there meanwhile, to a file that is not theirs.
    let _ = lchown(made, Some(of.uid()), Some(of.gid()));
}

#[cfg(not(unix))]
pub fn keep_owner(_: &Path) {}

#[cfg(test)]
// A test may panic: that is how it fails.
#[allow(clippy::unwrap_used)]
mod tests {
    #[cfg(unix)]
    #[test]
    fn what_root_makes_in_a_learners_folder_is_the_learners() {
        use crate::diary::{Deed, Diary};
        use std::fs;
        use std::os::unix::fs::{MetadataExt, chown};
        let exercise = String::from("udp-echo");
        let deed = || Deed::Solution {
            exercise: exercise.clone(),
        };
        let pid = std::process::id();
        let learners = &std::env::temp_dir().join(format!("diary-root-{pid}"));
        fs::create_dir(learners).unwrap();
        let nobody = Some(65534);
        if fs::metadata(learners).unwrap().uid() != 0
            || chown(learners, nobody, nobody).is_err()
        {
            eprintln!("NOT CHECKED: only root can lock somebody out");
            return fs::remove_dir_all(learners).unwrap();
        }
        // What was there before stays whose it is, also behind a link.
        let link = learners.join("link");
        let roots = learners.join("roots");
        fs::create_dir(&roots).unwrap();
        std::os::unix::fs::symlink(&roots, &link).unwrap();
        Diary::in_folder(&link).add(deed()).unwrap();
        assert_eq!(fs::metadata(&roots).unwrap().uid(), 0);
        assert_eq!(fs::symlink_metadata(&link).unwrap().uid(), 0);
        let diary = Diary::in_folder(&learners.join(".workbook"));
        diary.add(deed()).unwrap();
        for made in [diary.file(), diary.file().parent().unwrap()] {
            let made = fs::metadata(made).unwrap();
            assert_eq!((made.uid(), made.gid()), (65534, 65534));
        }
        fs::remove_dir_all(learners).unwrap();
    }
}
