//! The table of scenarios, and what happens around each.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::process::ExitCode;

use wire::decode::{Checksum, Transport};
use wire::pcapng::View;
use wire::{Lab, Options, Packet, Side, pcapng};

use crate::tools::Outcome;
use crate::{closing, datagrams, forged, opening, programs, refused, stream};

/// Name, options, and the scenario.
type Scenario = (&'static str, fn() -> Options, fn(&Lab) -> Outcome);

const SCENARIOS: &[Scenario] = &[
    ("handshake", Options::default, opening::handshake),
    ("handshake-v6", Options::default, opening::handshake_v6),
    ("lost-syn", Options::default, opening::lost_syn),
    ("lost-syn-ack", Options::default, opening::lost_syn_ack),
    ("lost-third-ack", Options::default, opening::lost_third_ack),
    (
        "simultaneous-open",
        Options::default,
        opening::simultaneous_open,
    ),
    ("refused", Options::default, opening::refused),
    ("backlog", Options::default, opening::backlog),
    ("lost-data", Options::default, stream::lost_data),
    ("fast-retransmit", Options::default, stream::fast_retransmit),
    ("corrupt-data", Options::default, stream::corrupt_data),
    ("black-hole", Options::default, stream::black_hole),
    ("zero-window", Options::default, stream::zero_window),
    ("same-trace", Options::default, stream::same_trace),
    ("udp-duplicate", Options::default, datagrams::duplicate),
    ("udp-reorder", Options::default, datagrams::reorder),
    ("udp-delay", Options::default, datagrams::delay),
    ("udp-hold", Options::default, datagrams::hold),
    ("udp-corrupt", Options::default, datagrams::corrupt),
    ("udp-loss", Options::default, datagrams::loss),
    ("udp-function", Options::default, datagrams::function),
    ("fragments", Options::default, datagrams::fragments),
    ("multicast", Options::default, datagrams::multicast),
    ("unreachable", Options::default, datagrams::unreachable),
    ("silence", Options::default, datagrams::silence),
    ("rst-exact", Options::default, forged::exact),
    ("rst-in-window", Options::default, forged::in_window),
    ("rst-outside", Options::default, forged::outside),
    ("rst-syn", Options::default, forged::refusal),
    ("half-close", Options::default, closing::half_close),
    ("time-wait", Options::default, closing::time_wait),
    ("log-full", closing::small_log, closing::log_full),
    ("no-ipv6", closing::without_ipv6, closing::no_ipv6),
    ("programs", Options::default, programs::two_programs),
    ("program-ends", Options::default, programs::ends),
    ("linger", Options::default, programs::linger),
];

pub fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let (name, pcap) = match words[..] {
        ["--list"] => {
            SCENARIOS.iter().for_each(|(name, ..)| println!("{name}"));
            return ExitCode::SUCCESS;
        }
        ["--probe"] => {
            println!("{}", wire::probe::answer());
            return ExitCode::SUCCESS;
        }
        ["--kill-nine"] => {
            return match refused::kill_nine() {
                Ok(()) => ExitCode::SUCCESS,
                Err(why) => fail(1, &why),
            };
        }
        ["--refused", how] => {
            println!("{}", refused::simulate(how));
            return ExitCode::SUCCESS;
        }
        [name] => (name, None),
        [name, "--pcap", file] => (name, Some(file)),
        _ => {
            return fail(
                1,
                "usage: wire-scenarios NAME [--pcap FILE] | --list | --probe",
            );
        }
    };
    let entered = match wire::enter() {
        Ok(entered) => entered,
        Err(refusal) => return fail(3, &refusal.to_string()),
    };
    if name == "many-labs" {
        return match programs::many_labs(&entered) {
            Ok(()) => ExitCode::SUCCESS,
            Err(why) => fail(1, &why),
        };
    }
    let Some((_, options, scenario)) = SCENARIOS.iter().find(|(known, ..)| *known == name) else {
        return fail(1, "no such scenario; --list names them");
    };
    let lab = match Lab::with(&entered, options()) {
        Ok(lab) => lab,
        Err(refusal) => return fail(3, &refusal.to_string()),
    };
    let outcome = scenario(&lab);
    let log = lab.wire.packets();
    if let Some(file) = pcap
        && let Err(e) = save(file, &lab, &log)
    {
        return fail(1, &format!("{file}: {e}"));
    }
    let trust = lab.wire.trust();
    match (outcome, trust) {
        (Ok(()), Ok(())) => ExitCode::SUCCESS,
        (_, Err(inconclusive)) => fail(2, &inconclusive.to_string()),
        (Err(why), Ok(())) => {
            for packet in &log {
                eprintln!("{packet}");
            }
            fail(1, &format!("{name}: {why}"))
        }
    }
}

fn fail(code: u8, why: &str) -> ExitCode {
    eprintln!("{why}");
    ExitCode::from(code)
}

/// The log as pcapng, seen from the wire and, in FILE.a and FILE.b, by each host; and in FILE.tsv
/// as lines of what tshark should read from it, in the same order.
fn save(file: &str, lab: &Lab, log: &[Packet]) -> std::io::Result<()> {
    for (name, view) in [
        (file.to_string(), View::Wire),
        (format!("{file}.a"), View::Host(Side::A)),
        (format!("{file}.b"), View::Host(Side::B)),
    ] {
        let out = BufWriter::new(File::create(name)?);
        pcapng::write(out, lab.wire.started(), log, view)?;
    }
    let mut lines = BufWriter::new(File::create(format!("{file}.tsv"))?);
    for packet in log {
        let Some(decoded) = &packet.decoded else {
            continue;
        };
        let good = decoded.checksum != Checksum::Bad;
        if let Transport::Tcp(t) = &decoded.transport {
            let f = t.flags;
            let flags = [f.fin, f.syn, f.rst, f.psh, f.ack, f.urg, f.ece, f.cwr];
            let bits = flags
                .iter()
                .rev()
                .fold(0u16, |bits, set| bits << 1 | u16::from(*set));
            let (seq, ack, len, window) = (t.seq, t.ack, t.payload_len, t.window);
            writeln!(
                lines,
                "{}\t{seq}\t{ack}\t{len}\t{window}\t{bits:#06x}\t{good}\t{:?}\t{}",
                packet.from,
                packet.fate,
                packet.delivered.len()
            )?;
        }
    }
    lines.flush()
}
