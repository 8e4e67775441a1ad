//! A learner's program, as the judge sees it.

use std::ffi::OsString;
use std::io::{self, PipeReader, PipeWriter, Read};
use std::os::fd::AsRawFd;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{self, Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};

use super::pump::{Pump, Shared, Source, Stream, Wrote};
use super::report::Line;
use super::{Ended, How, Limits, Threads, ourselves, tasks, tree};

/// How long the keeper may take to start the program.
const STARTING: Duration = Duration::from_secs(10);
/// How long all of a program may take to go when it is dropped.
const GOING: Duration = Duration::from_secs(6);
/// How long a line of last words may be, in characters.
const WIDTH: usize = 200;

/// A running program; dropping it kills all of it.
pub struct Program {
    program: u32,
    keeper: u32,
    guard: Pid,
    shared: Arc<Shared>,
    seen: Receiver<Wrote>,
}

impl Program {
    /// Starts a command in a folder, below a keeper.
    ///
    /// A command that cannot be started is no error here: it ends at once, as
    /// [`How::NotStarted`].
    pub fn start(command: &[OsString], folder: &Path, limits: &Limits) -> io::Result<Program> {
        Program::start_by(&ourselves(), command, folder, limits)
    }

    /// The same by another `workbook`, for tests.
    pub fn start_by(
        workbook: &Path,
        command: &[OsString],
        folder: &Path,
        limits: &Limits,
    ) -> io::Result<Program> {
        let mut keep = Command::new(workbook);
        keep.arg0("workbook").arg("keep");
        keep.args(["--parent", &process::id().to_string()]);
        keep.args(["--seconds", &limits.time.as_secs_f64().to_string()]);
        keep.args(["--processes", &limits.processes.to_string()]);
        keep.args(["--memory-mb", &limits.memory_mb.to_string()]);
        let (told, tell) = io::pipe()?;
        rustix::io::ioctl_fionbio(&told, true)?;
        if cfg!(target_os = "linux") {
            let path = format!("/proc/{}/fd/{}", process::id(), tell.as_raw_fd());
            keep.args(["--report", &path]);
        }
        keep.arg("--").args(command);
        // Python holds back what it prints into a pipe, unless told not to; a
        // panic of Rust is what helps, and what called it fills the screen.
        keep.current_dir(folder).env("PYTHONUNBUFFERED", "1");
        keep.env("RUST_BACKTRACE", "0");
        keep.stdin(Stdio::piped());
        keep.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut guard = keep.spawn()?;
        let mut report = Told {
            from: told,
            _open: tell,
            text: Vec::new(),
        };
        match report.started(&mut guard) {
            Ok((keeper, program)) => Program::tend(guard, report, keeper, program, limits),
            Err(error) => {
                // The keeper sees its streams or its parent go; this is sooner.
                let _ = kill_process(Pid::from_child(&guard), Signal::HUP);
                let _ = guard.wait();
                Err(error)
            }
        }
    }

    /// Starts the threads that read, write and wait.
    fn tend(
        mut guard: Child,
        report: Told,
        keeper: u32,
        program: u32,
        limits: &Limits,
    ) -> io::Result<Program> {
        let (shared, woken) = Shared::new()?;
        let (tell, seen) = mpsc::channel();
        let stdin = guard.stdin.take();
        if let Some(stdin) = &stdin {
            rustix::io::ioctl_fionbio(stdin, true)?;
        }
        let pump = Pump {
            shared: shared.clone(),
            woken,
            stdin,
            out: Source::new(Stream::Out, guard.stdout.take(), limits),
            err: Source::new(Stream::Err, guard.stderr.take(), limits),
            tell,
        };
        let pid = Pid::from_child(&guard);
        let program = Program {
            program,
            keeper,
            guard: pid,
            shared: shared.clone(),
            seen,
        };
        let named = |name: &str| thread::Builder::new().name(name.into());
        named("pump").spawn(move || pump.run())?;
        named("waiter").spawn(move || await_end(guard, report, &shared))?;
        Ok(program)
    }

    /// What it did next, or None if it did nothing until then; nothing follows
    /// [`Wrote::Ended`].
    pub fn wrote(&mut self, until: Instant) -> Option<Wrote> {
        let within = until.saturating_duration_since(Instant::now());
        self.seen.recv_timeout(within).ok()
    }

    /// Has bytes written to its standard input, as [`Program::type_line`].
    pub fn write(&self, bytes: &[u8]) -> bool {
        self.shared.write(bytes)
    }

    /// How many bytes wait for it that it has not taken.
    pub fn untaken(&self) -> usize {
        self.shared.untaken()
    }

    /// Ends its standard input after what was typed, as Ctrl-D does.
    pub fn close_stdin(&self) {
        self.shared.write_no_more();
    }

    /// How it ended, if it has, and all it wrote has been read.
    pub fn ended(&self) -> Option<Ended> {
        self.shared.state().ended.clone()
    }

    /// Waits for its end.
    pub fn wait(&self, until: Instant) -> Option<Ended> {
        self.shared.wait(until)
    }

    /// Asks it to end, with SIGTERM.
    pub fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    /// Asks it to end, with SIGINT, as Ctrl-C does.
    pub fn interrupt(&self) {
        self.signal(Signal::INT);
    }

    /// The last lines of its standard error, at most 8 of at most 200
    /// characters, harmless to print.
    pub fn last_words(&self) -> Vec<String> {
        self.shared
            .last_words()
            .iter()
            .map(|l| harmless(l))
            .collect()
    }

    /// What its threads and those of all it has started do: `runs`, or the
    /// system call each waits in. Empty where the system does not tell.
    pub fn waits_in(&self) -> Vec<String> {
        tasks::waits_in(self.program, self.keeper)
    }

    /// The same threads, to be looked at later.
    pub fn threads(&self) -> Threads {
        let keeper = self.keeper;
        Threads { keeper }
    }

    /// The memory of the program and all it has started, in kilobytes.
    pub fn resident_kb(&self) -> Option<u64> {
        let all = tree::below(self.keeper as i32);
        (!all.is_empty()).then(|| tree::resident_kb(&all))
    }

    /// The processor time of the program and all it has started, in ms.
    pub fn cpu_ms(&self) -> Option<u64> {
        let all = tree::below(self.keeper as i32);
        let ticks: u64 = all.iter().map(|stat| stat.cpu_ticks).sum();
        (!all.is_empty()).then(|| tree::ticks_to_ms(ticks))
    }

    fn signal(&self, signal: Signal) {
        let state = self.shared.state();
        if !state.reaped {
            let _ = kill_process(self.guard, signal);
        }
    }
}

/// What the tests of the keeper look at, and the judge does not need.
#[allow(dead_code)]
impl Program {
    /// The process that is the program, for messages.
    pub fn id(&self) -> u32 {
        self.program
    }

    /// What it wrote to standard output after its last whole line, at most 200
    /// bytes: somebody may have forgotten the end of the line.
    pub fn unfinished(&self) -> Vec<u8> {
        self.shared.unfinished()
    }

    /// Has a line written to its standard input, as if typed. Never waits;
    /// false if that would need more than 16 MB of memory.
    pub fn type_line(&self, line: &str) -> bool {
        self.write(format!("{line}\n").as_bytes())
    }

    /// Kills it and all it has started.
    pub fn kill(&self) {
        self.signal(Signal::HUP);
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        for signal in [Signal::HUP, Signal::KILL] {
            // Without the guard, the keeper kills all that is left.
            self.signal(signal);
            if self.shared.wait(Instant::now() + GOING).is_some() {
                return;
            }
        }
    }
}

/// Waits for the end of the guard, and so for the end of all.
fn await_end(mut guard: Child, mut report: Told, shared: &Shared) {
    let pid = WaitId::Pid(Pid::from_child(&guard));
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    while let Err(rustix::io::Errno::INTR) = waitid(pid.clone(), options) {}
    let mut state = shared.state();
    // From here on the number may be somebody else's.
    state.reaped = true;
    state.ending = Some(match guard.wait() {
        Ok(status) => report.ended(status),
        Err(error) => Ended {
            how: How::NotStarted(format!("its end was not seen: {error}")),
            limit: None,
            killed: 0,
            left: 0,
        },
    });
    drop(state);
    shared.wake();
}

/// The report of the keeper.
struct Told {
    from: PipeReader,
    /// Stays open, so that the keeper can open it by its path.
    _open: PipeWriter,
    text: Vec<u8>,
}

impl Told {
    /// The numbers of keeper and program, once it has been started.
    fn started(&mut self, guard: &mut Child) -> io::Result<(u32, u32)> {
        if cfg!(not(target_os = "linux")) {
            return Ok((guard.id(), guard.id()));
        }
        let deadline = Instant::now() + STARTING;
        loop {
            // Before reading: what it told before its end is read then.
            let ended = guard.try_wait()?;
            for line in self.lines() {
                if let Line::Started { keeper, program } = line {
                    return Ok((keeper, program));
                }
            }
            if let Some(status) = ended {
                return Err(io::Error::other(format!("the keeper ended: {status}")));
            }
            if Instant::now() > deadline {
                let words = "the keeper did not start the program in 10 s";
                return Err(io::Error::new(io::ErrorKind::TimedOut, words));
            }
            let mut fds = [PollFd::new(&self.from, PollFlags::IN)];
            let period = Timespec {
                tv_sec: 0,
                tv_nsec: 50_000_000,
            };
            match poll(&mut fds, Some(&period)) {
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// All whole lines that were told until now.
    fn lines(&mut self) -> Vec<Line> {
        let mut chunk = [0; 4096];
        while let Ok(read @ 1..) = self.from.read(&mut chunk) {
            self.text.extend(&chunk[..read]);
        }
        String::from_utf8_lossy(&self.text)
            .split_inclusive('\n')
            .filter(|line| line.ends_with('\n'))
            .filter_map(Line::read)
            .collect()
    }

    fn ended(&mut self, status: ExitStatus) -> Ended {
        let how = match (status.code(), status.signal()) {
            (Some(code), _) => How::Exit(code),
            (None, signal) => How::Signal(signal.unwrap_or_default()),
        };
        let mut ended = Ended {
            how,
            limit: None,
            killed: 0,
            left: 0,
        };
        for line in self.lines() {
            match line {
                Line::Cannot(why) => ended.how = How::NotStarted(why),
                Line::Limit(limit) => ended.limit = Some(limit.words()),
                Line::Swept(swept) => {
                    // The guard may find what the keeper could not kill.
                    ended.killed += swept.killed;
                    ended.left = swept.left;
                }
                Line::Started { .. } => {}
            }
        }
        ended
    }
}

/// A line without control characters, and cut.
fn harmless(line: &[u8]) -> String {
    let shown = kit::visible(&String::from_utf8_lossy(line));
    match shown.char_indices().nth(WIDTH) {
        None => shown,
        Some(_) => shown.chars().take(WIDTH - 3).chain("...".chars()).collect(),
    }
}
