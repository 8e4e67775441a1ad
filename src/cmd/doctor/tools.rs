//! The tools that the pages show at work; no lesson needs them to run.

use std::env;
use std::path::{Path, PathBuf};

use super::{Check, State};

/// A tool, and the package that holds it for each package manager.
struct Tool {
    /// Its name, then others that do as well.
    names: &'static [&'static str],
    needed_for: &'static str,
    apt: &'static str,
    dnf: &'static str,
    pacman: &'static str,
    brew: &'static str,
    only_linux: bool,
}

const TOOLS: [Tool; 6] = [
    Tool {
        names: &["ss"],
        needed_for: "seeing sockets and their states beside a lesson",
        apt: "iproute2",
        dnf: "iproute",
        pacman: "iproute2",
        brew: "",
        only_linux: true,
    },
    Tool {
        names: &["strace"],
        needed_for: "seeing the system calls that a lesson makes",
        apt: "strace",
        dnf: "strace",
        pacman: "strace",
        brew: "",
        only_linux: true,
    },
    Tool {
        names: &["tcpdump"],
        needed_for: "seeing the packets of a lesson; it needs root",
        apt: "tcpdump",
        dnf: "tcpdump",
        pacman: "tcpdump",
        brew: "tcpdump",
        only_linux: false,
    },
    Tool {
        names: &["tshark"],
        needed_for: "taking recorded packets apart, field by field",
        apt: "tshark",
        dnf: "wireshark-cli",
        pacman: "wireshark-cli",
        brew: "wireshark",
        only_linux: false,
    },
    Tool {
        names: &["nc", "ncat"],
        needed_for: "talking to a lesson by hand",
        apt: "netcat-openbsd",
        dnf: "nmap-ncat",
        pacman: "openbsd-netcat",
        brew: "netcat",
        only_linux: false,
    },
    Tool {
        names: &["python3"],
        needed_for: "doing an exercise in Python instead of Rust",
        apt: "python3",
        dnf: "python3",
        pacman: "python",
        brew: "python3",
        only_linux: false,
    },
];

/// Where programs for the administrator are, which some systems leave out of
/// everybody else's PATH.
const ADMIN_FOLDERS: [&str; 2] = ["/usr/sbin", "/sbin"];

/// Looks for each tool that this system can have.
pub fn checks() -> Vec<Check> {
    TOOLS
        .iter()
        .filter(|tool| cfg!(target_os = "linux") || !tool.only_linux)
        .map(check)
        .collect()
}

fn check(tool: &Tool) -> Check {
    let path = env::var_os("PATH").unwrap_or_default();
    let in_path = find(tool.names, env::split_paths(&path));
    let elsewhere = || find(tool.names, ADMIN_FOLDERS.map(PathBuf::from).into_iter());
    let (state, found) = if let Some(file) = in_path {
        (State::Ok, file.display().to_string())
    } else if let Some(file) = elsewhere() {
        (
            State::Ok,
            format!("{}, but not in PATH: type all of it", file.display()),
        )
    } else {
        (State::Missing, "not found in PATH".to_owned())
    };
    Check {
        what: tool.names.join(" or "),
        state,
        found,
        needed_for: tool.needed_for,
        get: Some(how_to_get(tool, |program| {
            find(&[program], env::split_paths(&path)).is_some()
        })),
    }
}

fn find(names: &[&str], folders: impl Iterator<Item = PathBuf>) -> Option<PathBuf> {
    let mut files = folders.flat_map(|folder| names.iter().map(move |name| folder.join(name)));
    files.find(|file| is_program(file))
}

/// The command for the first package manager that is installed.
fn how_to_get(tool: &Tool, is_installed: impl Fn(&str) -> bool) -> String {
    let managers = [
        ("apt-get", "sudo apt-get install", tool.apt),
        ("dnf", "sudo dnf install", tool.dnf),
        ("pacman", "sudo pacman -S", tool.pacman),
        ("brew", "brew install", tool.brew),
    ];
    match managers.iter().find(|(program, ..)| is_installed(program)) {
        Some((_, install, package)) => format!("{install} {package}"),
        None => format!("install the package with {}", tool.names.join(" or ")),
    }
}

#[cfg(unix)]
fn is_program(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata()
        .is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(file: &Path) -> bool {
    file.with_extension("exe").is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_to_get_a_tool_is_this_systems_own() {
        let nc = TOOLS
            .iter()
            .find(|tool| tool.names[0] == "nc")
            .expect("listed above");
        let with = |manager: &'static str| how_to_get(nc, |program| program == manager);
        assert_eq!(with("apt-get"), "sudo apt-get install netcat-openbsd");
        assert_eq!(with("dnf"), "sudo dnf install nmap-ncat");
        assert_eq!(with("pacman"), "sudo pacman -S openbsd-netcat");
        assert_eq!(with("brew"), "brew install netcat");
        assert_eq!(with("none"), "install the package with nc or ncat");
    }
}
