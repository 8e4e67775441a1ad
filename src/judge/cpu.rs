//! How much a program has computed, which tells a busy one from a waiting one.

use std::collections::HashMap;
use std::fs;
use std::time::Duration;

/// The time that a process and its descendants have spent on a processor.
///
/// Nothing where there is no `/proc`, such as on macOS.
pub fn spent(process: u32) -> Option<Duration> {
    let mut seen: HashMap<u32, (u32, u64)> = HashMap::new();
    for entry in fs::read_dir("/proc").ok()?.flatten() {
        let name = entry.file_name();
        if let Some(id) = name.to_str().and_then(|name| name.parse().ok())
            && let Ok(line) = fs::read_to_string(entry.path().join("stat"))
            && let Some(found) = parent_and_ticks(&line)
        {
            seen.insert(id, found);
        }
    }
    seen.get(&process)?;
    let ticks = seen.iter().filter(|(id, _)| descends(**id, process, &seen));
    let ticks: u64 = ticks.map(|(_, (_, ticks))| ticks).sum();
    // A tick is 10 ms for every program of Linux: time(7), USER_HZ.
    Some(Duration::from_millis(ticks * 10))
}

/// The parent and the ticks on a processor, from a line of `/proc/ID/stat`:
/// proc_pid_stat(5), fields 4, 14 and 15.
fn parent_and_ticks(line: &str) -> Option<(u32, u64)> {
    // The name before stands in brackets, and may hold anything.
    let (_, fields) = line.rsplit_once(") ")?;
    let fields: Vec<&str> = fields.split(' ').collect();
    let number = |place: usize| fields.get(place)?.parse::<u64>().ok();
    let parent = fields.get(1)?.parse().ok()?;
    Some((parent, number(11)? + number(12)?))
}

fn descends(mut id: u32, from: u32, seen: &HashMap<u32, (u32, u64)>) -> bool {
    // A chain of parents is not longer than there are processes.
    for _ in 0..=seen.len() {
        match seen.get(&id) {
            _ if id == from => return true,
            Some((parent, _)) => id = *parent,
            None => return false,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_does_not_move_the_fields() {
        let line = "42 (a) b) S 7 42 42 0 -1 0 0 0 0 0 3 4 0 0 20 0 1 0 5";
        assert_eq!(parent_and_ticks(line), Some((7, 7)));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn whoever_computes_is_seen_to() {
        let me = std::process::id();
        let before = spent(me).expect("/proc is there");
        let until = std::time::Instant::now() + Duration::from_secs(10);
        while spent(me).expect("/proc is there") < before + Duration::from_millis(50) {
            assert!(std::time::Instant::now() < until, "no time was counted");
        }
    }
}
