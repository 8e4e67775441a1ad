//! Into namespaces of our own, without root: the one step a process can take only once.

use std::fs::{self, File};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;

use libc::{CLONE_NEWNET, CLONE_NEWUSER};
use libc::{EACCES, EAFNOSUPPORT, EINVAL, ENOSPC, ENOSYS, EOPNOTSUPP, EPERM, EUSERS};

use crate::links;
use crate::refusal::{Cause, Refusal, Step};
use crate::sys;

/// Proof that the process is in namespaces of its own.
#[derive(Debug)]
pub struct Entered {
    _only_enter_makes_one: (),
}

/// Puts the process into a user namespace and a network namespace of its own.
///
/// To be called first in `main`: a process with threads is refused (unshare(2)). The user and group
/// keep their numbers, so files stay reachable as before; supplementary groups can no longer be
/// changed. The network namespace has nothing but a loopback interface: what was reachable before
/// is no longer, until the process ends. If user namespaces are refused but the process has
/// CAP_SYS_ADMIN (sudo, `podman unshare`), it makes only the network namespace.
///
/// # Errors
/// [`Refusal`] with the first step that failed. Sockets on 127.0.0.1 still work then.
pub fn enter() -> Result<Entered, Refusal> {
    if threads() > 1 {
        let (step, errno, cause) = (Step::UserNamespace, Some(EINVAL), Cause::Threads);
        return Err(Refusal { step, errno, cause });
    }
    let (uid, gid) = sys::effective_ids();
    match sys::unshare(CLONE_NEWUSER) {
        Ok(()) => {
            // Without this an ordinary user must not write gid_map (user_namespaces(7)).
            match fs::write("/proc/self/setgroups", "deny") {
                Err(e) if e.kind() == io::ErrorKind::NotFound => {}
                result => result.map_err(|e| refuse(Step::SetGroups, &e))?,
            }
            fs::write("/proc/self/uid_map", format!("{uid} {uid} 1"))
                .map_err(|e| refuse(Step::UidMap, &e))?;
            fs::write("/proc/self/gid_map", format!("{gid} {gid} 1"))
                .map_err(|e| refuse(Step::GidMap, &e))?;
        }
        Err(_) if may_administer() => {}
        Err(e) => return Err(refuse(Step::UserNamespace, &e)),
    }
    sys::unshare(CLONE_NEWNET).map_err(|e| refuse(Step::NetNamespace, &e))?;
    links::loopback_up().map_err(|e| refuse(Step::LinkUp, &e))?;
    Ok(Entered {
        _only_enter_makes_one: (),
    })
}

/// A network namespace, alive as long as this or a socket in it.
#[derive(Debug)]
pub(crate) struct Namespace {
    file: File,
}

impl Namespace {
    /// A new one; the thread stays where it is.
    pub(crate) fn new() -> io::Result<Namespace> {
        let here = Namespace::current()?;
        sys::unshare(CLONE_NEWNET)?;
        let back = Back(here);
        let new = Namespace::current();
        drop(back);
        new
    }

    /// Runs `f` with the calling thread inside.
    pub(crate) fn enter<T>(&self, f: impl FnOnce() -> T) -> io::Result<T> {
        let here = Namespace::current()?;
        self.stay()?;
        let _back = Back(here);
        Ok(f())
    }

    /// Moves the calling thread inside for good.
    pub(crate) fn stay(&self) -> io::Result<()> {
        sys::enter_network(self.file.as_fd())
    }

    pub(crate) fn of(file: File) -> Namespace {
        Namespace { file }
    }

    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    /// The calling thread's; /proc/self would be the main thread's.
    fn current() -> io::Result<Namespace> {
        Ok(Namespace {
            file: File::open("/proc/thread-self/ns/net")?,
        })
    }
}

/// Returns the thread to where it came from.
struct Back(Namespace);

impl Drop for Back {
    fn drop(&mut self) {
        if let Err(e) = self.0.stay() {
            // Going on in the wrong namespace would make every later result a lie.
            panic!("cannot return to the namespace this thread came from: {e}");
        }
    }
}

/// The refusal of a step, and what is behind it.
pub(crate) fn refuse(step: Step, error: &io::Error) -> Refusal {
    let errno = error.raw_os_error();
    let facts = Facts {
        seccomp: status("Seccomp:").is_some_and(|mode| mode.trim() == "2"),
        apparmor: knob("kernel/apparmor_restrict_unprivileged_userns") == Some(1),
        only_root: knob("kernel/unprivileged_userns_clone") == Some(0),
        chroot: looks_like_chroot(),
    };
    Refusal {
        step,
        errno,
        cause: facts.cause(step, errno.unwrap_or(0)),
    }
}

/// What the system says about itself.
#[derive(Clone, Copy, Default)]
struct Facts {
    seccomp: bool,
    apparmor: bool,
    only_root: bool,
    chroot: bool,
}

impl Facts {
    fn cause(self, step: Step, errno: i32) -> Cause {
        match (step, errno) {
            (Step::UserNamespace, ENOSPC | EUSERS) => Cause::UserLimit,
            (Step::NetNamespace, ENOSPC) => Cause::NetLimit,
            (Step::PidNamespace, ENOSPC) => Cause::PidLimit,
            (Step::UserNamespace, EPERM | EACCES) if self.only_root => Cause::UsernsClone,
            (Step::UserNamespace, EPERM | EACCES | ENOSYS) if self.seccomp => Cause::Seccomp,
            (Step::UserNamespace, EINVAL | ENOSYS) => Cause::NoUserNamespaces,
            (_, EPERM | EACCES) if self.apparmor => Cause::AppArmor,
            (Step::UserNamespace, EPERM) if self.chroot => Cause::Chroot,
            (Step::Veth | Step::PacketSocket | Step::Checksums, EOPNOTSUPP | EAFNOSUPPORT) => {
                Cause::Module
            }
            (Step::NetNamespace | Step::PidNamespace | Step::PacketSocket, EPERM)
                if self.seccomp =>
            {
                Cause::Seccomp
            }
            (Step::UserNamespace, _) => Cause::Unknown,
            (_, EPERM | EACCES) => Cause::Capabilities,
            _ => Cause::Unknown,
        }
    }
}

/// The number of threads of this process.
fn threads() -> usize {
    fs::read_dir("/proc/self/task").map_or(1, |tasks| tasks.count())
}

/// True if CAP_SYS_ADMIN is effective (capabilities(7)).
fn may_administer() -> bool {
    const CAP_SYS_ADMIN: u64 = 21;
    let effective = status("CapEff:").and_then(|hex| u64::from_str_radix(hex.trim(), 16).ok());
    effective.is_some_and(|caps| caps >> CAP_SYS_ADMIN & 1 == 1)
}

/// A line of /proc/self/status, without its name.
fn status(name: &str) -> Option<String> {
    let text = fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    Some(line.to_owned())
}

fn knob(path: &str) -> Option<i64> {
    fs::read_to_string(format!("/proc/sys/{path}"))
        .ok()?
        .trim()
        .parse()
        .ok()
}

/// The inode of the root of ext4, tmpfs or overlay, btrfs, and xfs; other numbers are suspicious.
fn looks_like_chroot() -> bool {
    fs::metadata("/").is_ok_and(|root| !matches!(root.ino(), 1 | 2 | 64 | 96 | 128 | 256))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_situation_has_its_cause() {
        let plain = Facts::default();
        let docker = Facts {
            seccomp: true,
            ..plain
        };
        let ubuntu = Facts {
            apparmor: true,
            ..plain
        };
        let debian = Facts {
            only_root: true,
            ..plain
        };
        let chroot = Facts {
            chroot: true,
            ..plain
        };
        let cases = [
            (plain, Step::UserNamespace, ENOSPC, Cause::UserLimit),
            (plain, Step::NetNamespace, ENOSPC, Cause::NetLimit),
            (docker, Step::UserNamespace, EPERM, Cause::Seccomp),
            (docker, Step::NetNamespace, EPERM, Cause::Seccomp),
            (debian, Step::UserNamespace, EPERM, Cause::UsernsClone),
            (ubuntu, Step::SetGroups, EACCES, Cause::AppArmor),
            (ubuntu, Step::UidMap, EPERM, Cause::AppArmor),
            (ubuntu, Step::UserNamespace, EPERM, Cause::AppArmor),
            (chroot, Step::UserNamespace, EPERM, Cause::Chroot),
            (plain, Step::UserNamespace, EINVAL, Cause::NoUserNamespaces),
            (plain, Step::UserNamespace, EPERM, Cause::Unknown),
            (plain, Step::NetNamespace, EPERM, Cause::Capabilities),
            (plain, Step::Veth, EOPNOTSUPP, Cause::Module),
            (plain, Step::PacketSocket, EAFNOSUPPORT, Cause::Module),
            (plain, Step::Handshake, 110, Cause::Unknown),
        ];
        for (facts, step, errno, cause) in cases {
            assert_eq!(facts.cause(step, errno), cause, "{step:?} {errno}");
        }
    }
}
