//! `workbook keep`: starts the program, watches it, and leaves nothing of it.

use std::fs::OpenOptions;
use std::io;
use std::os::unix::process::{CommandExt, parent_id};
use std::process::{self, Command, ExitCode};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Resource, Rlimit, Signal, WaitOptions, WaitStatus, getrlimit};
use rustix::process::{kill_process, kill_process_group, setrlimit, setsid, wait};

use super::args::{KeepArgs, Role};
use super::ourselves;
use super::report::{Limit, Line, Report};
use super::signals::Signals;
use super::tree::{self, Swept};

/// How often the guard looks whether whoever started us is still there.
const PERIOD: Duration = Duration::from_millis(25);
/// How often the keeper looks whether processes are made quickly.
const GLANCE: Duration = Duration::from_millis(3);
/// How many are quick, made since it has looked at what the program uses.
const QUICK: i64 = 24;
/// How often it looks at that in any case: the shortest and the longest time.
const LOOKS: [Duration; 2] = [Duration::from_millis(15), Duration::from_millis(250)];
/// Of what time it may spend so: one part of so many.
const SPARED: u32 = 40;
/// By how much the keeper goes before the program, in niceness.
const FORWARD: i32 = 10;
/// How long nothing may die before we believe that what is left cannot be
/// killed by us.
const KILLING: Duration = Duration::from_secs(3);
/// How many processes and threads a program may make that we do not see in
/// time, and the user's other programs meanwhile.
const SLACK: u64 = 512;

/// Does its part of the work; ends as the program does.
pub fn run(args: &KeepArgs) -> Result<ExitCode> {
    if args.parent.is_some_and(|parent| parent != parent_id()) {
        bail!("whoever started the keeper is gone");
    }
    match args.role {
        Role::Starter => become_program(args),
        Role::Guard | Role::Keeper => keep(args),
    }
}

/// The command of the next part: ourselves again.
fn below(args: &KeepArgs, role: Role) -> Command {
    let mut command = Command::new(ourselves());
    command
        .arg0("workbook")
        .args(["keep", "--role", role.name()]);
    command.args(["--parent", &process::id().to_string()]);
    if let Some(report) = &args.report {
        command.arg("--report").arg(report);
    }
    if role == Role::Keeper {
        let limits = [
            (
                "--seconds",
                args.seconds.map(|t| t.as_secs_f64().to_string()),
            ),
            ("--processes", args.processes.map(|n| n.to_string())),
            ("--memory-mb", args.memory_mb.map(|n| n.to_string())),
        ];
        for (name, limit) in limits {
            if let Some(limit) = limit {
                command.args([name, &limit]);
            }
        }
    }
    command
}

/// Becomes the program, which then dies with the keeper that started us.
fn become_program(args: &KeepArgs) -> Result<ExitCode> {
    // A session of its own: where the system shares out its time by session
    // (sched(7), autogroup), what it starts cannot take all of ours.
    let _ = setsid();
    if let Some(nice) = args.nice {
        let _ = rustix::process::setpriority_process(None, nice);
    }
    #[cfg(target_os = "linux")]
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
    // If the keeper ended before that call, nothing would tell us.
    if args.parent != Some(parent_id()) {
        bail!("the keeper is gone");
    }
    let [name, rest @ ..] = &args.command[..] else {
        bail!("there is no program to start");
    };
    let why = Command::new(name).args(rest).exec();
    let name = kit::visible(&name.to_string_lossy());
    let why = format!("cannot start {name}: {why}");
    if let Ok(mut report) = Report::open(args.report.as_deref()) {
        report.tell(&Line::Cannot(why.clone()));
    }
    bail!("{why}");
}

/// Starts the next part and watches it to its end.
fn keep(args: &KeepArgs) -> Result<ExitCode> {
    // A session of our own: keys pressed at a terminal reach the judge, not us,
    // and the program has no terminal to ask at. Refused to the leader of a
    // group, when somebody types this command.
    let _ = setsid();
    #[cfg(target_os = "linux")]
    rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?;
    leave_no_core();
    let path = args.report.as_deref();
    let mut report = Report::open(path).with_context(|| match path {
        Some(path) => format!("cannot write the report {}", path.display()),
        None => "cannot write the report".into(),
    })?;
    let signals = Signals::new().context("cannot listen to signals")?;
    let parent = args.parent.unwrap_or_else(parent_id);
    let mut command = match args.role {
        Role::Guard => below(args, Role::Keeper),
        _ => below(args, Role::Starter),
    };
    if args.role == Role::Keeper {
        command.args(["--nice", &step_forward().to_string()]);
        limit_user(args);
    }
    command.arg("--").args(&args.command);
    let child = command.spawn().context("cannot start myself again")?;
    let mut ward = Ward {
        pid: Pid::from_child(&child),
        group: args.role == Role::Keeper,
        ended: None,
    };
    if args.role == Role::Keeper {
        let (keeper, program) = (process::id(), child.id());
        report.tell(&Line::Started { keeper, program });
    }
    // Its streams end when the program closes them, not when we do.
    leave_streams().context("cannot leave the streams to the program")?;
    let broken = watch(args, parent, &signals, &mut ward);
    if let Some(limit) = broken {
        report.tell(&Line::Limit(limit));
    }
    ward.kill();
    let swept = tree::kill_all(|| !ward.reap(), KILLING);
    if swept != Swept::default() {
        report.tell(&Line::Swept(swept));
    }
    Ok(end_like(ward.ended))
}

/// Watches until the program has ended or has to: then why, if for a limit.
fn watch(args: &KeepArgs, parent: u32, signals: &Signals, ward: &mut Ward) -> Option<Limit> {
    let mut use_of = Use::new(args);
    loop {
        ward.reap();
        if ward.ended.is_some() || parent_id() != parent || signals.hung_up() {
            return None;
        }
        if signals.terminated() {
            ward.signal(Signal::TERM);
        }
        if signals.interrupted() {
            ward.signal(Signal::INT);
        }
        match args.role {
            Role::Keeper => match use_of.limit_broken() {
                Some(limit) => return Some(limit),
                None => signals.wait(use_of.patience()),
            },
            _ => signals.wait(PERIOD),
        }
    }
}

/// Watches what the program uses.
struct Use<'a> {
    args: &'a KeepArgs,
    started: Instant,
    /// When to look next in any case, and the last process at the last look.
    look: Instant,
    last: Option<i64>,
}

impl Use<'_> {
    fn new(args: &KeepArgs) -> Use<'_> {
        let started = Instant::now();
        Use {
            args,
            started,
            look: started,
            last: None,
        }
    }

    fn limit_broken(&mut self) -> Option<Limit> {
        let time = self.args.seconds;
        if let Some(time) = time.filter(|time| self.started.elapsed() >= *time) {
            return Some(Limit::Time(time.as_millis() as u64));
        }
        let now = Instant::now();
        let last = tree::last_pid();
        let quick = match (self.last, last) {
            (Some(then), Some(now)) => now - then > QUICK || now < then,
            _ => false,
        };
        if now < self.look && !quick {
            return None;
        }
        self.last = last;
        let broken = self.overused();
        self.look = Instant::now() + (now.elapsed() * SPARED).clamp(LOOKS[0], LOOKS[1]);
        broken
    }

    /// Looks whether there are too many processes, or whether they hold too
    /// much memory.
    fn overused(&self) -> Option<Limit> {
        let processes = self.args.processes;
        let enough = processes.map_or(usize::MAX, |most| most as usize);
        let all = tree::some_below(process::id() as i32, enough);
        if let Some(most) = processes
            && all.len() > enough
        {
            return Some(Limit::Processes(most));
        }
        let most = self.args.memory_mb?;
        (tree::resident_kb(&all) > most * 1024).then_some(Limit::Memory(most))
    }

    /// How long nothing needs to be looked at.
    fn patience(&self) -> Duration {
        let time = self.args.seconds.unwrap_or(PERIOD);
        let left = time.saturating_sub(self.started.elapsed());
        let limited = self.args.processes.is_some() || self.args.memory_mb.is_some();
        left.min(if limited { GLANCE } else { PERIOD })
    }
}

/// The child: for the keeper the program, for the guard the keeper.
struct Ward {
    pid: Pid,
    /// Whether it leads a process group, all of which gets the signals.
    group: bool,
    ended: Option<WaitStatus>,
}

impl Ward {
    /// Takes note of all children that have ended; whether there are others.
    fn reap(&mut self) -> bool {
        loop {
            match wait(WaitOptions::NOHANG) {
                Ok(Some((pid, status))) if pid == self.pid => self.ended = Some(status),
                Ok(Some(_)) | Err(rustix::io::Errno::INTR) => {}
                Ok(None) => return true,
                // ECHILD: there is none, and so nothing at all below us.
                Err(_) => return false,
            }
        }
    }

    /// Kills it, or its group; what is elsewhere is left to [`tree::kill_all`].
    fn kill(&self) {
        if cfg!(target_os = "linux") {
            if self.ended.is_none() {
                self.signal(Signal::KILL);
            }
        } else if self.group {
            let _ = kill_process_group(self.pid, Signal::KILL);
        } else if self.ended.is_none() {
            // Nobody else finds what is below the keeper.
            self.signal(Signal::HUP);
        }
    }

    fn signal(&self, signal: Signal) {
        // Only before it is reaped: then the number is still its own.
        let group = self.group && kill_process_group(self.pid, signal).is_ok();
        if !group {
            // The group is there a moment later than the process.
            let _ = kill_process(self.pid, signal);
        }
    }
}

/// Goes before others on the processor, where that is allowed: who has to end
/// what went wild must not wait for its turn among it. Returns what the
/// program is to go back to.
fn step_forward() -> i32 {
    let nice = rustix::process::getpriority_process(None).unwrap_or(0);
    let _ = rustix::process::setpriority_process(None, nice - FORWARD);
    // Where time is shared out by session, that is for the session (sched(7)).
    let _ = std::fs::write("/proc/self/autogroup", (-FORWARD).to_string());
    nice
}

/// Lets the kernel end a fork bomb that starts faster than we see. That limit
/// counts all that the user runs, threads too, and holds for all but root, so
/// it is far above our own.
fn limit_user(args: &KeepArgs) {
    let user = rustix::process::getuid();
    let Some(processes) = args.processes.filter(|_| !user.is_root()) else {
        return;
    };
    let most = tree::tasks_of(user.as_raw()) + u64::from(processes) + SLACK;
    let limit = getrlimit(Resource::Nproc);
    let current = limit.current.map_or(most, |now| now.min(most));
    let new = Rlimit {
        current: Some(current),
        ..limit
    };
    // Below the maximum; it may always be set.
    let _ = setrlimit(Resource::Nproc, new);
}

/// Keeps the program and us from writing core files: 1 is no size for one,
/// and also forbids to pipe it to another program (core(5)).
fn leave_no_core() {
    let maximum = getrlimit(Resource::Core).maximum;
    let one = Some(maximum.map_or(1, |most| most.min(1)));
    // A lower limit may always be set.
    let _ = setrlimit(
        Resource::Core,
        Rlimit {
            current: one,
            maximum: one,
        },
    );
}

fn leave_streams() -> io::Result<()> {
    let null = OpenOptions::new()
        .read(true)
        .write(true)
        .open("/dev/null")?;
    rustix::stdio::dup2_stdin(&null)?;
    rustix::stdio::dup2_stdout(&null)?;
    rustix::stdio::dup2_stderr(&null)?;
    Ok(())
}

/// Ends with the same exit status, or by the same signal.
fn end_like(status: Option<WaitStatus>) -> ExitCode {
    if let Some(code) = status.and_then(WaitStatus::exit_status) {
        return ExitCode::from(code as u8);
    }
    let ended_by = status.and_then(WaitStatus::terminating_signal);
    let signal = ended_by.unwrap_or(Signal::KILL.as_raw());
    // Sets back what the signal does, and sends it to ourselves.
    let _ = signal_hook::low_level::emulate_default_handler(signal);
    // It is one that does nothing, or one without a name.
    ExitCode::from(128_u8.wrapping_add(signal as u8))
}
