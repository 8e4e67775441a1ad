//! Many clients in one thread: it waits for all of them at once.

use crate::Options;
use crate::latency::Latency;
use crate::line::{self, Arrived};
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};
use socket2::{Domain, Socket, Type};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, ToSocketAddrs};
use std::time::{Duration, Instant};

/// What a run has counted.
#[derive(Default)]
pub struct Count {
    pub sent: u64,
    pub delivered: u64,
    pub doubled: u64,
    pub mangled: u64,
    pub closed: u64,
    /// How often nothing came for 300 ms although something was on its way.
    pub stalls: u64,
}

/// One client of the crowd.
struct Client {
    stream: TcpStream,
    /// What came behind the last newline, and what could not be sent yet.
    half: Vec<u8>,
    out: Vec<u8>,
    /// The number that it expects next of each sender.
    next: Vec<u64>,
    open: bool,
}

pub struct Crowd {
    poll: Poll,
    clients: Vec<Client>,
    mute: Vec<std::net::TcpStream>,
    /// Lines sent by each sender, and how often these were delivered.
    sent: Vec<u64>,
    delivered: Vec<u64>,
    size: usize,
    start: Instant,
    pub last: Instant,
    pub latency: Latency,
    /// How long a line took to the last listener, if each sender waits for it.
    pub to_all: Latency,
    pub count: Count,
}

/// How long a server may take to accept.
const PATIENCE: Duration = Duration::from_secs(5);

const SILENCE: Duration = Duration::from_millis(300);

impl Crowd {
    /// Connects all and waits until nobody is greeted any more.
    pub fn connect(options: &Options) -> io::Result<Crowd> {
        let mut addresses = options.address.to_socket_addrs()?;
        let address = addresses.next().ok_or(ErrorKind::NotFound)?;
        let now = Instant::now();
        let mut crowd = Crowd {
            poll: Poll::new()?,
            clients: Vec::new(),
            mute: Vec::new(),
            sent: vec![0; options.senders],
            delivered: vec![0; options.senders],
            size: options.size,
            start: now,
            last: now,
            latency: Latency::new(),
            to_all: Latency::new(),
            count: Count::default(),
        };
        for number in 0..options.clients {
            crowd.enter(options, address, number)?;
            // A server may greet each with a list of all, and tell all the
            // others of each: nobody should have to keep that for long.
            if number % 64 == 63 {
                crowd.listen(Duration::ZERO)?;
            }
        }
        for number in 0..options.mute {
            let name = format!("mute{number}\n");
            crowd.mute.push(connect_mute(options, address, &name)?);
        }
        crowd.last = crowd.listen_until_silence(SILENCE, |_| false)?;
        Ok(crowd)
    }

    /// One more client, which reads from now on.
    fn enter(
        &mut self,
        options: &Options,
        address: SocketAddr,
        number: usize,
    ) -> io::Result<()> {
        let stream = connect(options, address, &format!("load{number}\n"))?;
        stream.set_nonblocking(true)?;
        let mut stream = TcpStream::from_std(stream);
        let both = Interest::READABLE | Interest::WRITABLE;
        let registry = self.poll.registry();
        registry.register(&mut stream, Token(number), both)?;
        self.clients.push(Client {
            stream,
            half: Vec::new(),
            out: Vec::new(),
            next: vec![0; options.senders],
            open: true,
        });
        Ok(())
    }

    /// Lets the senders talk for so long.
    pub fn talk(
        &mut self,
        options: &Options,
        long: Duration,
    ) -> io::Result<()> {
        let start = Instant::now();
        self.last = start;
        let mut said = 0;
        while start.elapsed() < long {
            let mut wait = Duration::from_millis(20);
            match options.rate {
                Some(rate) => {
                    let gap = 1.0 / f64::from(rate.max(1));
                    let due = (start.elapsed().as_secs_f64() / gap) as u64;
                    while said < due {
                        self.say((said % options.senders as u64) as usize)?;
                        said += 1;
                    }
                    wait = wait.min(Duration::from_secs_f64(gap / 4.0));
                }
                None => {
                    for sender in 0..options.senders {
                        while self.on_its_way(sender) < options.window {
                            self.say(sender)?;
                        }
                    }
                }
            }
            self.listen(wait)?;
            if options.rate.is_none() && self.last.elapsed() > SILENCE {
                // Lines that were lost would hold back their sender for ever.
                self.count.stalls += 1;
                self.last = Instant::now();
                let others = self.clients.len() as u64 - 1;
                for (sent, got) in self.sent.iter().zip(&mut self.delivered) {
                    *got = sent * others;
                }
            }
        }
        Ok(())
    }

    /// Listens until all has arrived, or nothing more comes.
    pub fn drain(&mut self) -> io::Result<()> {
        let long = Duration::from_millis(1500);
        self.listen_until_silence(long, |crowd| crowd.lost() == 0)?;
        Ok(())
    }

    /// Lines that somebody has not got.
    pub fn lost(&self) -> u64 {
        let others = self.clients.len() as u64 - 1;
        let wanted: u64 = self.sent.iter().map(|sent| sent * others).sum();
        wanted.saturating_sub(self.count.delivered)
    }

    fn on_its_way(&self, sender: usize) -> u64 {
        let others = self.clients.len() as u64 - 1;
        self.sent[sender].saturating_sub(self.delivered[sender] / others)
    }

    fn say(&mut self, sender: usize) -> io::Result<()> {
        let nanos = self.start.elapsed().as_nanos() as u64;
        let line = line::written(sender, self.sent[sender], nanos, self.size);
        self.sent[sender] += 1;
        self.count.sent += 1;
        let client = &mut self.clients[sender];
        client.out.extend_from_slice(&line);
        client.send_out()
    }

    /// Until it is done, or nothing came for so long; when the last came.
    fn listen_until_silence(
        &mut self,
        long: Duration,
        done: impl Fn(&Crowd) -> bool,
    ) -> io::Result<Instant> {
        let start = Instant::now();
        let mut heard = start;
        while heard.elapsed() < long && start.elapsed().as_secs() < 30 {
            if done(self) {
                break;
            }
            if self.listen(Duration::from_millis(20))? {
                heard = Instant::now();
            }
        }
        Ok(heard)
    }

    /// Takes what has arrived; whether anything has.
    fn listen(&mut self, wait: Duration) -> io::Result<bool> {
        let mut events = Events::with_capacity(1024);
        match self.poll.poll(&mut events, Some(wait)) {
            Err(e) if e.kind() == ErrorKind::Interrupted => return Ok(false),
            polled => polled?,
        }
        let mut buffer = vec![0; 64 * 1024];
        let mut any = false;
        for event in &events {
            let number = event.token().0;
            if event.is_writable() {
                self.clients[number].send_out()?;
            }
            while self.clients[number].open {
                match self.clients[number].stream.read(&mut buffer) {
                    Ok(0) => self.close(number),
                    Ok(length) => {
                        any = true;
                        self.take(number, &buffer[..length]);
                    }
                    Err(e) if e.kind() == ErrorKind::WouldBlock => break,
                    Err(_) => self.close(number),
                }
            }
        }
        Ok(any)
    }

    fn close(&mut self, number: usize) {
        self.clients[number].open = false;
        self.count.closed += 1;
    }

    /// Cuts what arrived into lines and looks at each.
    fn take(&mut self, number: usize, bytes: &[u8]) {
        let now = self.start.elapsed().as_nanos() as u64;
        let mut half = std::mem::take(&mut self.clients[number].half);
        half.extend_from_slice(bytes);
        let mut rest = &half[..];
        while let Some(end) = rest.iter().position(|&byte| byte == b'\n') {
            match line::read(&rest[..end], self.size) {
                Some(Some(arrived)) => self.count(number, &arrived, now),
                Some(None) => self.count.mangled += 1,
                None => {} // a greeting, a notice
            }
            rest = &rest[end + 1..];
        }
        self.clients[number].half = rest.to_vec();
    }

    fn count(&mut self, number: usize, arrived: &Arrived, now: u64) {
        let client = &mut self.clients[number];
        let Some(next) = client.next.get_mut(arrived.sender) else {
            self.count.mangled += 1;
            return;
        };
        if arrived.number < *next {
            self.count.doubled += 1;
            return;
        }
        *next = arrived.number + 1;
        self.count.delivered += 1;
        self.delivered[arrived.sender] += 1;
        let took = now.saturating_sub(arrived.nanos);
        self.latency.add(took);
        let others = self.clients.len() as u64 - 1;
        if self.delivered[arrived.sender].is_multiple_of(others) {
            self.to_all.add(took);
        }
        self.last = Instant::now();
    }
}

fn connect(
    options: &Options,
    address: SocketAddr,
    name: &str,
) -> io::Result<std::net::TcpStream> {
    let stream = std::net::TcpStream::connect_timeout(&address, PATIENCE)?;
    greet(options, stream, name)
}

/// One who will never read, and for whom the kernels keep little: it takes
/// short segments only, and few of them. So a server meets it within a moment
/// and not after megabytes.
fn connect_mute(
    options: &Options,
    address: SocketAddr,
    name: &str,
) -> io::Result<std::net::TcpStream> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    // socket2 has this option on Unix only.
    #[cfg(unix)]
    socket.set_tcp_mss(1460)?;
    socket.set_recv_buffer_size(32 * 1024)?;
    socket.connect_timeout(&address.into(), PATIENCE)?;
    greet(options, socket.into(), name)
}

fn greet(
    options: &Options,
    mut stream: std::net::TcpStream,
    name: &str,
) -> io::Result<std::net::TcpStream> {
    stream.set_nodelay(true)?;
    if !options.nameless {
        stream.write_all(name.as_bytes())?;
    }
    Ok(stream)
}

impl Client {
    /// Sends what it can; the rest goes when the kernel has room.
    fn send_out(&mut self) -> io::Result<()> {
        while self.open && !self.out.is_empty() {
            match self.stream.write(&self.out) {
                Ok(sent) => drop(self.out.drain(..sent)),
                Err(e) if e.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(_) => self.open = false,
            }
        }
        Ok(())
    }
}
