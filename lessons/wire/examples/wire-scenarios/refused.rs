//! Refusals, brought about on purpose.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Makes this process one that is refused, tries to enter, and says what the refusal was and
/// whether ordinary sockets on loopback still work.
pub fn simulate(how: &str) -> String {
    let answer = match how {
        "threads" => {
            let (_stop, wait) = std::sync::mpsc::channel::<()>();
            std::thread::spawn(move || wait.recv());
            wire::probe::answer()
        }
        "seccomp" => match forbid_unshare() {
            Ok(()) => wire::probe::answer(),
            Err(e) => format!("seccomp: {e}"),
        },
        "capabilities" => return without_capabilities(),
        "user-limit" => return in_child("max_user_namespaces"),
        "net-limit" => return in_child("max_net_namespaces"),
        "probe" => wire::probe::answer(),
        _ => "threads, seccomp, capabilities, user-limit, net-limit or probe".into(),
    };
    format!("{answer}\n{}", loopback())
}

fn loopback() -> String {
    let stream = TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| TcpStream::connect(listener.local_addr()?));
    stream.map_or_else(|e| format!("loopback {e}"), |_| "loopback works".into())
}

/// Enters, and lowers a limit in the new user namespace before a child tries the same.
fn in_child(limit: &str) -> String {
    if let Err(refusal) = wire::enter() {
        return format!("enter: {refusal}");
    }
    if let Err(e) = fs::write(format!("/proc/sys/user/{limit}"), "0") {
        return format!("{limit}: {e}");
    }
    let program = std::env::current_exe();
    let child = program.and_then(|p| Command::new(p).args(["--refused", "probe"]).output());
    match child {
        Ok(output) => String::from_utf8_lossy(&output.stdout).trim().to_owned(),
        Err(e) => format!("child: {e}"),
    }
}

/// Enters, gives up all capabilities as AppArmor on Ubuntu would have it, and asks for a lab.
fn without_capabilities() -> String {
    let entered = match wire::enter() {
        Ok(entered) => entered,
        Err(refusal) => return format!("enter: {refusal}"),
    };
    if let Err(e) = drop_capabilities() {
        return format!("capset: {e}");
    }
    match wire::Lab::new(&entered) {
        Ok(_) => "a lab without capabilities".into(),
        Err(refusal) => {
            let (step, errno, cause) = (refusal.step, refusal.errno, refusal.cause);
            format!("{step:?} {errno:?} {cause:?}\n{}", loopback())
        }
    }
}

/// Starts labs with programs in them and kills each with SIGKILL, in a user namespace that allows
/// two labs at a time: if anything stayed behind, the third would be refused.
pub fn kill_nine() -> Result<(), String> {
    wire::enter().map_err(|e| e.to_string())?;
    fs::write("/proc/sys/user/max_net_namespaces", "8").map_err(|e| e.to_string())?;
    let program = std::env::current_exe().map_err(|e| e.to_string())?;
    for _ in 0..6 {
        let deadline = Instant::now() + Duration::from_secs(10);
        // The kernel takes namespaces down some time after their last process.
        loop {
            let mut child = Command::new(&program)
                .arg("linger")
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .map_err(|e| e.to_string())?;
            let mut line = String::new();
            let out = child.stdout.take().ok_or("no stdout")?;
            BufReader::new(out)
                .read_line(&mut line)
                .map_err(|e| e.to_string())?;
            child
                .kill()
                .and_then(|()| child.wait())
                .map_err(|e| e.to_string())?;
            if line.starts_with("ready") {
                break;
            }
            if Instant::now() > deadline {
                return Err("what was killed left namespaces behind".into());
            }
        }
    }
    Ok(())
}

#[allow(unsafe_code)]
fn drop_capabilities() -> std::io::Result<()> {
    // struct __user_cap_header_struct, version 3; and two __user_cap_data_struct of zeros.
    let header: [u32; 2] = [0x2008_0522, 0];
    let none: [u32; 6] = [0; 6];
    // SAFETY: both structures live until the call returns; the kernel only reads them.
    let result = unsafe { libc::syscall(libc::SYS_capset, header.as_ptr(), none.as_ptr()) };
    if result == -1 {
        Err(std::io::Error::last_os_error())
    } else {
        Ok(())
    }
}

/// A filter as Docker's: unshare(2) gives EPERM, everything else is allowed.
#[allow(unsafe_code)]
fn forbid_unshare() -> std::io::Result<()> {
    let load_number = libc::BPF_LD | libc::BPF_W | libc::BPF_ABS;
    let jump_if_equal = libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K;
    let give = libc::BPF_RET | libc::BPF_K;
    let step = |code: u32, jt, jf, k| libc::sock_filter {
        code: code as u16,
        jt,
        jf,
        k,
    };
    let mut steps = [
        step(load_number, 0, 0, 0),
        step(jump_if_equal, 0, 1, libc::SYS_unshare as u32),
        step(give, 0, 0, libc::SECCOMP_RET_ERRNO | libc::EPERM as u32),
        step(give, 0, 0, libc::SECCOMP_RET_ALLOW),
    ];
    let filter = libc::sock_fprog {
        len: steps.len() as u16,
        filter: steps.as_mut_ptr(),
    };
    // SAFETY: the filter and its steps live until the call returns; the kernel copies them.
    let result = unsafe {
        libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        libc::prctl(
            libc::PR_SET_SECCOMP,
            libc::SECCOMP_MODE_FILTER,
            &raw const filter,
        )
    };
    if result == -1 {
        Err(std::io::Error::last_os_error())
    } else {
        Ok(())
    }
}
