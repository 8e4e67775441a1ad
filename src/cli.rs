//! What can be typed after `workbook`, in words for a newcomer.

mod two_programs;

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use clap_complete::Shell;

use two_programs::WIRE_HELP;
pub use two_programs::WireArgs;

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
  cargo run -- watch                  solve the exercises, judged as you save
  cargo run -- progress               see how far you have come, and what is next
  cargo run -- wire --help            see and drop packets between two programs
  cargo run -- doctor                 see whether this machine has what it takes

A lesson also runs by itself, without this command:
  cargo run -p lesson-udp -- echo

Exit status: 0 good, 1 the answer is no, 2 could not tell."
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
  cargo run -- run udp                every experiment of the lesson, in order
  cargo run -- run udp loss           one experiment
  cargo run -- run udp -- --list      what comes after -- goes to the lesson

The exit status is the lesson's own.")]
    Run(RunArgs),

    /// Judge a program: build it, and play a hostile peer against it
    #[command(after_help = "\
Examples:
  cargo run -- check                  name the exercises
  cargo run -- check udp-echo         build lessons/udp/exercises/udp-echo.rs and judge it
  cargo run -- check udp-echo --cmd 'python3 my_echo.py'
                                      judge a program in any language
  cargo run -- check udp-echo --seed 7
                                      with the same random bytes as another time

What a program must do is its contract: book/exercises/udp-echo.md, a page of
the book, and so for each exercise.

Exit status: 0 every rule is kept, 1 a rule is broken or the file does not
compile, 2 could not tell.")]
    Check(CheckArgs),

    /// Judge an exercise each time you save it, and go on to the next
    #[command(after_help = "\
Examples:
  cargo run -- watch                  the first exercise that has not passed
  cargo run -- watch udp-echo         this one first
  cargo run -- watch udp-echo --cmd 'python3 my_echo.py'
                                      a program in any language

While it watches, a letter and Enter: h for a hint, s for the solution, n for
the next exercise, l for the list, c to check again, q to end (or Ctrl-C,
or Ctrl-D).")]
    Watch(WatchArgs),

    /// Show a hint for an exercise: one more each time, three in all
    #[command(after_help = "\
Examples:
  cargo run -- hint udp-echo          the first hint, then the second, the third
  cargo run -- hint                   for the exercise that you tried last
  cargo run -- hint udp-echo --level 1
                                      the first hint again")]
    Hint(HintArgs),

    /// Show the solution of an exercise that has passed
    #[command(after_help = "\
Examples:
  cargo run -- solution udp-echo            after `check udp-echo` has passed
  cargo run -- solution udp-echo --anyway   before

Exit status: 0 shown, 1 not yet, because the exercise has not passed.")]
    Solution(SolutionArgs),

    /// Begin an exercise again; your file is kept beside it
    #[command(after_help = "\
Examples:
  cargo run -- reset udp-echo         your file becomes udp-echo.1.rs, or .2.rs")]
    Reset {
        /// The exercise, such as `udp-echo`
        exercise: String,
    },

    /// Show how far you have come, and what to do next
    #[command(after_help = "\
Examples:
  cargo run -- progress
  cargo run -- progress --format json

What you predict, check and ask for is kept in .workbook/diary.jsonl, in this
folder only. WORKBOOK_STATE names another folder for it, or is `off`.")]
    Progress(ProgressArgs),

    /// Ask again what you predicted wrong: after 1, 3, 7 and 21 days
    #[command(after_help = "\
Examples:
  cargo run -- review                 what is due
  cargo run -- review --all           all of it, now
  cargo run -- review --list          only name what is due

Enter skips a question and shows no answer to it: it stays due. q leaves.

A right prediction moves it on, a wrong one starts it over. Each is due
six hours early, so that you may be earlier the next day. One that is asked
before it is due counts only if it is wrong.")]
    Review(ReviewArgs),

    /// Check this machine: what is there, what it is needed for, how to get it
    #[command(after_help = "\
Exit status: 0 everything needed is there (optional things may be missing),
1 something needed is missing, 2 something needed could not be checked.")]
    Doctor,

    /// Run two programs on two hosts, and be the cable between them
    ///
    /// Both programs get a network of their own, on the real kernel and without
    /// root: host A is 10.0.0.1, host B is 10.0.0.2. Every packet between them
    /// is shown, and can be dropped, delayed, duplicated, reordered, corrupted
    /// or held. B starts as soon as A listens; a second and a half after B has
    /// ended, A is asked to end, too.
    #[command(after_help = WIRE_HELP)]
    Wire(Box<WireArgs>),

    /// Run a program that cannot outlive whoever started it; for `check` and
    /// the page
    #[command(hide = true)]
    Keep(crate::keep::KeepArgs),

    /// Make two hosts and tell in one line whether that worked, for the doctor
    #[command(hide = true)]
    ProbeWire,

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

    /// Start lessons as they lie in the target folder; compile none
    #[arg(long)]
    pub no_build: bool,

    /// End a run of a page after so many seconds, for the tests
    #[arg(long, hide = true, value_name = "SECONDS")]
    pub run_seconds: Option<u64>,
}

/// What to judge.
#[derive(clap::Args, Debug)]
pub struct CheckArgs {
    /// The exercise, such as `udp-echo`; without it, all are named
    pub exercise: Option<String>,

    /// Judge this command instead of the file of the exercise; the arguments
    /// of the contract go to its end
    ///
    /// It runs with PYTHONUNBUFFERED=1, so that what Python prints comes at
    /// once; where you pipe it yourself, that takes `flush=True` or `python3 -u`.
    #[arg(long, value_name = "COMMAND", requires = "exercise")]
    pub cmd: Option<String>,

    /// Which random bytes, losses and orders: the same for the same number
    #[arg(long, value_name = "NUMBER", requires = "exercise")]
    pub seed: Option<u64>,

    /// Keep all packets between judge and program in this file, for Wireshark
    /// and tshark
    #[arg(long, value_name = "FILE", requires = "exercise")]
    pub pcap: Option<PathBuf>,

    /// Name the rules, and judge nothing
    #[arg(long)]
    pub rules: bool,

    /// Leave what comes after a verdict to `watch`, which started this
    #[arg(long, hide = true)]
    pub watched: bool,

    /// Text for people, or one JSON object a line
    #[arg(long, value_enum, default_value_t)]
    pub format: kit::Format,
}

/// What to watch.
#[derive(clap::Args, Debug)]
pub struct WatchArgs {
    /// The exercise to begin with; without it, the first that has not passed
    pub exercise: Option<String>,

    /// Judge this command, each time a file that it names is saved, instead of
    /// the file of the exercise
    #[arg(long, value_name = "COMMAND", requires = "exercise")]
    pub cmd: Option<String>,

    /// Look for edits once a second instead of being told by the system; for
    /// network folders and folders shared with a virtual machine
    #[arg(long)]
    pub poll: bool,
}

/// Which hint.
#[derive(clap::Args, Debug)]
pub struct HintArgs {
    /// The exercise, such as `udp-echo`; without it, the one that you tried or
    /// asked about last, unless it has passed: then all are named
    pub exercise: Option<String>,

    /// This hint, instead of one more than the last time
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=3))]
    pub level: Option<u32>,
}

/// Which solution.
#[derive(clap::Args, Debug)]
pub struct SolutionArgs {
    /// The exercise, such as `udp-echo`
    pub exercise: String,

    /// Show it although the exercise has not passed
    #[arg(long)]
    pub anyway: bool,
}

/// How to show the progress.
#[derive(clap::Args, Debug)]
pub struct ProgressArgs {
    /// Text for people, or one JSON object
    #[arg(long, value_enum, default_value_t)]
    pub format: kit::Format,

    /// Draw with characters of ASCII only
    #[arg(long)]
    pub ascii: bool,
}

/// What to ask again.
#[derive(clap::Args, Debug)]
pub struct ReviewArgs {
    /// Ask all that went wrong, whether it is due or not
    #[arg(long)]
    pub all: bool,

    /// Name them, and ask nothing
    #[arg(long)]
    pub list: bool,
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
