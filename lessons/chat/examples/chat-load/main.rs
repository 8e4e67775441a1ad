//! A crowd for a chat server: it talks, listens, and counts what goes wrong.
//!
//! One thread drives all clients. Each line carries its sender, its number
//! and the time when it was sent, so a listener knows what is lost, doubled,
//! out of order or mangled, and how long it took. It knows a line wherever it
//! stands in what the server makes of it, so it can talk to any server that
//! passes lines on: the steps of this lesson, and `ncat --chat`.
//!
//! One that talks, `--senders 1 --window 1`, among many who only listen tells
//! how long a line takes to all of them.
//!
//!     cargo run --release -p lesson-chat --example chat-load -- --help

mod crowd;
mod latency;
mod line;

use clap::{Parser, ValueEnum};
use crowd::Crowd;
use std::io;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Lets a crowd talk over a chat server and counts what arrives.
#[derive(Parser)]
pub struct Options {
    /// The server
    #[arg(default_value = "127.0.0.1:12345")]
    address: String,
    /// How many are connected
    #[arg(long, default_value_t = 100)]
    clients: usize,
    /// How many of them talk too
    #[arg(long, default_value_t = 20)]
    senders: usize,
    /// How many connect and then never read
    #[arg(long, default_value_t = 0)]
    mute: usize,
    /// Bytes in a line, with its newline
    #[arg(long, default_value_t = 64)]
    size: usize,
    /// Lines of one sender that may be on their way to somebody
    #[arg(long, default_value_t = 8)]
    window: u64,
    /// Lines a second of all senders together, instead of as many as go
    #[arg(long)]
    rate: Option<u32>,
    /// How long they talk
    #[arg(long, default_value_t = 2)]
    seconds: u64,
    /// Say no name first, as for step 2 and ncat --chat; without this the
    /// first line of each client is its name, as tokio's example wants it
    #[arg(long)]
    nameless: bool,
    /// The process id of the server, to tell how much CPU it takes
    #[arg(long)]
    pid: Option<u32>,
    /// Text for people, or one JSON object
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Format {
    Text,
    Json,
}

fn main() -> ExitCode {
    let mut options = Options::parse();
    options.senders = options.senders.min(options.clients);
    options.size = options.size.max(line::SHORTEST);
    if options.clients < 2 || options.senders == 0 {
        eprintln!("a chat takes two: --clients 2 --senders 1 at least");
        return ExitCode::from(2);
    }
    match load(&options) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("{}", kit::describe_error(&error));
            ExitCode::from(2)
        }
    }
}

/// Whether everything arrived, once and in order.
fn load(options: &Options) -> io::Result<bool> {
    let connecting = Instant::now();
    let mut crowd = Crowd::connect(options)?;
    // The silence after the last greeting is no part of it.
    let connected = crowd.last.saturating_duration_since(connecting);
    let before = options.pid.and_then(cpu_ticks);
    let start = Instant::now();
    crowd.talk(options, Duration::from_secs(options.seconds))?;
    crowd.drain()?;
    let ticks = options.pid.and_then(cpu_ticks).zip(before);
    // The last delivery ends the run, not the silence after it.
    let took = crowd.last.saturating_duration_since(start).as_secs_f64();
    let lost = crowd.lost();
    let c = &crowd.count;
    let rate = c.delivered as f64 / took.max(1e-9);
    // Linux counts processor time in hundredths of a second, see proc(5).
    let micros = |ticks: u64| ticks as f64 * 10_000.0 / c.delivered as f64;
    let cpu = ticks.map(|(after, before)| micros(after - before));
    let at = |share| crowd.latency.percentile(share).as_micros() as u64;
    // With more lines on their way it is not known which one is complete.
    let alone = options.window == 1 && options.rate.is_none();
    let to_all =
        |share| crowd.to_all.percentile(share).as_micros() as u64 / 1000;
    let to_all = alone.then(|| (to_all(0.5), to_all(1.0)));
    if options.format == Format::Json {
        let report = serde_json::json!({
            "clients": options.clients, "senders": options.senders,
            "connect_ms": connected.as_millis() as u64,
            "sent": c.sent, "delivered": c.delivered,
            "per_second": rate.round(), "lost": lost,
            "doubled_or_late": c.doubled, "mangled": c.mangled,
            "closed": c.closed, "stalls": c.stalls,
            "cpu_us_per_delivery": cpu,
            "p50_us": at(0.5), "p90_us": at(0.9), "p99_us": at(0.99),
            "max_us": at(1.0),
            "to_all_ms": to_all.map(|(half, _)| half),
        });
        kit::print(&format!("{report}\n"));
    } else {
        let mut text = format!(
            "{} connected in {} ms\n{} lines sent, {} deliveries, {rate:.0} a \
             second\nlost {lost}, doubled or late {}, mangled {}, connections \
             closed {}, stalls {}\n",
            options.clients,
            connected.as_millis(),
            c.sent,
            c.delivered,
            c.doubled,
            c.mangled,
            c.closed,
            c.stalls
        );
        if let Some(cpu) = cpu {
            text += &format!("server: {cpu:.2} µs of CPU a delivery\n");
        }
        if let Some((half, all)) = to_all {
            text += &format!(
                "a line has reached all: half within {half} ms, all {all} ms\n"
            );
        }
        text += &format!(
            "latency: half within {} µs, 90 % {} µs, 99 % {} µs, all {} µs\n",
            at(0.5),
            at(0.9),
            at(0.99),
            at(1.0)
        );
        kit::print(&(text + &crowd.latency.drawn()));
    }
    Ok(lost + c.doubled + c.mangled + c.closed == 0)
}

/// How long a process has run on a processor, in hundredths of a second.
fn cpu_ticks(pid: u32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in parentheses may contain anything, so begin behind it.
    let (_, rest) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    Some(
        fields.get(11)?.parse::<u64>().ok()?
            + fields.get(12)?.parse::<u64>().ok()?,
    )
}
