//! `workbook completions`: what a shell needs for the Tab key.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Result;
use clap::CommandFactory;
use clap_complete::Shell;

use crate::cli::Args;

/// Prints the completion script of a shell.
pub fn run(shell: Shell) -> Result<ExitCode> {
    // Into memory first: clap_complete panics when the pipe is closed.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "workbook", &mut script);
    io::stdout().write_all(&script)?;
    io::stdout().flush()?;
    Ok(ExitCode::SUCCESS)
}
