//! What the server grants to its clients, and what it says of them.
//!
//! A server without limits has the limits of its memory.
//!
//!     cargo run -p lesson-chat -- server --help

use std::fmt::Arguments;
use std::io::{self, Write};

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
    /// Do not say on standard error who comes and who goes
    #[arg(long)]
    pub quiet: bool,
}

impl Limits {
    /// A line for whoever runs the server.
    ///
    /// It waits if nobody reads its standard error: do not pipe that into a
    /// program that may stop reading.
    pub fn log(&self, text: Arguments) {
        if !self.quiet {
            let _ = writeln!(io::stderr(), "{text}");
        }
    }
}
