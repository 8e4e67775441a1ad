//! Two threads wait at the same time, each for itself.
//!
//! Two tasks with waits of different length, and one thread that tells.
//!
//!     cargo run -p lesson-threading -- two-tasks

use kit::{Choice, Experiment, Narrator, Outcome};
use std::io;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// Settled by the order in which the reports come out of a channel.
pub const EXPERIMENT: Experiment = Experiment {
    name: "two-tasks",
    about: "Two tasks that wait, started one after the other.",
    file: file!(),
    question: "A program starts a thread for task A and then a thread for \
        task B. Task A waits 160 ms, three times. Task B waits 400 ms, once. \
        After each wait a task reports. In which order do the four reports \
        come?",
    choices: &[
        Choice::new("started", "A A A B: task A was started first"),
        Choice::new("turns", "A B A A: the two threads take turns"),
        Choice::new("own", "A A B A: each when its own wait is over"),
    ],
    run,
};

type Report = (&'static str, u64, u128);

// ANCHOR: two_tasks
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    // A machine that is too busy wakes a thread late: then once more.
    let mut reports = Vec::new();
    for _ in 0..5 {
        reports = two_tasks();
        if chosen(&reports).is_some() {
            break;
        }
    }
    for (task, wait, ms) in &reports {
        me.does(task, format!("{ms} ms: wait {wait} is over"));
    }
    let order: Vec<&str> = reports.iter().map(|(task, ..)| *task).collect();
    let evidence = format!("the order was {}", order.join(", "));
    Ok(match chosen(&reports) {
        Some(key) => Outcome::chose(key, evidence),
        None => Outcome::inconclusive(evidence),
    })
}

fn two_tasks() -> Vec<Report> {
    // Many threads may hold a sender, but only one the receiver. The thread
    // with the receiver is the only one that prints: one owner of the output.
    let (sender, receiver) = mpsc::channel();
    let started = Instant::now();
    for (task, times, wait_ms) in [("task A", 3, 160), ("task B", 1, 400)] {
        let sender = sender.clone();
        thread::spawn(move || {
            for wait in 1..=times {
                // It stands for a peer that takes its time. A thread that
                // waits uses no processor: the kernel runs others meanwhile.
                thread::sleep(Duration::from_millis(wait_ms));
                let report = (task, wait, started.elapsed().as_millis());
                // An error would say that nobody listens any more.
                let _ = sender.send(report);
            }
        });
    }
    // The channel ends when its last sender is gone, and this is one of them.
    drop(sender);
    receiver.into_iter().collect() // in the order in which they come
}

/// What the order shows, unless a thread was woken more than 80 ms late.
fn chosen(reports: &[Report]) -> Option<&'static str> {
    let order: Vec<&str> =
        reports.iter().map(|(task, ..)| &task[5..]).collect();
    // Whether a wait began only when the report before it had come.
    let after = |i: usize, ms| reports[i].2 >= reports[i - 1].2 + ms;
    match order[..] {
        ["A", "A", "B", "A"] => Some("own"),
        ["A", "A", "A", "B"] if after(3, 400) => Some("started"),
        ["A", "B", "A", "A"] if after(2, 160) => Some("turns"),
        _ => None,
    }
}
// ANCHOR_END: two_tasks
