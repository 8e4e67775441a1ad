//! Datagrams that are no answers, steadily, and how steadily they came.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// How often each thread sends a datagram.
pub const OFTEN: Duration = Duration::from_millis(10);

/// How many threads send: where the processors are busy, one alone may have
/// to wait for its turn longer than a silence may last.
const THREADS: usize = 3;

/// Noise, as long as this lives.
pub struct Noise(Arc<Sent>);

/// When the last datagram was sent, and the longest silence, in microseconds.
struct Sent {
    begin: Instant,
    last: AtomicU64,
    longest: AtomicU64,
    enough: AtomicBool,
}

impl Noise {
    /// Sends these bytes from this socket, again and again.
    ///
    /// # Errors
    /// As dup(2) and send(2).
    pub fn begins(socket: &UdpSocket, bytes: &[u8], to: SocketAddr) -> io::Result<Noise> {
        let sent = Arc::new(Sent {
            begin: Instant::now(),
            last: AtomicU64::new(0),
            longest: AtomicU64::new(0),
            enough: AtomicBool::new(false),
        });
        socket.send_to(bytes, to)?;
        for _ in 0..THREADS {
            let (sent, socket, bytes) = (sent.clone(), socket.try_clone()?, bytes.to_vec());
            thread::spawn(move || {
                while !sent.enough.load(Ordering::Relaxed) {
                    let now = sent.now();
                    // An error here is a silence, and counts as one.
                    if socket.send_to(&bytes, to).is_ok() {
                        let before = sent.last.fetch_max(now, Ordering::SeqCst);
                        let silence = sent.now().saturating_sub(before);
                        sent.longest.fetch_max(silence, Ordering::SeqCst);
                    }
                    thread::sleep(OFTEN);
                }
            });
        }
        Ok(Noise(sent))
    }

    /// The longest silence so far, rather more than it was than less.
    pub fn longest_silence(&self) -> Duration {
        let last = self.0.last.load(Ordering::SeqCst);
        let silence = self.0.now().saturating_sub(last);
        Duration::from_micros(silence.max(self.0.longest.load(Ordering::SeqCst)))
    }
}

impl Sent {
    fn now(&self) -> u64 {
        u64::try_from(self.begin.elapsed().as_micros()).unwrap_or(u64::MAX)
    }
}

impl Drop for Noise {
    fn drop(&mut self) {
        self.0.enough.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn noise_comes_again_and_again_until_it_ends() {
        let hearer = UdpSocket::bind("127.0.0.1:0").unwrap();
        hearer
            .set_read_timeout(Some(Duration::from_secs(3)))
            .unwrap();
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let noise = Noise::begins(&socket, b"noise", hearer.local_addr().unwrap()).unwrap();
        let mut buffer = [0; 10];
        for _ in 0..10 {
            assert_eq!(hearer.recv(&mut buffer).unwrap(), 5);
        }
        assert!(noise.longest_silence() > Duration::ZERO);
        drop(noise);
        let mut late = 0;
        hearer
            .set_read_timeout(Some(Duration::from_millis(500)))
            .unwrap();
        while hearer.recv(&mut buffer).is_ok() {
            late += 1;
            assert!(late < 100, "it does not end");
        }
    }
}
