//! What can be typed after `workbook wire`.

use std::path::PathBuf;

/// What is printed below the options.
pub const WIRE_HELP: &str = "\
Examples:
  cargo run -- wire --a 'python3 -m http.server 8000' --b 'curl -s http://10.0.0.1:8000/'
  cargo run -- wire --a 'nc -l 7777' --b 'echo hi | nc -N 10.0.0.1 7777' --drop syn:1
  cargo run -- wire --a 'nc -l 7777' --b 'seq 9999 | nc -N 10.0.0.1 7777' --drop every=3
  cargo run -- wire --a 'nc -l 7777' --b 'nc 10.0.0.1 7777' --hold --pcap talk.pcapng

Which packets:
  any tcp udp icmp igmp          by protocol
  syn syn-ack ack data fin rst   TCP segments; `ack` is one with nothing but ACK
  probe fragment                 keep-alives and window probes; pieces of a packet
  syn:1 data:3 udp:2-4 data:5-   by number, counted for each sender from 1
  from=a  port=7777              by sender; by port
  every=3  udp every=3           every third, counted for each sender from 1
  flow=2  try=1-3                by conversation; by try, 1 is the first sending
  chance=10% seed=7              at random, the same packets in every run

What a program writes follows `A |` or `B |`; `!` stands for standard error.
A line that you type goes to B; one that begins with `a:` goes to A.
Start the one that waits as A: B comes when A waits at a port, after ten seconds
at the latest, and not at all if A has failed. Let it listen at 0.0.0.0 or
10.0.0.1, because 127.0.0.1 is another address on each host. Ctrl-C ends both.
`every` counts what TCP sends again, too; `data every=3` lets that through.
`--pcap` keeps each packet once, as it was sent, and its fate as a comment:
`tshark -r FILE -Y frame.comment` shows those. `--pcap-a` and `--pcap-b` keep
what that host saw. All of it: \"Your own programs on the wire\" in the book.

Exit status: 0 both programs ended well or were only asked to end, 1 one of them
ended badly, 2 the wire is refused here or the run cannot be trusted.";

/// Two programs and what to do with the packets between them.
#[derive(clap::Args, Debug)]
pub struct WireArgs {
    /// The command on host A, 10.0.0.1 or fd00::1: usually the server
    #[arg(long, value_name = "COMMAND")]
    pub a: String,

    /// The command on host B, 10.0.0.2 or fd00::2: usually the client
    #[arg(long, value_name = "COMMAND")]
    pub b: String,

    /// Do not deliver these packets, such as `syn:1`
    #[arg(long, value_name = "WHICH")]
    pub drop: Vec<String>,

    /// Deliver these packets later, such as `'300 data:2'` for 300 ms
    #[arg(long, value_name = "MS WHICH")]
    pub delay: Vec<String>,

    /// Deliver these packets twice
    #[arg(long, value_name = "WHICH")]
    pub duplicate: Vec<String>,

    /// Deliver these packets after the next one, or half a second late
    #[arg(long, value_name = "WHICH")]
    pub reorder: Vec<String>,

    /// Flip one bit of these packets
    #[arg(long, value_name = "WHICH")]
    pub corrupt: Vec<String>,

    /// Lose packets at random: `10%`
    #[arg(long, value_name = "PERCENT")]
    pub loss: Option<String>,

    /// Which packets `--loss` loses: the same for the same number
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub seed: u64,

    /// A whole rule, such as `'drop data:1 from=b try=1-3'`; decides before the options
    #[arg(long, value_name = "RULE")]
    pub rule: Vec<String>,

    /// Hold packets and decide about each at the keyboard; all, or only these
    #[arg(long, value_name = "WHICH", num_args = 0..=1, default_missing_value = "any")]
    pub hold: Option<String>,

    /// How long each packet takes to cross, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 20, value_parser = milliseconds)]
    pub latency: u64,

    /// How long A may go on after B has ended, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 1500, value_parser = milliseconds)]
    pub linger: u64,

    /// Keep all packets in this file, for Wireshark and tshark
    #[arg(long, value_name = "FILE")]
    pub pcap: Option<PathBuf>,

    /// Keep what host A sent and got, as a capture on A would
    #[arg(long, value_name = "FILE")]
    pub pcap_a: Option<PathBuf>,

    /// Keep what host B sent and got, as a capture on B would
    #[arg(long, value_name = "FILE")]
    pub pcap_b: Option<PathBuf>,

    /// Text for people, or one JSON object a line
    #[arg(long, value_enum, default_value_t)]
    pub format: kit::Format,

    /// Draw with characters of ASCII only
    #[arg(long)]
    pub ascii: bool,
}

/// A time, with or without its unit: `20` or `20ms`, an hour at most.
fn milliseconds(text: &str) -> Result<u64, String> {
    let digits = text.strip_suffix("ms").unwrap_or(text);
    match digits.parse() {
        Ok(number) if number <= 3_600_000 => Ok(number),
        _ => Err("a time in milliseconds is wanted, 0 to 3600000, such as `20`".into()),
    }
}
