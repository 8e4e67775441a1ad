//! How much memory a program uses, as Linux tells it in /proc.

use std::collections::BTreeMap;
use std::fs;

/// The resident memory of a process and all its descendants, in kB.
///
/// From proc(5): the parent in `stat`, `VmRSS` in `status`. Nothing where
/// there is no /proc.
pub fn resident_kb(root: u32) -> Option<u64> {
    let mut parents = BTreeMap::new();
    for entry in fs::read_dir("/proc").ok()?.flatten() {
        let name = entry.file_name();
        let pid: Option<u32> = name.to_str().and_then(|name| name.parse().ok());
        if let Some(pid) = pid
            && let Some(parent) = parent_of(pid)
        {
            parents.insert(pid, parent);
        }
    }
    let of_the_family = |pid: u32| {
        let ancestors = std::iter::successors(Some(pid), |pid| parents.get(pid).copied());
        ancestors.take(64).any(|one| one == root)
    };
    let family = parents.keys().filter(|pid| of_the_family(**pid));
    Some(family.filter_map(|pid| own_kb(*pid)).sum())
}

fn parent_of(pid: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name before it stands in brackets, and may hold anything.
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_whitespace().nth(1)?.parse().ok()
}

fn own_kb(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::process::{Command, Stdio};

    #[test]
    fn a_child_counts_for_its_parent() {
        let own = own_kb(std::process::id()).expect("this process is there");
        let mut child = Command::new("sh");
        child.args(["-c", "echo; read wait"]);
        child.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = child.spawn().expect("sh can be started");
        let mut out = child.stdout.take().expect("it is piped");
        std::io::Read::read(&mut out, &mut [0]).expect("it is there");
        let childs = resident_kb(child.id()).expect("there is /proc");
        let all = resident_kb(std::process::id()).expect("there is /proc");
        drop(child.stdin.take());
        child.wait().expect("it ends");
        assert!(childs > 100, "{childs}");
        assert!(all >= childs + own / 2, "{all} {childs} {own}");
    }
}
