//! Runs a lesson from its command line: asks, runs, shows, explains.

use crate::arguments::{Arguments, parse};
use crate::ask::{Asking, Unrun, ask, asking, wants_more};
use crate::diary::{Deed, Diary, Source};
use crate::output::{Format, Output, complain, draws, print, width};
use crate::terminal::{NARROW, wrap};
use crate::{
    Belief, Choice, Event, Experiment, Ladder, Lesson, Listed, Narrator,
    Offered, Outcome, Status, capture, color, errno, hold, limit, root,
};
use std::io;
use std::process::ExitCode;

/// The exit status of a lesson that `workbook review` started, and that the
/// learner has left. Cargo and rustup end with others.
pub const LEFT: u8 = 3;

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
            if !error.use_stderr() {
                print(&error.render().to_string());
                return ExitCode::SUCCESS;
            }
            // If standard error is gone, there is nobody left to tell.
            let _ = error.print();
            return ExitCode::from(2);
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
    if let Err(words) = prepare(&arguments, &output) {
        complain(words);
        return ExitCode::from(2);
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
    let mut left = None;
    for (i, experiment) in chosen.iter().enumerate() {
        left = Some(*experiment);
        if i > 0 && asking == Asking::AtTerminal && !wants_more() {
            break;
        }
        match run(&teaching, experiment, &mut output) {
            Ok(Status::Ok) | Err(Unrun::Skipped) => {}
            Ok(_) => code = ExitCode::from(2),
            Err(Unrun::Left) => break,
        }
        left = None;
    }
    // A review goes on by itself, unless the learner has left it.
    if asking == Asking::Again {
        return left.map_or(code, |_| ExitCode::from(LEFT));
    }
    if arguments.format == Format::Text {
        print(&whats_next(lesson, &chosen, left));
    }
    match capture::is_lost() {
        true => ExitCode::from(2),
        false => code,
    }
}

/// Makes ready what only one experiment by its name can have: the reader as
/// the wire, and a capture. Else it says what is missing.
fn prepare(arguments: &Arguments, output: &Output) -> Result<(), &'static str> {
    let alone = arguments.experiment.is_some();
    if arguments.hold {
        if !alone || arguments.format != Format::Json {
            return Err(
                "--hold needs --format json and the name of an experiment",
            );
        }
        hold::begin(output);
    }
    if let Some(file) = &arguments.capture {
        if !alone {
            return Err("--capture needs the name of an experiment");
        }
        capture::keep_in(file.clone());
    }
    Ok(())
}

/// Runs one experiment, or nothing if the learner stops at the question.
fn run(
    teaching: &Teaching,
    experiment: &Experiment,
    output: &mut Output,
) -> Result<Status, Unrun> {
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
    Ok(status)
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
        let why = disturbed(experiment, &outcome);
        return unsettled(Status::Inconclusive, why);
    }
    let chose = |key: &str| experiment.choices.iter().find(|c| c.key == key);
    let (choice, text, evidence) = match outcome {
        // What this system cannot do is no failure of the experiment.
        Err(error) if error.kind() == io::ErrorKind::Unsupported => {
            return unsettled(Status::Inconclusive, errno::describe(&error));
        }
        Err(error) => {
            let mut why = errno::describe(&error);
            if let Some(hint) = limit::hint() {
                why += &format!("; {hint}");
            }
            return unsettled(Status::Failed, why);
        }
        Ok(Outcome::Inconclusive(why)) => {
            let why = format!("{why}; run it again");
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

/// Why a run judges no prediction in which the reader was the wire, and how
/// it came out: that is no longer the kernel's choice alone.
fn disturbed(experiment: &Experiment, outcome: &io::Result<Outcome>) -> String {
    let mut numbered = (1..).zip(experiment.choices);
    let came = match outcome {
        Ok(Outcome::Chose { key, evidence }) => {
            match numbered.find(|(_, choice)| choice.key == *key) {
                Some((number, choice)) => {
                    format!("{number}) {}. Evidence: {evidence}", choice.text)
                }
                None => format!("{key}: {evidence}"),
            }
        }
        Ok(Outcome::Unlisted(what) | Outcome::Inconclusive(what)) => {
            what.clone()
        }
        Err(error) => errno::describe(error),
    };
    format!(
        "you were the wire, so no prediction is judged. \
         With you it came out as: {came}"
    )
}

fn list(lesson: &Lesson, format: Format, output: &mut Output) -> ExitCode {
    output.tell(introduction(lesson));
    if format == Format::Text {
        let columns = width();
        let longest = lesson.experiments.iter().map(|e| e.name.len()).max();
        let wide = longest.unwrap_or_default() + 2;
        for experiment in lesson.experiments {
            let (name, about) = (experiment.name, experiment.about);
            // On few columns what it is about stands below its name.
            if columns < NARROW {
                print(&format!("  {name}\n"));
            }
            let label = match columns < NARROW {
                true => String::from("    "),
                false => format!("  {name:<wide$}"),
            };
            print(&format!("{}\n", wrap(columns, &label, about)));
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
    let name = lesson.name;
    complain(&format!(
        "{sentence}\nFor all of them: cargo run -p lesson-{name} -- --list"
    ));
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

/// The last lines of a run: what comes next, what to build, what to read. Who
/// left at an experiment begins with it the next time.
fn whats_next(
    lesson: &Lesson,
    ran: &[&Experiment],
    left: Option<&Experiment>,
) -> String {
    let next = match ran {
        _ if left.is_some() => left,
        [one] => {
            let all = lesson.experiments.iter();
            all.skip_while(|e| e.name != one.name).nth(1)
        }
        _ => None,
    };
    let mut lines = String::from("\n");
    if let Some(next) = next {
        let (lesson, name) = (lesson.name, next.name);
        let next = format!("cargo run -p lesson-{lesson} -- {name}");
        lines += &command("Next: ", &next);
    } else {
        // Who is through can use what was seen.
        let exercises = root::exercises(lesson.name);
        for exercise in &exercises {
            let watch = format!("cargo run -- watch {exercise}");
            lines += &command("Build: ", &watch);
        }
        if exercises.is_empty() {
            let chapter = "what the chapter says under \"Build it\"";
            lines += &(wrap(width(), "Build: ", chapter) + "\n");
        }
    }
    let title = lesson.title;
    let read = format!("cargo run, then the chapter \"{title}\"");
    lines + &wrap(width(), "Read on: ", &read) + "\n"
}

/// What a command is for, and the command in one piece, so that it can be
/// copied: where it does not fit behind the label, below it.
fn command(label: &str, command: &str) -> String {
    match label.len() + command.len() <= width() {
        true => format!("{label}{command}\n"),
        false => format!("{}\n  {command}\n", label.trim_end()),
    }
}
