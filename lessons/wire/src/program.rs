//! Programs on a host that cannot outlive this process.

use std::io::{self, PipeReader, Read};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use libc::CLONE_NEWPID;

use crate::sandbox::Namespace;
use crate::sys;

/// A program running on a host; dropping it kills the program and all it has started.
#[derive(Debug)]
pub struct Program {
    /// What it reads, if `Stdio::piped` was asked for.
    pub stdin: Option<ChildStdin>,
    /// What it writes, likewise.
    pub stdout: Option<ChildStdout>,
    /// What it writes as errors, likewise.
    pub stderr: Option<ChildStderr>,
    init: Arc<Init>,
    ended: Receiver<io::Result<ExitStatus>>,
    status: Option<ExitStatus>,
    keeper: Option<JoinHandle<()>>,
}

/// The init above the program (see [`sys::contain`]); its number is no longer its once it is gone.
#[derive(Debug)]
struct Init {
    pid: i32,
    gone: Mutex<bool>,
    /// Whether all have been asked to end: then what the program has started is waited for.
    asked: AtomicBool,
}

/// What the keeper thread tells: the program has started.
struct Started {
    init: Arc<Init>,
    stdin: Option<ChildStdin>,
    stdout: Option<ChildStdout>,
    stderr: Option<ChildStderr>,
}

/// Starts `command` in the namespace. A thread of its own does it and waits: the process id
/// namespace is chosen per thread, and the init is killed when the thread that started it ends.
pub(crate) fn spawn(namespace: &Namespace, command: Command) -> io::Result<Program> {
    let file = namespace.file().try_clone()?;
    let (announce, started) = mpsc::channel();
    let (report, ended) = mpsc::channel();
    let keeper = thread::Builder::new()
        .name("keeper".into())
        .stack_size(256 * 1024)
        .spawn(
            move || match start(Namespace::of(file), command, &announce) {
                Ok((child, init, status)) => report.send(keep(child, &init, status)).unwrap_or(()),
                Err(e) => announce.send(Err(e)).unwrap_or(()),
            },
        )?;
    let lost = |_| io::Error::other("the thread that starts the program ended early");
    let started: Started = started.recv().map_err(lost)??;
    Ok(Program {
        stdin: started.stdin,
        stdout: started.stdout,
        stderr: started.stderr,
        init: started.init,
        ended,
        status: None,
        keeper: Some(keeper),
    })
}

impl Program {
    /// Waits for the program to end, at most `within`. None if it still runs.
    ///
    /// Close or take `stdin` first if the program reads it to its end.
    ///
    /// # Errors
    /// `Other` if its end was not seen.
    pub fn wait(&mut self, within: Duration) -> io::Result<Option<ExitStatus>> {
        if self.status.is_some() {
            return Ok(self.status);
        }
        match self.ended.recv_timeout(within) {
            Ok(status) => {
                self.status = Some(status?);
                Ok(self.status)
            }
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => {
                Err(io::Error::other("the end of the program was not seen"))
            }
        }
    }

    /// Asks the program and everything in its process group to end (SIGTERM).
    ///
    /// A shell may end at once and leave behind a program that has something to do before its own
    /// end, so from now on the end is that of all of them. Else what a program leaves behind is
    /// killed.
    ///
    /// # Errors
    /// As kill(2); that it has ended already is none.
    pub fn terminate(&self) -> io::Result<()> {
        self.init.asked.store(true, Ordering::SeqCst);
        // The init ignores it, as the first process of a namespace does (pid_namespaces(7)).
        self.init.signal(true, libc::SIGTERM)
    }

    /// Kills the program and all it has started, whatever group they are in (SIGKILL).
    ///
    /// # Errors
    /// As kill(2); that it has ended already is none.
    pub fn kill(&self) -> io::Result<()> {
        self.init.signal(false, libc::SIGKILL)
    }

    /// The process above the program; it and the program share a process group of this number.
    pub fn id(&self) -> u32 {
        self.init.pid as u32
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended meanwhile; any other refusal leaves nothing to try.
        let _ = self.kill();
        if let Some(keeper) = self.keeper.take() {
            let _ = keeper.join();
        }
    }
}

impl Init {
    fn signal(&self, group: bool, signal: i32) -> io::Result<()> {
        let gone = self.gone.lock().unwrap_or_else(PoisonError::into_inner);
        if *gone {
            return Ok(());
        }
        match sys::signal(if group { -self.pid } else { self.pid }, signal) {
            Err(e) if e.raw_os_error() == Some(libc::ESRCH) => Ok(()),
            result => result,
        }
    }
}

fn start(
    namespace: Namespace,
    mut command: Command,
    announce: &Sender<io::Result<Started>>,
) -> io::Result<(Child, Arc<Init>, PipeReader)> {
    namespace.stay()?;
    sys::unshare(CLONE_NEWPID)?;
    let (reader, writer) = io::pipe()?;
    sys::contain(&mut command, OwnedFd::from(writer), reader.as_raw_fd());
    let mut child = command.process_group(0).spawn()?;
    // With the command goes our copy of the writing end.
    drop(command);
    let init = Arc::new(Init {
        pid: child.id() as i32,
        gone: Mutex::new(false),
        asked: AtomicBool::new(false),
    });
    let started = Started {
        init: init.clone(),
        stdin: child.stdin.take(),
        stdout: child.stdout.take(),
        stderr: child.stderr.take(),
    };
    // If nobody listens any more the program is not wanted, and ends with this thread.
    announce
        .send(Ok(started))
        .map_err(|_| io::Error::other("nobody waits for it"))?;
    Ok((child, init, reader))
}

/// Waits for the end of the program and of what it left behind, and returns how it ended; killed
/// if anything had to be killed that was asked to end.
fn keep(mut child: Child, init: &Init, mut status: PipeReader) -> io::Result<ExitStatus> {
    let mut told = Vec::new();
    status.by_ref().take(4).read_to_end(&mut told)?;
    let asked = init.asked.load(Ordering::SeqCst);
    if !asked {
        // It may have ended by itself; any other refusal leaves nothing to try.
        let _ = init.signal(false, libc::SIGKILL);
    }
    // The pipe closes with the init.
    status.read_to_end(&mut Vec::new())?;
    // Nobody may signal this number any more once it is waited for.
    let mut gone = init.gone.lock().unwrap_or_else(PoisonError::into_inner);
    let own = child.wait()?;
    *gone = true;
    Ok(match told.first_chunk() {
        Some(raw) if !(asked && own.signal().is_some()) => {
            ExitStatus::from_raw(i32::from_ne_bytes(*raw))
        }
        // The init was killed before the program ended, or before the rest did.
        _ => own,
    })
}
