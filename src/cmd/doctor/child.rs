//! Other programs, asked with a deadline.

use std::io::{self, ErrorKind, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

/// How long a program may take to answer.
const DEADLINE: Duration = Duration::from_secs(5);
/// How often to see whether it has ended.
const PERIOD: Duration = Duration::from_millis(5);
/// How long its last words may take after its end.
const GRACE: Duration = Duration::from_millis(200);

/// What a program that ended said.
pub struct Answer {
    /// Its standard output, then its standard error, without spaces around.
    pub said: String,
}

/// Why a program gave no answer.
pub enum Failure {
    /// There is no such program.
    Missing,
    /// It could not be started, or did not end in time: why, in words.
    Other(String),
}

/// Runs a program to its end in a folder.
pub fn ask(folder: &Path, program: &Path, args: &[&str]) -> Result<Answer, Failure> {
    let child = Command::new(program)
        .args(args)
        .current_dir(folder)
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = child.map_err(|error| match error.kind() {
        ErrorKind::NotFound => Failure::Missing,
        _ => Failure::Other(error.to_string()),
    })?;
    let outputs = [listen(child.stdout.take()), listen(child.stderr.take())];
    end_of(&mut child).map_err(|error| Failure::Other(error.to_string()))?;
    let said = outputs.map(|output| output.recv_timeout(GRACE).unwrap_or_default());
    Ok(Answer {
        said: said.concat().trim().to_owned(),
    })
}

/// Waits for the end of a program, and ends it if it takes too long.
fn end_of(child: &mut Child) -> io::Result<ExitStatus> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if start.elapsed() > DEADLINE {
            child.kill()?;
            child.wait()?;
            let words = format!("no answer in {} s", DEADLINE.as_secs());
            return Err(io::Error::new(ErrorKind::TimedOut, words));
        }
        thread::sleep(PERIOD);
    }
}

/// Reads an output beside the program, which could not write on if it filled.
fn listen(output: Option<impl Read + Send + 'static>) -> Receiver<String> {
    let (tx, rx) = channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // What was read before an error still counts.
        let _ = output.map(|mut output| output.read_to_end(&mut bytes));
        let _ = tx.send(String::from_utf8_lossy(&bytes).into_owned());
    });
    rx
}
