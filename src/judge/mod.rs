//! The judge: plays a hostile peer against a learner's program, over real
//! sockets, and names the belief behind a failure.
//!
//! An [`Exercise`] is a list of rules; each [`Rule`] has a check, a function
//! that starts the program, talks to it through the peers of [`tcp`] and
//! [`udp`], and returns a [`Fault`] if the rule is broken. [`judge`] goes
//! through them in order and stops at the first that is broken.

pub mod announce;
pub mod bench;
pub mod bytes;
pub mod cause;
pub mod entry;
pub mod exercises;
pub mod fault;
pub mod files;
pub mod heard;
pub mod listener;
pub mod program;
pub mod python;
pub mod relay;
pub mod subject;
pub mod tcp;
pub mod udp;
pub mod unkind;
pub mod verdict;

use bench::Bench;
use cause::Cause;
use fault::{Fault, Stop};
use subject::Subject;
use verdict::Event;

/// Something to build, and how the judge knows that it is right.
pub struct Exercise {
    /// Its name, the same everywhere: `udp-echo`.
    pub name: &'static str,
    /// The lesson it belongs to: `udp`.
    pub lesson: &'static str,
    /// What to build, in one sentence.
    pub about: &'static str,
    /// The rules, in the order in which a learner meets them.
    pub rules: &'static [Rule],
    /// The beliefs that the checks can tell apart.
    pub causes: &'static [&'static Cause],
    /// Three hints, the last nearly the answer. A line that begins with spaces
    /// is code, and is shown as it stands.
    pub hints: [&'static str; 3],
}

/// A rule that the program must keep.
pub struct Rule {
    /// The rule in words: `a second client gets its own reply`.
    pub says: &'static str,
    /// Finds out whether it is kept.
    pub check: fn(&mut Bench) -> Ruling,
}

/// What a check finds: the rule is kept, broken, or it could not tell.
pub type Ruling = Result<(), Stop>;

/// How a run of the judge ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every rule is kept.
    Passed,
    /// A rule is broken.
    Failed,
    /// The judge itself could not go on.
    CouldNotTell,
}

/// All exercises, in the order of the chapters.
pub const EXERCISES: &[&Exercise] = &[
    &exercises::sockets_get::EXERCISE,
    &exercises::stream_echo::EXERCISE,
    &exercises::stream_lines::EXERCISE,
    &exercises::framing_length::EXERCISE,
    &exercises::handshake_probe::EXERCISE,
    &exercises::closing_upload::EXERCISE,
    &exercises::udp_echo::EXERCISE,
    &exercises::udp_ask::EXERCISE,
    &exercises::udp_file::EXERCISE,
    &exercises::multicast_listen::EXERCISE,
    &exercises::threading_serve::EXERCISE,
    &exercises::threading_stop::EXERCISE,
    &exercises::chat_server::EXERCISE,
    &exercises::chat_client::EXERCISE,
];

/// The lessons, in the order of their chapters.
const LESSONS: &[&str] = &[
    "sockets",
    "types",
    "stream",
    "framing",
    "handshake",
    "closing",
    "udp",
    "multicast",
    "threading",
    "chat",
];

/// The number of the chapter of a lesson.
fn chapter(lesson: &str) -> Option<usize> {
    let place = LESSONS.iter().position(|one| *one == lesson)?;
    Some(place + 1)
}

/// The exercise with this name.
pub fn exercise(name: &str) -> Option<&'static Exercise> {
    EXERCISES.iter().copied().find(|one| one.name == name)
}

/// Judges a program by the rules of an exercise, telling each step.
///
/// The same `seed` makes the same bytes, and the same losses of a relay.
pub fn judge(
    exercise: &'static Exercise,
    subject: &Subject,
    seed: u64,
    tell: &mut dyn FnMut(&Event),
) -> Verdict {
    tell(&Event::begins(exercise, subject, seed));
    for (number, rule) in (1..).zip(exercise.rules) {
        tell(&Event::tries(number, rule));
        // Each rule has random numbers of its own, so that a change to one
        // check leaves the bytes of the others as they are.
        let (mut bench, ruling) = tries(rule, subject, seed.wrapping_add(number << 32));
        match ruling {
            Ok(()) => tell(&Event::keeps(number, rule)),
            Err(Stop::Trouble(words) | Stop::Busy(words)) => {
                tell(&Event::cannot_tell(exercise, seed, rule, &words));
                return Verdict::CouldNotTell;
            }
            Err(Stop::Broken(fault)) => {
                let fault: Fault = *fault;
                tell(&Event::breaks(number, rule));
                tell(&Event::failed(exercise, seed, rule, fault, &mut bench));
                return Verdict::Failed;
            }
        }
    }
    tell(&Event::passed(exercise, seed));
    Verdict::Passed
}

/// How often a check is tried while the machine is too busy for it.
const TRIES: usize = 10;

/// Tries a rule, with a new bench each time.
fn tries<'a>(rule: &Rule, subject: &'a Subject, seed: u64) -> (Bench<'a>, Ruling) {
    let mut left = TRIES;
    loop {
        let mut bench = Bench::new(subject, seed);
        let ruling = (rule.check)(&mut bench);
        left -= 1;
        if left == 0 || !matches!(ruling, Err(Stop::Busy(_))) {
            return (bench, ruling);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::LESSONS;
    use std::path::Path;

    #[test]
    fn the_lessons_are_in_the_order_of_the_chapters() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let chapters = crate::chapters::all(root).expect("the chapters");
        let slugs: Vec<_> = chapters.into_iter().filter_map(|one| one.slug).collect();
        assert_eq!(slugs, LESSONS);
    }
}
