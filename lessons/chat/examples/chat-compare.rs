//! All servers under the same load, side by side: medians of several rounds.
//!
//! In each round every server is started afresh, one after the other, so that
//! whatever else the machine does falls on all of them. Compare within one
//! table only: another machine, or another hour, has other numbers. What it
//! prints is Markdown; the tables of the chapter are its output as it is.
//!
//!     cargo build --release -p lesson-chat --bins --example chat-load \
//!         --example chat-compare --example chat-epoll
//!     target/release/examples/chat-compare

use clap::Parser;
use serde_json::Value;
use std::io::{self, BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Runs the same load on each server and prints a table of medians.
#[derive(Parser)]
struct Options {
    /// How often each server is measured
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Seconds of load
    #[arg(long, default_value_t = 2)]
    seconds: u64,
    /// How many are connected
    #[arg(long, default_value_t = 100)]
    clients: usize,
    /// Lines of one sender that may be on their way
    #[arg(long, default_value_t = 8)]
    window: u64,
    /// How many more connect and then never read; step 5 is measured without
    /// them, too
    #[arg(long, default_value_t = 0)]
    mute: usize,
}

/// A server: its name in the table, its command, and whether it knows names.
#[derive(Clone)]
struct Peer {
    name: &'static str,
    command: Vec<String>,
    names: bool,
    /// How many of its clients never read.
    mute: usize,
}

fn main() -> io::Result<()> {
    let options = Options::parse();
    let examples = std::env::current_exe()?;
    let examples = examples.parent().unwrap_or(Path::new("."));
    let mut peers = peers(examples)?;
    if options.mute > 0 {
        let mut all_read = peers[0].clone();
        all_read.name = "step 5, all read";
        peers.iter_mut().for_each(|peer| peer.mute = options.mute);
        peers.insert(0, all_read);
    }
    let mut seen: Vec<Vec<Value>> = peers.iter().map(|_| Vec::new()).collect();
    for _ in 0..options.rounds {
        for (peer, seen) in peers.iter().zip(&mut seen) {
            match measured(peer, examples, &options) {
                Ok(report) => seen.push(report),
                Err(error) => eprintln!("{}: {error}", peer.name),
            }
        }
    }
    let base = median(&seen[0], "per_second");
    let mute = match options.mute {
        0 => String::new(),
        mute => format!("{mute} more never read, but in the first row; "),
    };
    kit::print(&format!(
        "{} connected, {} of them talk, each at most {} ahead; \
         {mute}{} rounds of {} s.\n\n",
        options.clients,
        options.clients.min(20),
        lines(options.window),
        options.rounds,
        options.seconds
    ));
    kit::print(
        "| server | deliveries/s | of step 5 | CPU µs | p99 ms | lost |\n",
    );
    kit::print("|---|---|---|---|---|---|\n");
    for (peer, seen) in peers.iter().zip(&seen) {
        let rate = median(seen, "per_second");
        kit::print(&format!(
            "| {} | {:.0} k | {:.2} | {:.2} | {:.1} | {:.0} |\n",
            peer.name,
            rate / 1e3,
            rate / base,
            median(seen, "cpu_us_per_delivery"),
            median(seen, "p99_us") / 1e3,
            median(seen, "lost") + median(seen, "mangled"),
        ));
    }
    Ok(())
}

fn peers(examples: &Path) -> io::Result<Vec<Peer>> {
    let chat: PathBuf = examples.join("../lesson-chat");
    let ours = |name, words: &str, names| {
        let mut command = vec![chat.display().to_string()];
        command.extend(words.split(' ').map(String::from));
        Peer {
            name,
            command,
            names,
            mute: 0,
        }
    };
    let epoll = examples.join("chat-epoll").display().to_string();
    let mut peers = vec![
        ours("step 5, the hub", "server 127.0.0.1:0 --quiet", true),
        Peer {
            name: "one thread, epoll",
            command: vec![epoll, "127.0.0.1:0".into()],
            names: true,
            mute: 0,
        },
        ours("step 2, pieces", "step2 server 127.0.0.1:0", false),
        ours("step 3, lines", "step3 server 127.0.0.1:0", true),
        ours("step 4, two threads", "step4 server 127.0.0.1:0", true),
    ];
    if Command::new("ncat").arg("--version").output().is_ok() {
        // It cannot say which port it got, so choose one that was just free.
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let words = format!("ncat --chat -l 127.0.0.1 {port} -m 1000");
        peers.push(Peer {
            name: "ncat --chat",
            command: words.split(' ').map(String::from).collect(),
            names: false,
            mute: 0,
        });
    }
    Ok(peers)
}

/// One run: a fresh server, the load, its report.
fn measured(
    peer: &Peer,
    examples: &Path,
    options: &Options,
) -> io::Result<Value> {
    let (program, words) =
        peer.command.split_first().ok_or(io::ErrorKind::NotFound)?;
    let mut server = Command::new(program);
    server
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut server = server.stderr(Stdio::null()).spawn()?;
    let report = load(peer, &mut server, examples, options);
    let _ = server.kill();
    let _ = server.wait();
    report
}

fn load(
    peer: &Peer,
    server: &mut Child,
    examples: &Path,
    options: &Options,
) -> io::Result<Value> {
    let address = if peer.command[0] == "ncat" {
        let address = format!("127.0.0.1:{}", peer.command[4]);
        let start = Instant::now();
        while TcpStream::connect(&address).is_err() {
            if start.elapsed().as_secs() > 5 {
                return Err(io::ErrorKind::TimedOut.into());
            }
            thread::sleep(Duration::from_millis(10));
        }
        address
    } else {
        let mut line = String::new();
        let out = server.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
        BufReader::new(out).read_line(&mut line)?;
        line.trim().trim_start_matches("listening on ").to_string()
    };
    let mut load = Command::new(examples.join("chat-load"));
    load.args([&address, "--format", "json"]);
    load.args(["--pid", &server.id().to_string()]);
    load.args(["--seconds", &options.seconds.to_string()]);
    load.args(["--clients", &options.clients.to_string()]);
    load.args(["--window", &options.window.to_string()]);
    load.args(["--mute", &peer.mute.to_string()]);
    if !peer.names {
        load.arg("--nameless");
    }
    let output = load.output()?;
    serde_json::from_slice(&output.stdout).map_err(io::Error::other)
}

fn lines(number: u64) -> String {
    format!("{number} line{}", if number == 1 { "" } else { "s" })
}

/// The median of one number over all runs.
fn median(runs: &[Value], name: &str) -> f64 {
    let numbers = runs.iter().filter_map(|run| run[name].as_f64());
    let mut numbers: Vec<f64> = numbers.collect();
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(f64::NAN)
}
