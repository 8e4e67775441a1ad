//! What the threads of a program do at this moment (proc_pid_syscall(5)).

use std::fs;

use super::tree;

/// Of more threads nobody wants to read.
const MOST: usize = 64;

/// The threads of a program and of all it has started, to be looked at while
/// the program is borrowed.
#[derive(Clone, Copy, Debug)]
pub struct Threads {
    pub(super) keeper: u32,
}

impl Threads {
    /// Whether each of them waits, or has ended: what follows from all that has
    /// reached the program has followed. A thread that would go on if it had a
    /// processor does not wait. True where the system does not tell.
    pub fn are_at_rest(&self) -> bool {
        let processes = tree::below(self.keeper as i32);
        let mut tasks = processes.iter().flat_map(|stat| tasks(stat.pid));
        !tasks.any(|task| tree::state(&task).is_some_and(|state| matches!(state, 'R' | 'D')))
    }
}

/// What each thread does, the program's first one first: `runs`, a system call
/// such as `accept4`, or `read from standard input`.
pub fn waits_in(program: u32, keeper: u32) -> Vec<String> {
    let program = program as i32;
    let mut processes: Vec<i32> = tree::below(keeper as i32)
        .into_iter()
        .filter(|stat| stat.state != 'Z')
        .map(|stat| stat.pid)
        .collect();
    processes.sort_unstable_by_key(|pid| (*pid != program, *pid));
    let tasks = processes.into_iter().flat_map(tasks);
    tasks.take(MOST).filter_map(|task| does(&task)).collect()
}

/// The folders of the threads of a process, in the order of their making.
fn tasks(process: i32) -> Vec<String> {
    let Ok(entries) = fs::read_dir(format!("/proc/{process}/task")) else {
        return Vec::new();
    };
    let name = |entry: fs::DirEntry| entry.file_name().to_str()?.parse().ok();
    let mut tasks: Vec<i32> = entries.flatten().filter_map(name).collect();
    tasks.sort_unstable();
    let folder = |task: i32| format!("/proc/{process}/task/{task}");
    tasks.into_iter().map(folder).collect()
}

fn does(task: &str) -> Option<String> {
    let line = fs::read_to_string(format!("{task}/syscall")).ok()?;
    words(line.trim_end())
}

/// The line holds the number of the call, then its arguments; it is "running"
/// for a thread that runs, and -1 for one that waits outside of a call.
fn words(line: &str) -> Option<String> {
    if line == "running" {
        return Some("runs".into());
    }
    let mut fields = line.split(' ');
    let number: i64 = fields.next()?.parse().ok()?;
    if number < 0 {
        return Some("waits outside of a system call".into());
    }
    let Some(name) = name(number) else {
        return Some(format!("system call {number}"));
    };
    let reads = matches!(name, "read" | "readv");
    if reads && fields.next() == Some("0x0") {
        return Some(format!("{name} from standard input"));
    }
    Some(name.into())
}

/// The calls in which programs wait.
fn name(number: i64) -> Option<&'static str> {
    let found = CALLS.iter().find(|(call, _)| *call == number);
    found.map(|(_, name)| *name)
}

macro_rules! calls {
    ($($name:literal $number:ident),* $(,)?) => {
        &[$((libc::$number as i64, $name)),*]
    };
}

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
const CALLS: &[(i64, &str)] = calls![
    "accept" SYS_accept, "accept4" SYS_accept4, "connect" SYS_connect,
    "read" SYS_read, "readv" SYS_readv, "write" SYS_write, "writev" SYS_writev,
    "recvfrom" SYS_recvfrom, "recvmsg" SYS_recvmsg, "recvmmsg" SYS_recvmmsg,
    "sendto" SYS_sendto, "sendmsg" SYS_sendmsg, "sendmmsg" SYS_sendmmsg,
    "sendfile" SYS_sendfile, "splice" SYS_splice, "close" SYS_close,
    "poll" SYS_poll, "ppoll" SYS_ppoll, "select" SYS_select, "pselect6" SYS_pselect6,
    "epoll_wait" SYS_epoll_wait, "epoll_pwait" SYS_epoll_pwait,
    "epoll_pwait2" SYS_epoll_pwait2, "io_uring_enter" SYS_io_uring_enter,
    "futex" SYS_futex, "futex_waitv" SYS_futex_waitv,
    "nanosleep" SYS_nanosleep, "clock_nanosleep" SYS_clock_nanosleep,
    "wait4" SYS_wait4, "waitid" SYS_waitid, "pause" SYS_pause,
    "rt_sigsuspend" SYS_rt_sigsuspend, "rt_sigtimedwait" SYS_rt_sigtimedwait,
    "restart_syscall" SYS_restart_syscall, "flock" SYS_flock, "fcntl" SYS_fcntl,
    "open" SYS_open, "openat" SYS_openat, "fsync" SYS_fsync, "vfork" SYS_vfork,
];

#[cfg(all(target_os = "linux", target_arch = "aarch64"))]
const CALLS: &[(i64, &str)] = calls![
    "accept" SYS_accept, "accept4" SYS_accept4, "connect" SYS_connect,
    "read" SYS_read, "readv" SYS_readv, "write" SYS_write, "writev" SYS_writev,
    "recvfrom" SYS_recvfrom, "recvmsg" SYS_recvmsg, "recvmmsg" SYS_recvmmsg,
    "sendto" SYS_sendto, "sendmsg" SYS_sendmsg, "sendmmsg" SYS_sendmmsg,
    "sendfile" SYS_sendfile, "splice" SYS_splice, "close" SYS_close,
    "ppoll" SYS_ppoll, "pselect6" SYS_pselect6,
    "epoll_pwait" SYS_epoll_pwait, "epoll_pwait2" SYS_epoll_pwait2,
    "io_uring_enter" SYS_io_uring_enter,
    "futex" SYS_futex, "futex_waitv" SYS_futex_waitv,
    "nanosleep" SYS_nanosleep, "clock_nanosleep" SYS_clock_nanosleep,
    "wait4" SYS_wait4, "waitid" SYS_waitid,
    "rt_sigsuspend" SYS_rt_sigsuspend, "rt_sigtimedwait" SYS_rt_sigtimedwait,
    "restart_syscall" SYS_restart_syscall, "flock" SYS_flock, "fcntl" SYS_fcntl,
    "openat" SYS_openat, "fsync" SYS_fsync,
];

// Elsewhere the numbers are shown as they are.
#[cfg(not(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
)))]
const CALLS: &[(i64, &str)] = calls![];

#[cfg(all(test, target_os = "linux", target_arch = "x86_64"))]
mod tests {
    use super::words;

    #[test]
    fn a_line_of_proc_names_the_call() {
        let said = |line| words(line).unwrap_or_default();
        assert_eq!(said("running"), "runs");
        assert_eq!(
            said("288 0x3 0x0 0x0 0x80000 0x0 0x0 0x7ffd 0x7f"),
            "accept4"
        );
        assert_eq!(
            said("0 0x0 0x7 0x2 0x0 0x0 0x0 0x7 0x7"),
            "read from standard input"
        );
        assert_eq!(said("0 0x3 0x7 0x2 0x0 0x0 0x0 0x7 0x7"), "read");
        assert_eq!(said("-1 0x7 0x7"), "waits outside of a system call");
        assert_eq!(said("9999 0x7"), "system call 9999");
        assert_eq!(words(""), None);
    }
}
