//! Runs a lesson from its command line: asks, runs, shows, explains.

use crate::diary::{Deed, Diary, Source};
use crate::output::{Format, Output, draws, print, width};
use crate::{
    Belief, Choice, ColorChoice, Event, Experiment, Ladder, Lesson, Listed,
    Narrator, Offered, Outcome, Status, capture, color, errno, hold, root,
};
use clap::{CommandFactory, FromArgMatches, Parser};
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::process::ExitCode;

/// What every lesson understands on its command line.
#[derive(Parser)]
#[command(version, disable_help_subcommand = true)]
struct Arguments {
    /// Run this experiment only; without it, all in order
    experiment: Option<String>,
    /// Name the experiments and stop
    #[arg(long)]
    list: bool,
    /// Ask for no predictions and wait for no key
    #[arg(long)]
    no_input: bool,
    /// Text for people, or one JSON object a line
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Hold each packet until a line of standard input decides about it; for
    /// programs: with --format json, and one experiment of those with hosts
    #[arg(long)]
    hold: bool,
    /// Keep the packets between the hosts in this new file, for Wireshark
    #[arg(long, value_name = "FILE")]
    capture: Option<PathBuf>,
    /// Draw packets with characters of ASCII only
    #[arg(long)]
    ascii: bool,
    /// When to use colour; NO_COLOR and CLICOLOR_FORCE are obeyed
    #[arg(long, value_enum, default_value_t)]
    color: ColorChoice,
}

const AFTER_HELP: &str = "\
At a terminal the lesson asks what you predict before it runs an experiment,
and waits for Enter between experiments. Answer with a number, or press Enter
to skip. Without a terminal it asks nothing.

With --format json it reads one answer a line from standard input (the key of
an option, its number, or an empty line) unless --no-input is given.

Exit status: 0 everything ran, 2 something could not be settled or run.";

/// How predictions are asked for.
#[derive(Clone, Copy, PartialEq)]
enum Asking {
    No,
    AtTerminal,
    FromProgram,
}

/// What holds for the whole run.
struct Teaching {
    lesson: &'static str,
    asking: Asking,
    /// Where predictions are kept, if the learner is asked for any.
    diary: Option<Diary>,
}

/// What became of an experiment.
struct Settled {
    status: Status,
    why: Option<String>,
    /// The option that the kernel chose.
    happened: Option<&'static str>,
    /// The belief behind a prediction that did not come true.
    belief: Option<&'static Belief>,
}

/// Runs the lesson as its command line says: the whole `main` of a lesson.
pub fn teach(lesson: &Lesson) -> ExitCode {
    teach_beside(lesson, &[])
}

/// The same for a lesson that has programs too, which are named in its help.
pub fn teach_beside(lesson: &Lesson, programs: &[&str]) -> ExitCode {
    let arguments = match parse(lesson, programs) {
        Ok(arguments) => arguments,
        Err(error) => {
            // --help is an error to clap, but not to us: 0 for it, else 2.
            let code = if error.use_stderr() { 2 } else { 0 };
            // A closed pipe: nobody is left to read the help.
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    color::decide(arguments.color);
    let chosen = match &arguments.experiment {
        None => lesson.experiments.iter().collect(),
        Some(name) => match lesson.experiment(name) {
            Some(experiment) => vec![experiment],
            None => return unknown(lesson, name),
        },
    };
    let mut output = Output::new(
        arguments.format,
        Ladder {
            ascii: arguments.ascii || !draws(),
            width: width(),
        },
    );
    if arguments.list {
        return list(lesson, arguments.format, &mut output);
    }
    if arguments.hold {
        let alone = arguments.experiment.is_some();
        if !alone || arguments.format != Format::Json {
            eprintln!(
                "--hold needs --format json and the name of an experiment"
            );
            return ExitCode::from(2);
        }
        hold::begin(&output);
    }
    if let Some(file) = arguments.capture.clone() {
        if arguments.experiment.is_none() {
            eprintln!("--capture needs the name of an experiment");
            return ExitCode::from(2);
        }
        capture::keep_in(file);
    }
    let asking = asking(&arguments);
    let teaching = Teaching {
        lesson: lesson.name,
        asking,
        diary: Diary::find().filter(|_| asking != Asking::No),
    };
    // One experiment asked for by name needs no heading for the whole lesson.
    if arguments.experiment.is_none() || arguments.format == Format::Json {
        output.tell(introduction(lesson));
    }
    let mut code = ExitCode::SUCCESS;
    for (i, experiment) in chosen.iter().enumerate() {
        if i > 0 && asking == Asking::AtTerminal && !wants_more() {
            break;
        }
        match run(&teaching, experiment, &mut output) {
            Some(Status::Ok) => {}
            Some(_) => code = ExitCode::from(2),
            None => break,
        }
    }
    if arguments.format == Format::Text {
        print(&whats_next(lesson, &chosen));
    }
    code
}

fn parse(lesson: &Lesson, programs: &[&str]) -> Result<Arguments, clap::Error> {
    let name = format!("lesson-{}", lesson.name);
    let names: Vec<_> = lesson.experiments.iter().map(|e| e.name).collect();
    let mut help = format!("Experiments: {}\n\n", names.join(", "));
    if !programs.is_empty() {
        let programs = programs.join(", ");
        help += &format!(
            "Programs: {programs}\nEach has a help of its own: {name} {} --help\n\n",
            programs.split(',').next().unwrap_or_default()
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

fn asking(arguments: &Arguments) -> Asking {
    let terminal = io::stdin().is_terminal() && io::stdout().is_terminal();
    match arguments.format {
        _ if arguments.no_input => Asking::No,
        Format::Json => Asking::FromProgram,
        Format::Text if terminal => Asking::AtTerminal,
        Format::Text => Asking::No,
    }
}

/// Runs one experiment, or nothing if the learner leaves at the question.
fn run(
    teaching: &Teaching,
    experiment: &Experiment,
    output: &mut Output,
) -> Option<Status> {
    output.tell(Event::Experiment {
        name: experiment.name.into(),
        file: experiment.file.replace('\\', "/"),
    });
    output.tell(Event::Question {
        text: experiment.question.into(),
        options: experiment.choices.iter().map(offered).collect(),
    });
    let guess = match teaching.asking {
        Asking::No => None,
        asking => ask(experiment, asking)?,
    };
    output.tell(Event::Answer {
        key: guess.map(|choice| choice.key.into()),
    });
    let outcome = (experiment.run)(&mut Narrator::new(output));
    let settled = settle(experiment, guess, outcome, output);
    if let Some(guess) = guess {
        keep(teaching, experiment, guess, &settled);
    }
    let Settled { status, why, .. } = settled;
    output.tell(Event::End {
        experiment: experiment.name.into(),
        status,
        why,
    });
    Some(status)
}

/// Writes a prediction into the diary.
fn keep(
    teaching: &Teaching,
    experiment: &Experiment,
    guess: &Choice,
    settled: &Settled,
) {
    let Some(diary) = &teaching.diary else { return };
    diary.note(Deed::Prediction {
        lesson: teaching.lesson.into(),
        experiment: experiment.name.into(),
        predicted: guess.key.into(),
        happened: settled.happened.map(String::from),
        belief: settled.belief.map(|belief| belief.id.into()),
        source: match teaching.asking {
            Asking::FromProgram => Source::Page,
            _ => Source::Terminal,
        },
    });
}

/// Tells the outcome, and the belief behind a prediction it contradicts.
fn settle(
    experiment: &Experiment,
    guess: Option<&Choice>,
    outcome: io::Result<Outcome>,
    output: &mut Output,
) -> Settled {
    let unsettled = |status, why| Settled {
        status,
        why: Some(why),
        happened: None,
        belief: None,
    };
    if hold::holding().is_some() {
        return unsettled(Status::Inconclusive, disturbed(&outcome));
    }
    let chose = |key: &str| experiment.choices.iter().find(|c| c.key == key);
    let (choice, text, evidence) = match outcome {
        // What this system cannot do is no failure of the experiment.
        Err(error) if error.kind() == io::ErrorKind::Unsupported => {
            return unsettled(Status::Inconclusive, errno::describe(&error));
        }
        Err(error) => {
            return unsettled(Status::Failed, errno::describe(&error));
        }
        Ok(Outcome::Inconclusive(why)) => {
            return unsettled(Status::Inconclusive, why);
        }
        Ok(Outcome::Unlisted(what)) => (None, what, String::new()),
        Ok(Outcome::Chose { key, evidence }) => match chose(key) {
            Some(choice) => (Some(choice), choice.text.to_string(), evidence),
            None => (None, format!("{key}: {evidence}"), String::new()),
        },
    };
    output.tell(Event::Outcome {
        key: choice.map(|choice| choice.key.into()),
        text: text.clone(),
        evidence,
    });
    let surprised = guess.filter(|g| choice.is_none_or(|c| c.key != g.key));
    let belief = surprised.and_then(|guess| guess.belief);
    if let Some(belief) = belief {
        output.tell(Event::Explained {
            belief: belief.id.into(),
            says: belief.says.into(),
            tempting: belief.tempting.into(),
            truth: belief.truth.into(),
        });
    }
    let (status, why) = match choice {
        Some(_) => (Status::Ok, None),
        None => (Status::Unlisted, Some(text)),
    };
    Settled {
        status,
        why,
        happened: choice.map(|choice| choice.key),
        belief,
    }
}

/// Why a run settles nothing in which the reader was the wire: what the
/// experiment concludes from is no longer the kernel's choice alone.
fn disturbed(outcome: &io::Result<Outcome>) -> String {
    let came = match outcome {
        Ok(Outcome::Chose { evidence, .. }) => evidence.clone(),
        Ok(Outcome::Unlisted(what) | Outcome::Inconclusive(what)) => {
            what.clone()
        }
        Err(error) => errno::describe(error),
    };
    format!("you were the wire, so this settles nothing; it ended with: {came}")
}

/// The prediction, `Some(None)` if it was skipped, `None` to leave.
fn ask(experiment: &Experiment, asking: Asking) -> Option<Option<&Choice>> {
    let choices = experiment.choices;
    loop {
        if asking == Asking::AtTerminal {
            print(&format!(
                "\nYour prediction (1 to {}, Enter to skip, q to leave): ",
                choices.len()
            ));
        }
        let line = read_line()?;
        let number: Option<usize> = line.parse().ok();
        let by_number = number.and_then(|n| choices.get(n.wrapping_sub(1)));
        let by_key = || choices.iter().find(|choice| choice.key == line);
        match by_number.or_else(by_key) {
            Some(choice) => return Some(Some(choice)),
            None if line.is_empty() => return Some(None),
            None if line == "q" => return None,
            // A program that answers nonsense gets no second question.
            None if asking == Asking::FromProgram => return Some(None),
            None => print("That is none of the options.\n"),
        }
    }
}

fn wants_more() -> bool {
    print("\nEnter for the next experiment, q to leave: ");
    read_line().is_some_and(|line| line != "q")
}

/// The next line of standard input without its end, or `None` at the end.
fn read_line() -> Option<String> {
    let mut line = String::new();
    match io::stdin().read_line(&mut line) {
        Ok(0) | Err(_) => None,
        Ok(_) => Some(line.trim().to_string()),
    }
}

fn list(lesson: &Lesson, format: Format, output: &mut Output) -> ExitCode {
    output.tell(introduction(lesson));
    if format == Format::Text {
        let longest = lesson.experiments.iter().map(|e| e.name.len()).max();
        let wide = longest.unwrap_or_default() + 2;
        for experiment in lesson.experiments {
            let (name, about) = (experiment.name, experiment.about);
            print(&format!("  {name:<wide$}{about}\n"));
        }
    }
    ExitCode::SUCCESS
}

fn unknown(lesson: &Lesson, name: &str) -> ExitCode {
    let name = crate::visible(name);
    let mut sentence = format!("there is no experiment `{name}` here");
    if name == "list" {
        sentence += "; did you mean `--list`?";
    } else if let Some(near) = lesson.nearest(&name) {
        sentence += &format!("; did you mean `{near}`?");
    }
    eprintln!(
        "{sentence}\nFor all of them: cargo run -p lesson-{} -- --list",
        lesson.name
    );
    ExitCode::from(2)
}

fn introduction(lesson: &Lesson) -> Event {
    let listed = |e: &Experiment| Listed {
        name: e.name.into(),
        about: e.about.into(),
    };
    Event::Lesson {
        name: lesson.name.into(),
        title: lesson.title.into(),
        page: lesson.page(),
        experiments: lesson.experiments.iter().map(listed).collect(),
    }
}

fn offered(choice: &Choice) -> Offered {
    Offered {
        key: choice.key.into(),
        text: choice.text.into(),
    }
}

/// The last lines of a run: what comes next, what to build, what to read.
fn whats_next(lesson: &Lesson, ran: &[&Experiment]) -> String {
    let next = match ran {
        [one] => {
            let all = lesson.experiments.iter();
            all.skip_while(|e| e.name != one.name).nth(1)
        }
        _ => None,
    };
    let mut lines = String::from("\n");
    if let Some(next) = next {
        let (lesson, name) = (lesson.name, next.name);
        lines += &format!("Next: cargo run -p lesson-{lesson} -- {name}\n");
    } else {
        // Who is through can use what was seen.
        for exercise in root::exercises(lesson.name) {
            lines += &format!("Build: cargo run -- watch {exercise}\n");
        }
    }
    let title = lesson.title;
    lines + &format!("Read on: cargo run, then the chapter \"{title}\"\n")
}
