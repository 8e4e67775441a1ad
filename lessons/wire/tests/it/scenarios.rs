//! Every scenario, many times, as root and as an ordinary user: never a wrong verdict.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Mutex;
use std::thread;

use crate::process::{User, lab_or_skip, run, users};

/// Those that wait for a timer of a second or more.
const SLOW: [&str; 6] = [
    "black-hole",
    "lost-syn",
    "lost-syn-ack",
    "lost-third-ack",
    "silence",
    "zero-window",
];
/// Those that print what must be the same in every run.
const SAME: [&str; 2] = ["same-trace", "udp-loss"];

#[derive(Default)]
struct Tally {
    inconclusive: usize,
    runs: usize,
    wrong: Vec<String>,
    printed: BTreeMap<String, BTreeSet<String>>,
}

#[test]
fn every_claim_holds_in_every_run() {
    let users: Vec<User> = users()
        .into_iter()
        .filter(|user| lab_or_skip(*user))
        .collect();
    if users.is_empty() {
        return;
    }
    let work = Mutex::new(plan(&users));
    let tally = Mutex::new(Tally::default());
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let Some((user, name)) = work.lock().unwrap().pop_front() else {
                        return;
                    };
                    once(user, &name, &tally);
                }
            });
        }
    });
    let tally = tally.into_inner().unwrap();
    println!("{} runs, {} inconclusive", tally.runs, tally.inconclusive);
    assert!(tally.wrong.is_empty(), "{}", tally.wrong.join("\n\n"));
    assert!(
        tally.inconclusive * 4 < tally.runs,
        "too many runs were inconclusive"
    );
    for name in SAME {
        assert_eq!(
            tally.printed[name].len(),
            1,
            "{name} differs: {:?}",
            tally.printed[name]
        );
    }
}

/// The slow ones first, so that the end is not spent waiting for one.
fn plan(users: &[User]) -> VecDeque<(User, String)> {
    let list = run(User::Ours, &["--list"]);
    let list = String::from_utf8(list.stdout).unwrap();
    let mut names: Vec<&str> = list.lines().filter(|name| *name != "linger").collect();
    names.push("many-labs");
    assert!(names.len() >= 30, "{names:?}");
    names.sort_by_key(|name| !SLOW.contains(name));
    let mut plan = VecDeque::new();
    for name in names {
        let times = if SLOW.contains(&name) { 6 } else { 20 };
        for user in users.iter().cycle().take(times) {
            plan.push_back((*user, name.to_owned()));
        }
    }
    plan
}

/// One run with a verdict; an inconclusive one is repeated, as a lesson would.
fn once(user: User, name: &str, tally: &Mutex<Tally>) {
    for _ in 0..5 {
        let output = run(user, &[name]);
        let mut tally = tally.lock().unwrap();
        tally.runs += 1;
        match output.status.code() {
            Some(0) => {
                let printed = String::from_utf8_lossy(&output.stdout).into_owned();
                tally
                    .printed
                    .entry(name.to_owned())
                    .or_default()
                    .insert(printed);
                return;
            }
            Some(2) => tally.inconclusive += 1,
            code => {
                let said = String::from_utf8_lossy(&output.stderr);
                tally
                    .wrong
                    .push(format!("{name} as {user:?} ended with {code:?}:\n{said}"));
                return;
            }
        }
    }
    tally
        .lock()
        .unwrap()
        .wrong
        .push(format!("{name} was inconclusive five times"));
}
