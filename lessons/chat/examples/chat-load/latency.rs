//! How long it took, in buckets that grow with the time, each within 3 %.

use std::fmt::Write;
use std::time::Duration;

/// Sixteen buckets for each power of two of nanoseconds.
pub struct Latency {
    buckets: Vec<u64>,
}

const STEPS: u32 = 4;

impl Latency {
    pub fn new() -> Latency {
        let buckets = vec![0; 64 << STEPS];
        Latency { buckets }
    }

    pub fn add(&mut self, nanos: u64) {
        let nanos = nanos.max(1 << STEPS);
        let power = nanos.ilog2();
        let step = (nanos >> (power - STEPS)) as usize & ((1 << STEPS) - 1);
        self.buckets[((power as usize) << STEPS) + step] += 1;
    }

    /// The time within which this share of all deliveries came.
    pub fn percentile(&self, share: f64) -> Duration {
        let all: u64 = self.buckets.iter().sum();
        let wanted = (all as f64 * share).ceil() as u64;
        let mut seen = 0;
        for (bucket, count) in self.buckets.iter().enumerate() {
            seen += count;
            if seen >= wanted && seen > 0 {
                let (power, step) =
                    (bucket >> STEPS, bucket & ((1 << STEPS) - 1));
                let low =
                    ((1 << STEPS) + step as u64) << (power - STEPS as usize);
                let middle = low + (1 << power >> (STEPS + 1));
                return Duration::from_nanos(middle);
            }
        }
        Duration::ZERO
    }

    /// A bar for each power of two between the fastest and the slowest.
    pub fn drawn(&self) -> String {
        let powers: Vec<u64> = self
            .buckets
            .chunks(1 << STEPS)
            .map(|c| c.iter().sum())
            .collect();
        let most = powers.iter().copied().max().unwrap_or(0);
        let first = powers.iter().position(|&n| n > 0).unwrap_or(0);
        let last = powers.iter().rposition(|&n| n > 0).unwrap_or(0);
        let mut text = String::new();
        for (power, count) in powers.iter().enumerate() {
            if most == 0 || power < first || power > last {
                continue;
            }
            let bar = "#".repeat((count * 50).div_ceil(most) as usize);
            let up_to = Duration::from_nanos(2 << power).as_micros();
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{up_to:>10} µs {count:>9} {bar}");
        }
        text
    }
}
