//! What can be typed after `workbook`, in words for a newcomer.

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use clap_complete::Shell;

/// The Socket Workbook: your own kernel teaches sockets
///
/// Without a command, it builds the book and serves it to a browser on this
/// machine. Nothing outside this machine can reach it.
#[derive(Debug, Parser)]
#[command(
    name = "workbook",
    version,
    after_help = "\
Examples:
  cargo run                           read the book in a browser
  cargo run -- list                   see the chapters and their experiments
  cargo run -- run udp                do a lesson, one experiment after another
  cargo run -- run udp echo           do one experiment
  cargo run -- doctor                 see whether this machine has what it takes

A lesson also runs by itself, without this command:
  cargo run -p lesson-udp -- echo

Exit codes: 0 good, 1 the answer is no, 2 could not tell."
)]
pub struct Args {
    /// What to do; without a command, the same as `serve`.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// The options of `serve`, for when no command is named.
    #[command(flatten)]
    pub serve: ServeArgs,

    /// When to use colour; auto is: at a terminal, unless NO_COLOR is set
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t)]
    pub color: kit::ColorChoice,

    /// Use the workbook in this folder, and its target folder
    #[arg(long, global = true, hide = true, value_name = "DIR")]
    pub root: Option<PathBuf>,
}

/// A command.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Build the book, serve it on this machine, and rebuild it as you edit
    Serve(ServeArgs),

    /// List the chapters, their lessons and what each experiment shows
    List,

    /// Run a lesson, or one experiment of it
    #[command(after_help = "\
Examples:
  workbook run udp                    every experiment of the lesson, in order
  workbook run udp loss               one experiment
  workbook run udp -- --list          what comes after -- goes to the lesson

The exit code is the lesson's own.")]
    Run(RunArgs),

    /// Check this machine: what is there, what it is needed for, how to get it
    #[command(after_help = "\
Exit codes: 0 everything needed is there (optional things may be missing),
1 something needed is missing, 2 something needed could not be checked.")]
    Doctor,

    /// Print a script that lets your shell complete `workbook` with Tab
    #[command(after_help = "\
Examples:
  workbook completions bash > ~/.local/share/bash-completion/completions/workbook
  workbook completions zsh > ~/.zfunc/_workbook
  workbook completions fish > ~/.config/fish/completions/workbook.fish")]
    Completions {
        /// The shell you type commands into
        shell: Shell,
    },
}

/// How to serve the book.
#[derive(clap::Args, Debug, Default, PartialEq)]
pub struct ServeArgs {
    /// Open the book in your browser
    #[arg(long)]
    pub open: bool,

    /// Serve on exactly this port; 0 lets the system choose a free one
    #[arg(long)]
    pub port: Option<u16>,

    /// Look for edits once a second instead of being told by the system; for
    /// network folders and folders shared with a virtual machine
    #[arg(long)]
    pub poll: bool,
}

/// What to run.
#[derive(clap::Args, Debug)]
pub struct RunArgs {
    /// The lesson, such as `udp`; `workbook list` names them all
    pub lesson: String,

    /// One experiment of the lesson, such as `echo`; all of them without it
    pub experiment: Option<String>,

    /// What to pass to the lesson, after `--`
    #[arg(last = true)]
    pub args: Vec<String>,
}
