//! How much memory this program has, in the kernel's own words.

/// Memory promised to this program and memory it really has, in kB, or
/// `None` where the system does not tell: VmSize and VmRSS in
/// /proc/self/status, see proc_pid_status(5).
#[cfg(target_os = "linux")]
pub fn promised_and_used_kb() -> Option<(u64, u64)> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let kb = |name: &str| -> Option<u64> {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse().ok()
    };
    Some((kb("VmSize:")?, kb("VmRSS:")?))
}

/// Other systems do not show this as a file.
#[cfg(not(target_os = "linux"))]
pub fn promised_and_used_kb() -> Option<(u64, u64)> {
    None
}
