//! What the wire costs: run it with `cargo run --release -p wire --example wire-bench`.
//!
//! Prints the time from the start of a process to its first handshake, the time of a handshake over
//! the wire without latency, the throughput of TCP over the wire beside plain loopback, and memory.

#[cfg(target_os = "linux")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    linux::main()
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("this needs Linux");
}

#[cfg(target_os = "linux")]
mod linux {
    use std::error::Error;
    use std::io::{Read, Write};
    use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
    use std::process::Command;
    use std::time::{Duration, Instant, SystemTime};
    use std::{env, fs, thread};

    use wire::{Lab, Options};

    const ROUNDS: usize = 50;
    const BYTES: usize = 400 << 20;

    pub fn main() -> Result<(), Box<dyn Error>> {
        if let Some(begin) = env::args().nth(2) {
            return start(&begin);
        }
        let mut starts = Vec::new();
        for _ in 0..ROUNDS {
            let begin = since_epoch()?.as_nanos().to_string();
            let output = Command::new(env::current_exe()?)
                .args(["--start", &begin])
                .output()?;
            let nanos = String::from_utf8(output.stdout)?;
            starts.push(Duration::from_nanos(nanos.trim().parse()?));
        }
        println!(
            "process start to first handshake           {}",
            spread(&mut starts)
        );
        let entered = wire::enter()?;
        let loopback = Ipv4Addr::LOCALHOST;
        let plain = throughput(|f| f(), |f| f(), loopback)?;
        let lab = Lab::with(&entered, quick(true))?;
        let mut handshakes = Vec::new();
        for _ in 0..ROUNDS * 4 {
            handshakes.push(handshake(&lab)?);
        }
        println!(
            "handshake over the wire, no latency        {}",
            spread(&mut handshakes)
        );
        println!(
            "resident after {} handshakes             {} kB",
            ROUNDS * 4,
            resident()?
        );
        println!("plain loopback                             {plain:.0} MB/s");
        for fixed in [true, false] {
            let lab = Lab::with(&entered, quick(fixed))?;
            let speed = throughput(|f| lab.a.enter(f), |f| lab.b.enter(f), lab.b.addr())?;
            let settings = if fixed {
                "fixed settings"
            } else {
                "own settings  "
            };
            let (lost, unlogged) = (lab.wire.overflow(), lab.wire.unlogged());
            println!(
                "over the wire, {settings}              {speed:.0} MB/s, {lost} lost by the wire, \
                 {unlogged} not logged, longest stall {:?}",
                lab.wire.worst_stall()
            );
        }
        println!(
            "resident after that                        {} kB",
            resident()?
        );
        Ok(())
    }

    /// One handshake; prints the nanoseconds from `begin`, when the parent started this process.
    fn start(begin: &str) -> Result<(), Box<dyn Error>> {
        let entered = wire::enter()?;
        let lab = Lab::with(&entered, quick(true))?;
        handshake(&lab)?;
        let took = since_epoch()?.saturating_sub(Duration::from_nanos(begin.parse()?));
        println!("{}", took.as_nanos());
        Ok(())
    }

    fn since_epoch() -> Result<Duration, Box<dyn Error>> {
        Ok(SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?)
    }

    fn quick(fixed: bool) -> Options {
        let log_bytes = 1 << 20;
        Options {
            latency: Duration::ZERO,
            fixed,
            quick_ack: fixed,
            log_bytes,
            ..Options::default()
        }
    }

    fn handshake(lab: &Lab) -> Result<Duration, Box<dyn Error>> {
        let listener = lab.b.enter(|| TcpListener::bind((lab.b.addr(), 0)))?;
        let to = listener.local_addr()?;
        lab.a.enter(|| {
            let begin = Instant::now();
            let stream = TcpStream::connect_timeout(&to, Duration::from_secs(5))?;
            let took = begin.elapsed();
            drop(stream);
            Ok(took)
        })
    }

    type Make<T> = dyn FnOnce() -> std::io::Result<T>;

    /// MB/s of one connection.
    fn throughput(
        client: impl Fn(Box<Make<TcpStream>>) -> std::io::Result<TcpStream>,
        server: impl Fn(Box<Make<TcpListener>>) -> std::io::Result<TcpListener>,
        address: Ipv4Addr,
    ) -> Result<f64, Box<dyn Error>> {
        let listener = server(Box::new(move || TcpListener::bind((address, 0))))?;
        let to: SocketAddr = listener.local_addr()?;
        let mut stream = client(Box::new(move || TcpStream::connect(to)))?;
        let (mut peer, _) = listener.accept()?;
        let begin = Instant::now();
        let reader = thread::spawn(move || -> std::io::Result<usize> {
            let (mut buffer, mut total) = (vec![0; 256 << 10], 0);
            loop {
                match peer.read(&mut buffer)? {
                    0 => return Ok(total),
                    count => total += count,
                }
            }
        });
        let chunk = vec![7; 256 << 10];
        for _ in 0..BYTES / chunk.len() {
            stream.write_all(&chunk)?;
        }
        drop(stream);
        let total = reader.join().map_err(|_| "the reader panicked")??;
        Ok(total as f64 / 1e6 / begin.elapsed().as_secs_f64())
    }

    fn resident() -> Result<u64, Box<dyn Error>> {
        let status = fs::read_to_string("/proc/self/status")?;
        let line = status
            .lines()
            .find_map(|l| l.strip_prefix("VmRSS:"))
            .ok_or("no VmRSS")?;
        Ok(line.trim().trim_end_matches(" kB").parse()?)
    }

    fn spread(times: &mut [Duration]) -> String {
        times.sort();
        let at = |part: usize| times[(times.len() - 1) * part / 100];
        format!(
            "{:.2?} least, {:.2?} median, {:.2?} of 95 %",
            at(0),
            at(50),
            at(95)
        )
    }
}
