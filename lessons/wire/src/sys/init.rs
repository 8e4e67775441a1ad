//! The first process of a new process id namespace: the kernel kills all others with it.

use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::Command;

use libc::{c_int, c_void};

/// Makes `command` start a program with an init of its own above it.
///
/// The calling thread must have a new process id namespace for its children (CLONE_NEWPID), must
/// start the command itself, and must live as long as the program: the init is killed when that
/// thread ends (PR_SET_PDEATHSIG(2const)), also when the whole process is killed, and the kernel
/// then kills everything in the namespace (pid_namespaces(7)). The init never executes another
/// program, which is why that signal cannot be lost, and why the program itself, as process 2,
/// has all signals as usual. It reaps orphans, and when the program ends it writes the wait
/// status (wait(2)) to `status`, four bytes. It ends when nothing is left that the program has
/// started; whoever does not want to wait for that kills it.
///
/// `reader` is the other end of the pipe `status`; nobody else must hold it.
pub(crate) fn contain(command: &mut Command, status: OwnedFd, reader: c_int) {
    let prepare = move || become_init(status.as_raw_fd(), reader);
    // SAFETY: between fork and exec only system calls are made that signal-safety(7) allows, and
    // no memory is allocated or freed.
    unsafe { command.pre_exec(prepare) };
}

/// Runs in the new process; returns in its only child, which goes on to execute the program.
fn become_init(status: c_int, reader: c_int) -> io::Result<()> {
    // SAFETY: these calls take numbers, or a pointer to a pollfd that lives until they return.
    let child = unsafe {
        // Without this the pipe would always seem to have somebody who reads it.
        libc::close(reader);
        if libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL, 0, 0, 0) == -1 {
            return Err(io::Error::last_os_error());
        }
        // If the parent died before that call, nobody reads the pipe now.
        let mut end = libc::pollfd {
            fd: status,
            events: 0,
            revents: 0,
        };
        if libc::poll(&raw mut end, 1, 0) == 1 && end.revents & libc::POLLERR != 0 {
            libc::_exit(1);
        }
        libc::fork()
    };
    match child {
        -1 => Err(io::Error::last_os_error()),
        0 => Ok(()),
        child => reap(child, status),
    }
}

fn reap(program: c_int, status: c_int) -> ! {
    // The program's pipes must close when it ends, not when this process does.
    close_between(0, status - 1);
    close_between(status + 1, c_int::MAX);
    loop {
        let mut how: c_int = 0;
        // SAFETY: `how` is an int that lives until waitpid returns.
        let ended = unsafe { libc::waitpid(-1, &raw mut how, 0) };
        let over = ended == program && (libc::WIFEXITED(how) || libc::WIFSIGNALED(how));
        if over {
            let from: *const c_int = &raw const how;
            let from: *const c_void = from.cast();
            // SAFETY: `from` points to the four bytes of `how`.
            unsafe { libc::write(status, from, size_of::<c_int>()) };
        }
        if ended == -1 && io::Error::last_os_error().raw_os_error() != Some(libc::EINTR) {
            // SAFETY: _exit runs no destructors, and there are none to run.
            unsafe { libc::_exit(0) };
        }
    }
}

/// Closes all descriptors from `first` to `last`, both included.
fn close_between(first: c_int, last: c_int) {
    if first > last {
        return;
    }
    // SAFETY: this process uses none of them, and owns no object that would close them again.
    unsafe {
        if libc::syscall(libc::SYS_close_range, first, last, 0) == -1 {
            // Before Linux 5.9: one by one, as many as a process usually may open.
            for fd in first..=last.min(first.saturating_add(4096)) {
                libc::close(fd);
            }
        }
    }
}
