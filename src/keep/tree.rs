//! The processes below one: found in /proc (proc_pid_stat(5)), and killed.

use std::collections::HashSet;
use std::fs;
use std::process;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// What a process is and uses.
#[derive(Clone, Debug)]
pub struct Stat {
    pub pid: i32,
    pub parent: i32,
    /// Its letter: R runs, S sleeps, Z has ended.
    pub state: char,
    /// Time on a processor, its own and that of children it has waited for.
    pub cpu_ticks: u64,
    pub threads: u64,
    pub resident_pages: u64,
}

/// All processes below one, itself left out.
pub fn below(root: i32) -> Vec<Stat> {
    some_below(root, usize::MAX)
}

/// The processes below one; it may stop looking when there are more than
/// `enough`.
pub fn some_below(root: i32, enough: usize) -> Vec<Stat> {
    let mut ours = HashSet::from([root]);
    let mut found = Vec::new();
    let mut rest = Vec::new();
    for stat in pids(root).into_iter().filter_map(stat) {
        if ours.contains(&stat.parent) {
            ours.insert(stat.pid);
            found.push(stat);
        } else {
            rest.push(stat);
        }
        if found.len() > enough {
            return found;
        }
    }
    // Children with lower numbers than their parents.
    while let Some(at) = rest.iter().position(|stat| ours.contains(&stat.parent)) {
        let stat = rest.swap_remove(at);
        ours.insert(stat.pid);
        found.push(stat);
    }
    found
}

/// How many processes and threads a user has; the limit of them counts both.
pub fn tasks_of(user: u32) -> u64 {
    use std::os::unix::fs::MetadataExt;
    let is_theirs =
        |pid: &i32| fs::metadata(format!("/proc/{pid}")).is_ok_and(|folder| folder.uid() == user);
    let theirs = pids(0).into_iter().filter(is_theirs).filter_map(stat);
    theirs.map(|stat| stat.threads).sum()
}

/// The number of the process that was made last, anywhere on the system; None
/// where it is not told (proc_loadavg(5)).
pub fn last_pid() -> Option<i64> {
    let line = fs::read_to_string("/proc/loadavg").ok()?;
    line.split_ascii_whitespace().nth(4)?.parse().ok()
}

/// The sum of their memory, in kilobytes.
pub fn resident_kb(processes: &[Stat]) -> u64 {
    let pages: u64 = processes.iter().map(|stat| stat.resident_pages).sum();
    pages * (rustix::param::page_size() as u64 / 1024)
}

/// Ticks of the clock in which the kernel counts time, in milliseconds.
pub fn ticks_to_ms(ticks: u64) -> u64 {
    ticks * 1000 / rustix::param::clock_ticks_per_second().max(1)
}

/// One process; None if it is gone.
pub fn stat(pid: i32) -> Option<Stat> {
    let line = fs::read(format!("/proc/{pid}/stat")).ok()?;
    parse(pid, &String::from_utf8_lossy(&line))
}

/// The letter of a process or of a thread, by its folder in /proc; None if it
/// is gone.
pub fn state(folder: &str) -> Option<char> {
    let line = fs::read(format!("{folder}/stat")).ok()?;
    parse(0, &String::from_utf8_lossy(&line)).map(|stat| stat.state)
}

fn parse(pid: i32, line: &str) -> Option<Stat> {
    // The name in parentheses may hold anything, also spaces and parentheses.
    let (_, rest) = line.rsplit_once(") ")?;
    let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
    // The first of these is the third of the line.
    let number = |nth: usize| -> Option<u64> { fields.get(nth - 3)?.parse().ok() };
    Some(Stat {
        pid,
        state: fields.first()?.chars().next()?,
        parent: fields.get(1)?.parse().ok()?,
        // utime, stime, cutime, cstime.
        cpu_ticks: number(14)? + number(15)? + number(16)? + number(17)?,
        threads: number(20)?,
        resident_pages: number(24)?,
    })
}

/// All processes; first those made after `root`, since what is below it is
/// among them until the numbers begin anew.
fn pids(root: i32) -> Vec<i32> {
    let entries = fs::read_dir("/proc").into_iter().flatten();
    let mut pids: Vec<i32> = entries
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .collect();
    let older = pids.partition_point(|pid| *pid <= root);
    pids.rotate_left(older);
    pids
}

/// Kills all processes below this one, and those they start meanwhile, until
/// `all_gone` says that none is left. Gives up when for this `patience` none
/// has died, or after ten times as long.
///
/// A process that was sent SIGKILL starts no other: fork(2) fails from then on.
/// So each round can miss only what was started while it looked. A round that
/// reads again what it knows would give a fork bomb time to start as many as
/// were killed, so each looks only at processes that it has not seen.
pub fn kill_all(mut all_gone: impl FnMut() -> bool, patience: Duration) -> Swept {
    let started = Instant::now();
    let mut progress = started;
    let me = process::id() as i32;
    let mut hunt = Hunt::default();
    let mut killed = HashSet::new();
    let mut swept = Swept::default();
    while !all_gone() {
        if progress.elapsed() > patience || started.elapsed() > patience * 10 {
            let alive = |stat: &&Stat| stat.state != 'Z';
            swept.left = below(me).iter().filter(alive).count();
            break;
        }
        if !hunt.round(me) {
            // All we know are dying. Give them the processor; then look at
            // everything again, since numbers of processes are used again.
            let known = killed.len();
            killed.extend(hunt.killed.drain());
            if killed.len() > known {
                progress = Instant::now();
            }
            hunt = Hunt::default();
            std::thread::sleep(Duration::from_micros(200));
        }
    }
    killed.extend(hunt.killed);
    swept.killed = killed.len();
    swept
}

/// What came of killing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Swept {
    /// How many processes were killed.
    pub killed: usize,
    /// How many could not be killed, such as another user's.
    pub left: usize,
}

#[derive(Default)]
struct Hunt {
    killed: HashSet<i32>,
    strangers: HashSet<i32>,
}

impl Hunt {
    /// Kills what is below us and was not seen before; whether there was any.
    fn round(&mut self, me: i32) -> bool {
        let before = self.killed.len();
        let mut unclear = Vec::new();
        for pid in pids(me) {
            if self.killed.contains(&pid) || self.strangers.contains(&pid) {
                continue;
            }
            match stat(pid) {
                Some(stat) if stat.parent == me || self.killed.contains(&stat.parent) => {
                    self.kill(pid);
                }
                Some(stat) => unclear.push(stat),
                None => {}
            }
        }
        // A child with a lower number than its parent.
        while let Some(at) = unclear
            .iter()
            .position(|stat| self.killed.contains(&stat.parent))
        {
            self.kill(unclear.swap_remove(at).pid);
        }
        self.strangers.extend(unclear.iter().map(|stat| stat.pid));
        self.killed.len() > before
    }

    fn kill(&mut self, pid: i32) {
        if let Some(number) = Pid::from_raw(pid) {
            // It may be gone, or another user's: the end of time will tell.
            let _ = kill_process(number, Signal::KILL);
        }
        self.killed.insert(pid);
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn a_name_with_parentheses_and_spaces_moves_no_field() {
        let rest = "S 3 3 1 0 -1 0 0 0 0 0 1 2 4 8 20 0 1 0 99 1000 77 0";
        let plain = parse(5, &format!("5 (cat) {rest}"));
        let odd = parse(5, &format!("5 (a) R 1 (b) {rest}"));
        for stat in [plain, odd] {
            let stat = stat.expect("the line is whole");
            assert_eq!((stat.parent, stat.state), (3, 'S'));
            assert_eq!((stat.cpu_ticks, stat.resident_pages), (15, 77));
        }
        assert!(parse(5, "5 (cat) S 3").is_none());
        assert!(parse(5, "").is_none());
    }
}
