//! The workbook command: the book on a local page, the judge of its exercises,
//! what the learner has done, and two programs on the wire.

mod chapters;
mod cli;
mod cmd;
mod judge;
mod keep;
mod lessons;
mod live;
mod place;
mod progress;
mod review;
mod shelf;
mod site;
mod sources;

use std::env;
use std::io;
use std::process::{self, ExitCode};

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, FromArgMatches};

use cli::{Args, Command, ServeArgs};
use place::Place;

/// Maps what a command found out to an exit status: 0 good, 1 the answer is no,
/// 2 could not tell.
fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => match of_our_output(&error) {
            Some(error) => ExitCode::from(unwritten(error)),
            None => {
                cmd::complain(&format!("{error:#}"));
                ExitCode::from(2)
            }
        },
    }
}

fn run() -> anyhow::Result<ExitCode> {
    let args = parse();
    kit::decide_color(args.color);
    let place = || Place::find(args.root.as_deref());
    match args.command {
        None => cmd::serve::run(&place()?, &args.serve),
        Some(Command::Serve(options)) => cmd::serve::run(&place()?, &options),
        Some(Command::List) => cmd::list::run(&place()?),
        Some(Command::Run(what)) => cmd::run::run(&place()?, &what),
        Some(Command::Check(what)) => cmd::check::run(&place()?, &what),
        Some(Command::Watch(what)) => cmd::watch::run(&place()?, &what),
        Some(Command::Hint(what)) => cmd::hint::run(&place()?, &what),
        Some(Command::Solution(what)) => cmd::solution::run(&place()?, &what),
        Some(Command::Reset { exercise }) => cmd::reset::run(&place()?, &exercise),
        Some(Command::Progress(options)) => cmd::progress::run(&place()?, &options),
        Some(Command::Review(options)) => cmd::review::run(&place()?, &options),
        Some(Command::Doctor) => cmd::doctor::run(&place()?, args.color),
        // Needs no workbook: it works on any two programs, in any folder.
        Some(Command::Wire(options)) => cmd::wire::run(&options),
        Some(Command::Keep(what)) => keep::run(&what),
        Some(Command::ProbeWire) => {
            cmd::say(&wire::probe::answer())?;
            Ok(ExitCode::SUCCESS)
        }
        Some(Command::Completions { shell }) => cmd::completions::run(shell),
    }
}

/// Reads the command line; clap writes help and usage errors itself, in
/// colour only where the environment allows it.
fn parse() -> Args {
    let color = match kit::decide_color(kit::ColorChoice::Auto) {
        true => clap::ColorChoice::Auto,
        false => clap::ColorChoice::Never,
    };
    let mut command = Args::command().color(color);
    let matches = command.try_get_matches_from_mut(env::args_os());
    let matches = matches.unwrap_or_else(|error| {
        if let Some(words) = no_command(&error) {
            cmd::complain(&words);
            process::exit(2);
        }
        end_with(&error)
    });
    let args = Args::from_arg_matches(&matches).unwrap_or_else(|error| end_with(&error));
    if args.command.is_some() && args.serve != ServeArgs::default() {
        let words = "--open, --port, --poll and --no-build go after `serve`, or stand alone";
        command.error(ErrorKind::ArgumentConflict, words).exit();
    }
    args
}

/// Prints clap's help or what is wrong, and ends as it should.
fn end_with(error: &clap::Error) -> ! {
    let code = match error.print() {
        Err(failed) if !error.use_stderr() => unwritten(&failed).into(),
        _ => error.exit_code(),
    };
    process::exit(code)
}

/// What was meant by a word that is no command, but a lesson or an exercise.
fn no_command(error: &clap::Error) -> Option<String> {
    let typed = match error.get(ContextKind::InvalidSubcommand)? {
        ContextValue::String(typed) => typed,
        _ => return None,
    };
    let meant = if judge::exercise(typed).is_some() {
        format!("check {typed}")
    } else {
        let place = Place::find(None).ok()?;
        let names = lessons::names(&place.root).ok()?;
        format!("run {}", names.iter().find(|name| *name == typed)?)
    };
    Some(format!(
        "there is no command `{typed}`; did you mean: cargo run -- {meant}"
    ))
}

/// The error of our own output, if it is one: the only one without any context,
/// since every other input and output in this program says what it was for.
fn of_our_output(error: &anyhow::Error) -> Option<&io::Error> {
    let alone = error.chain().len() == 1;
    error.downcast_ref::<io::Error>().filter(|_| alone)
}

/// The exit status when our output cannot be written, and a sentence if it must
/// be said. Whoever closed it has seen enough: `workbook list | head -1`.
fn unwritten(error: &io::Error) -> u8 {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return 0;
    }
    let why = kit::describe_error(error);
    cmd::complain(&format!("cannot write the output: {why}"));
    2
}
