//! The programs of this lesson, each in a process of its own.
//!
//! A signal, and a terminal, are affairs of a whole process.
//!
//!     cargo run -p lesson-chat -- ctrl-c

use std::env::current_exe;
use std::io::{self, BufRead, BufReader, ErrorKind};
use std::net::SocketAddr;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A server, which does not outlive the experiment.
pub struct Server(pub Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A server, such as `step4 server`, on a port that the kernel chooses.
pub fn run(words: &[&str]) -> io::Result<(Server, SocketAddr)> {
    let mut program = Command::new(current_exe()?);
    program.args(words).arg("127.0.0.1:0");
    program.stdin(Stdio::null()).stderr(Stdio::null());
    let mut server = Server(program.stdout(Stdio::piped()).spawn()?);
    let out = server.0.stdout.take().ok_or(ErrorKind::BrokenPipe)?;
    let mut line = String::new();
    BufReader::new(out).read_line(&mut line)?;
    let address = line.trim().trim_start_matches("listening on ");
    Ok((server, address.parse().map_err(io::Error::other)?))
}

/// A client at a terminal, and that terminal's keys and screen.
///
/// script(1) of util-linux opens a terminal for a program, as a window does.
pub fn at_a_terminal(
    words: &str,
) -> io::Result<(Child, ChildStdin, ChildStdout)> {
    if !cfg!(target_os = "linux") {
        return Err(ErrorKind::Unsupported.into());
    }
    // A shell reads this line; our own path may have any character in it.
    let line = format!("\"$LESSON\" {words}");
    let mut script = Command::new("script");
    script.env("LESSON", current_exe()?);
    script.args(["--quiet", "--command", &line, "/dev/null"]);
    script.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut script = script.env("NO_COLOR", "1").spawn()?;
    let keys = script.stdin.take().ok_or(ErrorKind::BrokenPipe)?;
    let screen = script.stdout.take().ok_or(ErrorKind::BrokenPipe)?;
    Ok((script, keys, screen))
}
