//! What the server grants to its clients.
//!
//! A server without limits has the limits of its memory.
//!
//!     cargo run -p lesson-chat -- server --help

/// What the server grants to its clients.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Limits {
    /// How many may be connected
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub max_clients: usize,
    /// Seconds until a client must have said its name
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    pub name_within: u64,
    /// Seconds that a client may take nothing of what waits for it
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    pub read_within: u64,
}
