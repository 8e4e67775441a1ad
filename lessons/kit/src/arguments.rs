//! What can be typed after the name of a lesson.

use crate::output::Format;
use crate::{ColorChoice, Lesson};
use clap::{CommandFactory, FromArgMatches, Parser};
use std::path::PathBuf;

/// What every lesson understands on its command line.
#[derive(Parser)]
#[command(version, disable_help_subcommand = true)]
pub struct Arguments {
    /// Run this experiment only; without it, all in order
    pub experiment: Option<String>,
    /// Name the experiments and stop
    #[arg(long)]
    pub list: bool,
    /// Ask for no predictions and wait for no key
    #[arg(long)]
    pub no_input: bool,
    /// Text for people, or one JSON object a line
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Hold each packet until a line of standard input decides about it; for
    /// programs: with --format json, and one experiment of those with hosts
    #[arg(long)]
    pub hold: bool,
    /// Keep the packets between the hosts in this new file, for Wireshark
    #[arg(long, value_name = "FILE")]
    pub capture: Option<PathBuf>,
    /// Ask, and run nothing without a prediction; for `workbook review`
    #[arg(long, hide = true)]
    pub again: bool,
    /// Draw packets with characters of ASCII only
    #[arg(long)]
    pub ascii: bool,
    /// When to use colour; NO_COLOR and CLICOLOR_FORCE are obeyed
    #[arg(long, value_enum, default_value_t)]
    pub color: ColorChoice,
}

const AFTER_HELP: &str = "\
At a terminal the lesson asks what you predict before it runs an experiment,
and waits for Enter between experiments. Answer with a number, or press Enter
to skip. Without a terminal it asks nothing.

With --format json it reads one answer a line from standard input (the key of
an option, its number, or an empty line) unless --no-input is given.

Exit status: 0 everything ran, 2 something could not be settled or run.";

/// Reads the command line. `--help` is an error that holds the help, as the
/// others hold what is wrong.
pub fn parse(
    lesson: &Lesson,
    programs: &[&str],
) -> Result<Arguments, clap::Error> {
    let name = format!("lesson-{}", lesson.name);
    let names: Vec<_> = lesson.experiments.iter().map(|e| e.name).collect();
    let mut help = format!("Experiments: {}\n\n", names.join(", "));
    if let [first, ..] = programs {
        let programs = programs.join(", ");
        help += &format!(
            "Programs: {programs}\nEach has a help of its own: {name} {first} --help\n\n"
        );
    }
    help += AFTER_HELP;
    let matches = Arguments::command()
        .display_name(name.clone())
        .bin_name(name)
        .about(lesson.title)
        .after_help(help)
        .try_get_matches()?;
    Arguments::from_arg_matches(&matches)
}
