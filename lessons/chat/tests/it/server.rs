//! A server in a process of its own, and guests who read with a deadline.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// How long anything may take.
pub const DEADLINE: Duration = Duration::from_secs(20);

/// The program under test.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_lesson-chat");

/// It, keeping nothing of what a test does.
pub fn chat() -> Command {
    let mut command = Command::new(PROGRAM);
    command.env("WORKBOOK_STATE", "off");
    command
}

pub struct Server {
    pub child: Child,
    pub address: SocketAddr,
}

impl Server {
    /// The full server on a free port, with these options.
    pub fn start(options: &[&str]) -> Server {
        let mut program = chat();
        program
            .args(["server", "127.0.0.1:0", "--quiet"])
            .args(options);
        Server::run(program)
    }

    /// A program that prints `listening on ADDR`.
    pub fn run(mut program: Command) -> Server {
        program.env("WORKBOOK_STATE", "off");
        program.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = program.spawn().unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on ");
        let address = address.unwrap_or_else(|| panic!("{line:?}"));
        let address = address.parse().unwrap();
        // What it prints later is of no interest, but it must not wait.
        std::thread::spawn(move || out.read_to_end(&mut Vec::new()));
        Server { child, address }
    }

    /// A number of kB from the kernel's file about the server.
    pub fn memory_kb(&self, name: &str) -> u64 {
        let file = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(file).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let number = line.unwrap().split_whitespace().next().unwrap();
        number.parse().unwrap()
    }

    pub fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let kill = Command::new("kill").args(["-s", name, &pid]).status();
        assert!(kill.unwrap().success());
    }

    pub fn wait(&mut self) -> ExitStatus {
        wait(&mut self.child)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits for a program, but not for ever.
pub fn wait(child: &mut Child) -> ExitStatus {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        assert!(start.elapsed() < DEADLINE, "it still runs");
        std::thread::sleep(Duration::from_millis(5));
    }
}

pub struct Guest {
    pub reader: BufReader<TcpStream>,
}

impl Guest {
    pub fn connect(address: SocketAddr) -> Guest {
        let stream = TcpStream::connect_timeout(&address, DEADLINE).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream.set_write_timeout(Some(DEADLINE)).unwrap();
        stream.set_nodelay(true).unwrap();
        let reader = BufReader::new(stream);
        Guest { reader }
    }

    /// A guest who has said a name and has been let in.
    pub fn enter(address: SocketAddr, name: &str) -> Guest {
        let mut guest = Guest::connect(address);
        guest.say(name);
        guest.hear_until(|line| line.starts_with("* The room contains:"));
        guest
    }

    pub fn say(&self, line: &str) {
        self.send(format!("{line}\n").as_bytes());
    }

    pub fn send(&self, bytes: &[u8]) {
        self.reader.get_ref().write_all(bytes).unwrap();
    }

    /// The next line without its newline, or `None` at the end.
    pub fn hear(&mut self) -> Option<String> {
        let mut line = Vec::new();
        match self.reader.read_until(b'\n', &mut line) {
            Ok(0) => None,
            Ok(_) => Some(
                String::from_utf8(line)
                    .unwrap()
                    .trim_end_matches('\n')
                    .into(),
            ),
            Err(e) if e.kind() == ErrorKind::ConnectionReset => None,
            Err(e) => panic!("{e}"),
        }
    }

    pub fn hear_until(&mut self, wanted: impl Fn(&str) -> bool) -> String {
        let mut heard = Vec::new();
        while let Some(line) = self.hear() {
            if wanted(&line) {
                return line;
            }
            heard.push(line);
        }
        panic!("the end came before it: {heard:?}");
    }

    #[track_caller]
    pub fn hears(&mut self, line: &str) {
        assert_eq!(self.hear().as_deref(), Some(line));
    }

    /// All that still comes, until the end.
    pub fn rest(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.hear()).collect()
    }
}
