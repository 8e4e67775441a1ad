//! Scenarios on the wire, each with a claim that is checked against packets, states and results.
//!
//! `wire-scenarios NAME` runs one, `wire-scenarios --list` names them. With `--pcap FILE` the log is
//! written as pcapng, beside it what each host saw as `FILE.a` and `FILE.b`, and our own reading of
//! it as `FILE.tsv`. Ends with 0 if the claim holds, 1 if not, 2 if the run was inconclusive, 3 if
//! there is no lab here.

#[cfg(target_os = "linux")]
mod closing;
#[cfg(target_os = "linux")]
mod datagrams;
#[cfg(target_os = "linux")]
mod forged;
#[cfg(target_os = "linux")]
mod opening;
#[cfg(target_os = "linux")]
mod programs;
#[cfg(target_os = "linux")]
mod refused;
#[cfg(target_os = "linux")]
mod run;
#[cfg(target_os = "linux")]
mod stream;
#[cfg(target_os = "linux")]
mod tools;

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    run::main()
}

#[cfg(not(target_os = "linux"))]
fn main() -> std::process::ExitCode {
    std::process::ExitCode::from(3)
}
