//! User and network namespaces: two hosts of one's own, without root.

use std::fs;
use std::path::Path;

use super::child::{self, Failure};
use super::{Check, State};

/// The kernel's switches: where each is, and the value that refuses.
const SWITCHES: [(&str, &str); 3] = [
    ("user.max_user_namespaces", "0"),
    ("kernel.unprivileged_userns_clone", "0"),
    ("kernel.apparmor_restrict_unprivileged_userns", "1"),
];

/// Tries to make one of each with `unshare`, and reads the kernel's switches.
pub fn check() -> Check {
    let (state, seen) = match cfg!(target_os = "linux") {
        true => try_unshare(),
        false => (State::Missing, "only Linux has them".to_owned()),
    };
    let switches: Vec<_> = SWITCHES
        .iter()
        .filter_map(|&(name, refuses)| Some((name, refuses, value(name)?)))
        .collect();
    let values = switches
        .iter()
        .map(|(name, _, value)| format!("; {name} = {value}"));
    let guilty = switches.iter().find(|(_, refuses, value)| value == refuses);
    Check {
        what: "network namespaces".to_owned(),
        state,
        found: seen + &values.collect::<String>(),
        needed_for: "seeing every packet between two hosts; without it, lessons use loopback",
        get: Some(match guilty {
            Some((name, ..)) => remedy(name),
            None => "if this is a container, run the workbook outside of it".to_owned(),
        }),
    }
}

fn try_unshare() -> (State, String) {
    let args = ["--user", "--map-root-user", "--net", "true"];
    match child::ask(Path::new("/"), "unshare", &args) {
        Ok(answer) if answer.status.success() => (State::Ok, "made one of each".to_owned()),
        Ok(answer) => (State::Refused, answer.said),
        Err(Failure::Missing) => (State::Unknown, "no `unshare` to try with".to_owned()),
        Err(Failure::Other(why)) => (State::Unknown, why),
    }
}

fn value(switch: &str) -> Option<String> {
    let file = Path::new("/proc/sys").join(switch.replace('.', "/"));
    Some(fs::read_to_string(file).ok()?.trim().to_owned())
}

/// The command that lets namespaces be made until the next start.
fn remedy(switch: &str) -> String {
    let value = match switch {
        "user.max_user_namespaces" => "15000",
        "kernel.unprivileged_userns_clone" => "1",
        _ => "0",
    };
    format!("sudo sysctl {switch}={value}")
}
