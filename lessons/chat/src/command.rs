//! What stands on the command line, if it names a program.
//!
//!     cargo run -p lesson-chat -- server --help

use crate::step1::Side;
use crate::{client, full, step1, step2, step3, step4};
use clap::Parser;
use std::io::{self, Write};
use std::net::TcpListener;
use std::process::ExitCode;

/// Where a server listens and a client connects if nothing else is said.
pub const ADDRESS: &str = "127.0.0.1:12345";

/// The names of all programs.
pub const PROGRAMS: [&str; 6] =
    ["server", "client", "step1", "step2", "step3", "step4"];

#[derive(Parser)]
#[command(name = "lesson-chat", disable_help_subcommand = true)]
enum Program {
    /// The server of the full chat
    Server {
        #[arg(default_value = ADDRESS)]
        address: String,
        #[command(flatten)]
        limits: full::Limits,
    },
    /// The client of the full chat
    Client(client::Options),
    /// One to one, as raw bytes
    Step1 { side: Side, address: Option<String> },
    /// Many, with a list behind a lock
    Step2 { side: Side, address: Option<String> },
    /// Lines and names
    Step3 { side: Side, address: Option<String> },
    /// A queue and a writing thread for each
    Step4 { side: Side, address: Option<String> },
}

/// Runs the program that the command line names, if it names one.
pub fn program() -> Option<ExitCode> {
    let first = std::env::args_os().nth(1)?;
    PROGRAMS.iter().any(|name| first == **name).then(|| {
        kit::decide_color(kit::ColorChoice::Auto);
        run(Program::parse()).unwrap_or_else(|error| {
            eprintln!("{}", kit::describe_error(&error));
            ExitCode::FAILURE
        })
    })
}

fn run(program: Program) -> io::Result<ExitCode> {
    match program {
        Program::Client(options) => return client::chat(&options),
        Program::Server { address, limits } => {
            // Ctrl-C and a polite kill become a message in a channel.
            let (stop, stopped) = std::sync::mpsc::channel();
            let say = move || stop.send(()).unwrap_or_default();
            ctrlc::set_handler(say).map_err(io::Error::other)?;
            full::serve(listen(&address)?, limits, stopped)?;
        }
        Program::Step1 { side, address } => step(side, address, step1::serve)?,
        Program::Step2 { side, address } => step(side, address, step2::serve)?,
        Program::Step3 { side, address } => step(side, address, step3::serve)?,
        Program::Step4 { side, address } => step(side, address, step4::serve)?,
    }
    Ok(ExitCode::SUCCESS)
}

type Serve = fn(TcpListener) -> io::Result<()>;

fn step(side: Side, at: Option<String>, serve: Serve) -> io::Result<()> {
    let address = at.as_deref().unwrap_or(ADDRESS);
    match side {
        Side::Server => serve(listen(address)?),
        Side::Client => step1::client(address),
    }
}

fn listen(address: &str) -> io::Result<TcpListener> {
    let listener = TcpListener::bind(address).map_err(|error| {
        let why = kit::describe_error(&error);
        let help = "give another one, such as 127.0.0.1:0";
        io::Error::other(format!("cannot listen at {address}: {why}; {help}"))
    })?;
    // Port 0 asks the kernel for a free one, so say which it is.
    let _ = writeln!(io::stdout(), "listening on {}", listener.local_addr()?);
    Ok(listener)
}
