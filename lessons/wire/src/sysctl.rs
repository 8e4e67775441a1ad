//! Settings of the kernel under /proc/sys/net, in the calling thread's network namespace.

use std::fs;
use std::io;
use std::path::PathBuf;

use crate::options::Options;

/// Settings every host needs; most are inherited from the machine and could be anything there.
const HOST: [(&str, &str); 9] = [
    ("net.ipv4.ip_forward", "0"),
    ("net.ipv4.conf.all.rp_filter", "0"),
    ("net.ipv4.conf.default.rp_filter", "0"),
    ("net.ipv4.conf.wire0.rp_filter", "0"),
    ("net.ipv4.icmp_ratelimit", "0"),
    ("net.ipv4.icmp_echo_ignore_broadcasts", "0"),
    ("net.ipv4.ip_unprivileged_port_start", "0"),
    ("net.ipv6.conf.wire0.accept_ra", "0"),
    ("net.ipv6.conf.wire0.router_solicitations", "0"),
];

/// What makes the trace of a connection the same in every run. `tcp_wmem` is so small that the
/// wire's receive buffer cannot overflow.
const FIXED: [(&str, &str); 13] = [
    ("net.ipv4.tcp_congestion_control", "reno"),
    ("net.ipv4.tcp_no_metrics_save", "1"),
    ("net.ipv4.tcp_early_retrans", "0"),
    ("net.ipv4.tcp_autocorking", "0"),
    ("net.ipv4.tcp_min_tso_segs", "1"),
    ("net.ipv4.tcp_moderate_rcvbuf", "0"),
    ("net.ipv4.tcp_comp_sack_nr", "0"),
    ("net.ipv4.tcp_backlog_ack_defer", "0"),
    ("net.ipv4.tcp_syn_linear_timeouts", "0"),
    ("net.ipv4.tcp_ecn", "0"),
    ("net.ipv4.tcp_challenge_ack_limit", "2147483647"),
    ("net.ipv4.tcp_rmem", "4096 131072 131072"),
    ("net.ipv4.tcp_wmem", "4096 16384 65536"),
];

/// Makes the settings of a new host; returns the names of the fixed ones that could not be made.
pub(crate) fn prepare(options: &Options) -> Vec<String> {
    for (name, value) in HOST {
        // Where one is missing or read-only the kernel's default is nearly always the same.
        let _ = write(name, value);
    }
    if !options.ipv6 {
        let _ = write("net.ipv6.conf.all.disable_ipv6", "1");
        let _ = write("net.ipv6.conf.wire0.disable_ipv6", "1");
    }
    let fixed: &[(&str, &str)] = if options.fixed { &FIXED } else { &[] };
    let failed = fixed
        .iter()
        .filter(|(name, value)| write(name, value).is_err());
    failed.map(|(name, _)| name.to_string()).collect()
}

/// Writes a setting, such as "net.ipv4.tcp_syn_retries".
pub(crate) fn write(name: &str, value: &str) -> io::Result<()> {
    fs::write(path(name)?, value)
}

/// Reads a setting.
pub(crate) fn read(name: &str) -> io::Result<String> {
    Ok(fs::read_to_string(path(name)?)?.trim().to_owned())
}

fn path(name: &str) -> io::Result<PathBuf> {
    let parts: Vec<&str> = name.split('.').collect();
    let plain = |part: &&str| !part.is_empty() && !part.contains('/');
    if parts.first() != Some(&"net") || !parts.iter().all(plain) {
        let why = format!("{name:?} is not the name of a setting such as net.ipv4.tcp_sack");
        return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
    }
    Ok(["/proc/sys"].iter().chain(&parts).collect())
}
