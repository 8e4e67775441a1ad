//! Numbers that are no pattern, but the same again for the same seed.

/// Splitmix64: every number follows from the seed, which is shown.
pub struct Random(u64);

impl Random {
    /// The seed is `SEED`, or the time.
    pub fn new() -> Random {
        let asked = std::env::var("SEED").ok();
        let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_nanos() as u64;
        let seed = asked.map_or(now, |text| text.parse().expect("a number"));
        eprintln!("SEED={seed}");
        Random(seed)
    }

    /// One of `0..end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end
    }
}
