//! What a lab can be asked for.

use std::time::Duration;

/// How a lab is built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// How long a packet takes to the other side; 20 ms, so that the scheduler's jitter is small
    /// beside it and the order of packets is the same in every run.
    pub latency: Duration,
    /// The longest IP packet in bytes, 68 to 65535; 1500 as on Ethernet.
    pub mtu: u32,
    /// Whether the settings that make traces repeatable are fixed: Reno instead of this machine's
    /// congestion control, buffers of fixed size, no tail loss probe, and the like. On.
    pub fixed: bool,
    /// Whether every segment is acknowledged at once instead of after up to 40 ms (the route metric
    /// RTAX_QUICKACK). On; switch it off to see delayed acknowledgments.
    pub quick_ack: bool,
    /// Whether the hosts have IPv6 addresses too. On.
    pub ipv6: bool,
    /// How much the log may take, in bytes, about; packets after that are not logged. 32 MiB.
    pub log_bytes: usize,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            latency: Duration::from_millis(20),
            mtu: 1500,
            fixed: true,
            quick_ack: true,
            ipv6: true,
            log_bytes: 32 << 20,
        }
    }
}
