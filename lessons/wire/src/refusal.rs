//! Why there is no lab here, in words that the doctor, `workbook wire` and the lessons share.

use std::fmt;

/// The first step on the way to a lab that the system refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What was tried.
    pub step: Step,
    /// The errno the kernel gave; None if the step failed without one.
    pub errno: Option<i32>,
    /// What is behind it, judged by the step, the errno and the system's settings.
    pub cause: Cause,
}

/// The steps on the way to a lab, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Step {
    Platform,
    UserNamespace,
    SetGroups,
    UidMap,
    GidMap,
    NetNamespace,
    Veth,
    Address,
    LinkUp,
    Checksums,
    PacketSocket,
    Thread,
    PidNamespace,
    Handshake,
}

/// What is behind a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Not Linux.
    NotLinux,
    /// The process has more than one thread already.
    Threads,
    /// user.max_user_namespaces (namespaces(7)).
    UserLimit,
    /// user.max_net_namespaces.
    NetLimit,
    /// user.max_pid_namespaces.
    PidLimit,
    /// kernel.unprivileged_userns_clone of Debian's kernels is 0.
    UsernsClone,
    /// A seccomp filter, as containers have.
    Seccomp,
    /// kernel.apparmor_restrict_unprivileged_userns of Ubuntu's kernels is 1.
    AppArmor,
    /// The root directory is not that of the mount namespace (user_namespaces(7)).
    Chroot,
    /// A kernel without CONFIG_USER_NS.
    NoUserNamespaces,
    /// A capability is missing inside the new namespace.
    Capabilities,
    /// A kernel without veth or AF_PACKET, or without their modules.
    Module,
    /// None of these.
    Unknown,
}

impl Refusal {
    /// What the learner can do about it, in one paragraph of plain text.
    pub fn remedy(&self) -> &'static str {
        match self.cause {
            Cause::NotLinux => {
                "The lab needs Linux. On Windows run it in WSL 2; on macOS in a Linux virtual machine."
            }
            Cause::Threads => {
                "This is a mistake in the program, not in the system: wire::enter() must be called \
                 first in main, before any thread is started."
            }
            Cause::UserLimit => {
                "The limit of user namespaces is used up or 0. Raise it: \
                 sudo sysctl -w user.max_user_namespaces=15000 (to keep it, write \
                 user.max_user_namespaces=15000 to a file in /etc/sysctl.d). If this is a sandbox \
                 inside another, the limit of the outer one counts too."
            }
            Cause::NetLimit => {
                "The limit of network namespaces is used up; a lab needs four. Raise it: \
                 sudo sysctl -w user.max_net_namespaces=15000. If this is a sandbox inside \
                 another, the limit of the outer one counts too."
            }
            Cause::PidLimit => {
                "The limit of process id namespaces is used up; each program in a lab needs one. \
                 Raise it: sudo sysctl -w user.max_pid_namespaces=15000."
            }
            Cause::UsernsClone => {
                "This kernel lets only root make user namespaces. Allow it: \
                 sudo sysctl -w kernel.unprivileged_userns_clone=1."
            }
            Cause::Seccomp => {
                "A seccomp filter forbids it, as in Docker by default. Start the container with: \
                 docker run --security-opt seccomp=unconfined."
            }
            Cause::AppArmor => {
                "AppArmor restricts user namespaces, as in Ubuntu since 24.04. Either give this \
                 program a profile: in /etc/apparmor.d/workbook write `profile workbook \
                 /home/*/**/target/{debug,release}/** flags=(unconfined) { userns, }` and load it \
                 with sudo apparmor_parser -r /etc/apparmor.d/workbook. Or lift the restriction \
                 until the next boot, for every program on the machine: \
                 sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0."
            }
            Cause::Chroot => {
                "The root directory looks like that of a chroot, where user namespaces are \
                 forbidden. Run it outside."
            }
            Cause::NoUserNamespaces => {
                "This kernel was built without user namespaces (CONFIG_USER_NS). Use another \
                 kernel, or run it as root."
            }
            Cause::Capabilities => {
                "The new namespace came without its capabilities: something between this program \
                 and the kernel (a security module or a container) has taken them. Run it outside \
                 of the container, or allow user namespaces there."
            }
            Cause::Module => {
                "The kernel lacks a module. Load it: sudo modprobe veth; sudo modprobe af_packet. \
                 In a container that must be done on the machine that runs it."
            }
            Cause::Unknown => {
                "The reason is unknown. Run it outside of containers and sandboxes, or as root \
                 in a virtual machine."
            }
        }
    }

    /// One line of text that [`from_line`](Refusal::from_line) reads back.
    pub(crate) fn to_line(self) -> String {
        let errno = self.errno.unwrap_or(0);
        format!(
            "refused step={:?} errno={errno} cause={:?}",
            self.step, self.cause
        )
    }

    /// Reads what `to_line` wrote.
    pub(crate) fn from_line(line: &str) -> Option<Refusal> {
        let mut words = line.strip_prefix("refused ")?.split_whitespace();
        let step = words.next()?.strip_prefix("step=")?;
        let errno: i32 = words.next()?.strip_prefix("errno=")?.parse().ok()?;
        let cause = words.next()?.strip_prefix("cause=")?;
        Some(Refusal {
            step: *STEPS.iter().find(|s| format!("{s:?}") == step)?,
            errno: (errno != 0).then_some(errno),
            cause: *CAUSES.iter().find(|c| format!("{c:?}") == cause)?,
        })
    }
}

const STEPS: [Step; 14] = [
    Step::Platform,
    Step::UserNamespace,
    Step::SetGroups,
    Step::UidMap,
    Step::GidMap,
    Step::NetNamespace,
    Step::Veth,
    Step::Address,
    Step::LinkUp,
    Step::Checksums,
    Step::PacketSocket,
    Step::Thread,
    Step::PidNamespace,
    Step::Handshake,
];

const CAUSES: [Cause; 13] = [
    Cause::NotLinux,
    Cause::Threads,
    Cause::UserLimit,
    Cause::NetLimit,
    Cause::PidLimit,
    Cause::UsernsClone,
    Cause::Seccomp,
    Cause::AppArmor,
    Cause::Chroot,
    Cause::NoUserNamespaces,
    Cause::Capabilities,
    Cause::Module,
    Cause::Unknown,
];

impl fmt::Display for Refusal {
    /// One sentence: the step and the errno.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no lab here: {}", self.step)?;
        match self.errno {
            Some(errno) => write!(f, " failed with {}", ErrnoName(errno)),
            None => f.write_str(" failed"),
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Step::Platform => "the check that this is Linux",
            Step::UserNamespace => "making a user namespace (unshare CLONE_NEWUSER)",
            Step::SetGroups => "giving up setgroups (writing /proc/self/setgroups)",
            Step::UidMap => "mapping the user id (writing /proc/self/uid_map)",
            Step::GidMap => "mapping the group id (writing /proc/self/gid_map)",
            Step::NetNamespace => "making a network namespace (unshare CLONE_NEWNET)",
            Step::Veth => "making a pair of virtual interfaces (netlink RTM_NEWLINK, veth)",
            Step::Address => {
                "giving a host its addresses and routes (netlink RTM_NEWADDR, RTM_NEWROUTE)"
            }
            Step::LinkUp => "bringing an interface up (netlink RTM_NEWLINK, IFF_UP)",
            Step::Checksums => "having checksums filled in (SIOCETHTOOL, ETHTOOL_STXCSUM)",
            Step::PacketSocket => "opening a packet socket (socket AF_PACKET)",
            Step::Thread => "starting the wire's thread",
            Step::PidNamespace => "making a process id namespace (unshare CLONE_NEWPID)",
            Step::Handshake => "the first handshake over the wire",
        })
    }
}

impl std::error::Error for Refusal {}

/// The name of an errno of Linux (errno(3)), and its number.
struct ErrnoName(i32);

impl fmt::Display for ErrnoName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.0 {
            1 => "EPERM",
            2 => "ENOENT",
            11 => "EAGAIN",
            12 => "ENOMEM",
            13 => "EACCES",
            16 => "EBUSY",
            17 => "EEXIST",
            19 => "ENODEV",
            22 => "EINVAL",
            23 => "ENFILE",
            24 => "EMFILE",
            28 => "ENOSPC",
            30 => "EROFS",
            38 => "ENOSYS",
            87 => "EUSERS",
            93 => "EPROTONOSUPPORT",
            95 => "EOPNOTSUPP",
            97 => "EAFNOSUPPORT",
            110 => "ETIMEDOUT",
            111 => "ECONNREFUSED",
            n => return write!(f, "errno {n}"),
        };
        write!(f, "{name} ({})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_survives_the_line() {
        for step in STEPS {
            for cause in CAUSES {
                for errno in [None, Some(1), Some(28)] {
                    let refusal = Refusal { step, errno, cause };
                    assert_eq!(Refusal::from_line(&refusal.to_line()), Some(refusal));
                    assert!(refusal.remedy().ends_with('.'));
                }
            }
        }
        assert_eq!(
            Refusal::from_line("refused step=Veth errno=x cause=Module"),
            None
        );
    }
}
