//! Threads overlap waiting always, and computing as far as there are cores.
//!
//! One thread and sixteen threads get the same time for the same two jobs.
//!
//!     cargo run -p lesson-threading -- faster

use kit::{Choice, Experiment, Narrator, Outcome, belief};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use std::{hint::black_box, io, thread};

/// Settled by how often each job was done in the same time.
pub const EXPERIMENT: Experiment = Experiment {
    name: "faster",
    about: "Waiting and computing, with one thread and with sixteen.",
    file: file!(),
    question: "One job only waits, another only computes. One thread does \
        each as often as it can in 12 ms, and then sixteen threads do. How \
        much more do the sixteen get done?",
    choices: &[
        Choice::believing("both", "16 times as much of both", &belief::M62),
        Choice::new("some", "16 times the waits, and some more computing"),
        Choice::new("waits", "16 times the waits, and no more computing"),
        Choice::new("neither", "No more of either: threads take turns"),
    ],
    run,
};

// ANCHOR: faster
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let cores = thread::available_parallelism()?.get();
    me.state("system", format!("cores: {cores}"), "available_parallelism");
    // The best turn counts: others disturb. To see no gain takes forty turns.
    let (mut waits, mut sums, mut worst) = ([0; 2], [0; 2], [u64::MAX; 2]);
    for turn in 0..40 {
        if turn >= 10 && sums[1] * 4 > sums[0] * 5 {
            break;
        }
        for (i, threads) in [1, 16].into_iter().enumerate() {
            waits[i] = waits[i].max(done(threads, wait));
            let now = done(threads, compute);
            (sums[i], worst[i]) = (sums[i].max(now), worst[i].min(now));
        }
    }
    me.does("1 thread", format!("{} waits, {} sums", waits[0], sums[0]));
    me.does("16", format!("{} waits, {} sums", waits[1], sums[1]));

    let [waited, computed] =
        [waits, sums].map(|[one, many]| many as f64 / one.max(1) as f64);
    let evidence =
        format!("{waited:.1} times the waits, {computed:.1} times the sums");
    let calm = cores == 1 || worst[0] * 2 > sums[0];
    Ok(match (waited, computed) {
        (8.0.., ..1.25) if calm => Outcome::chose("waits", evidence),
        (8.0.., ..8.0) if cores > 1 => Outcome::chose("some", evidence),
        (8.0.., 8.0..) if cores >= 8 => Outcome::chose("both", evidence),
        (..1.25, ..1.25) if calm => Outcome::chose("neither", evidence),
        // Other programs had the cores in so many turns that nothing is clear.
        _ => Outcome::inconclusive(format!("{evidence} on {cores} cores")),
    })
}

/// How often this many threads, all together, do the job in 12 ms.
fn done(threads: usize, job: fn()) -> u64 {
    let done = AtomicU64::new(0); // a number that threads may share unlocked
    let started = Instant::now();
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while started.elapsed() < Duration::from_millis(12) {
                    job();
                    done.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    }); // it ends when the last of its threads does
    done.into_inner()
}

/// The kernel takes the thread off its core until the time has come.
fn wait() {
    thread::sleep(Duration::from_millis(2));
}

/// The thread needs a core all the time.
fn compute() {
    let step = |sum: u64, i| black_box(sum.wrapping_mul(31).wrapping_add(i));
    black_box((0..1000).fold(1, step));
}
// ANCHOR_END: faster
