//! What lies in the queues of a connection, which the kernel tells, and how a
//! peer fills them: tcp(7), sock_diag(7).

use std::io::{self, Write};
use std::time::{Duration, Instant};

use socket2::SockRef;

use super::Tcp;
use crate::judge::bench::{Bench, Patience, QUIET, REPLY, TICK, is_timeout};
use crate::judge::fault::Stop;
use crate::judge::heard::WHOLE;

/// The most that is sent to a program that always reads on: more than the
/// queues of the kernel hold.
const MOST: usize = 32 << 20;
/// How long nothing has to move before a connection is stuck.
const STUCK: Duration = Duration::from_secs(1);

/// What a program does with what was sent to it.
enum Reading {
    /// It has read all of it.
    On,
    /// All of it has arrived, and some is not read.
    Not,
    /// Not all of it arrives, for want of room.
    Stuck,
}

impl Tcp {
    /// Fixes the size of its receive queue: the kernel would let it grow while
    /// nobody reads, and what was stuck would move again.
    fn keeps_its_queue(&self) -> io::Result<()> {
        SockRef::from(&self.stream).set_recv_buffer_size(64 * 1024)
    }

    /// Sends this again and again until the program no longer reads;
    /// returns how often. All of it has arrived then, and some of it was not
    /// read: so the kernel says of both ends, sock_diag(7).
    ///
    /// One that keeps its answers in memory reads on. That is enough at some
    /// time, or when this end is so full that nothing more arrives at the
    /// other; then it reads some of the answers, which are returned, too.
    ///
    /// # Errors
    /// `Trouble` where the kernel does not say, `Busy` if it does not arrive.
    pub fn sends_until_unread(&mut self, line: &[u8]) -> Result<(usize, Vec<u8>), Stop> {
        self.keeps_its_queue()?;
        // Small enough for the smallest window that Linux begins with.
        let many = 24 * 1024 / line.len().max(1);
        let (mut sent, mut unread, mut early) = (0, 0, Vec::new());
        // Each segment that arrives may make the kernel enlarge the program's
        // send queue (tcp_wmem in tcp(7)), and then it reads on. So it has to
        // leave one line after the other unread before it is stuck for good.
        while unread < 12 && sent * line.len() < MOST {
            let count = if unread == 0 { many } else { 1 };
            self.pushes(&line.repeat(count))?;
            sent += count;
            let wait = Duration::from_millis(if unread == 0 { 150 } else { 40 });
            unread = match self.reading(wait)? {
                Reading::On => 0,
                Reading::Not => unread + 1,
                Reading::Stuck => {
                    early = self.makes_room()?;
                    break;
                }
            };
        }
        Ok((sent, early))
    }

    /// Reads until all that was sent has arrived; returns what it has read.
    fn makes_room(&mut self) -> Result<Vec<u8>, Stop> {
        let mut bytes = Vec::new();
        let until = Instant::now() + WHOLE;
        while self.under_way_and_unread()?.0 > 0 && Instant::now() < until {
            bytes.extend(self.reads(64 * 1024, TICK, |_| true).bytes);
        }
        Ok(bytes)
    }

    /// Whether the program reads all that was sent, within this time from when
    /// all of it has arrived.
    ///
    /// # Errors
    /// As [`Tcp::sends_until_unread`].
    fn reading(&self, within: Duration) -> Result<Reading, Stop> {
        let mut last = self.under_way_and_unread()?;
        let mut patience = None;
        // Longer than patience may last.
        let until = Instant::now() + 3 * REPLY;
        while Instant::now() < until {
            // What is read before the time is over is seen by the look after it.
            let over = patience.as_ref().is_some_and(Patience::is_over);
            let now = self.under_way_and_unread()?;
            if now != last {
                (last, patience) = (now, None);
                continue;
            }
            let time = match now {
                (0, 0) => return Ok(Reading::On),
                (0, _) if over => return Ok(Reading::Not),
                (0, _) => within,
                _ if over => return Ok(Reading::Stuck),
                _ => STUCK,
            };
            patience.get_or_insert_with(|| Patience::new(time, self.threads));
            std::thread::sleep(Duration::from_millis(1));
        }
        let words = "what was sent to the program arrives too slowly in its queue";
        Err(Stop::Busy(words.into()))
    }

    /// Sends this again and again until no more fits into the queues between
    /// here and the program.
    ///
    /// # Errors
    /// As setsockopt(2).
    pub fn fills(&mut self, line: &[u8]) -> Result<(), Stop> {
        self.keeps_its_queue()?;
        let batch = line.repeat(64 * 1024 / line.len().max(1));
        let stuck = Duration::from_millis(200);
        self.stream.set_write_timeout(Some(TICK))?;
        let mut sent = 0;
        let mut patience = Patience::new(stuck, self.threads);
        loop {
            let over = patience.is_over();
            match self.stream.write(&batch[sent % line.len()..]) {
                Ok(length) => {
                    sent += length;
                    if sent >= MOST {
                        break;
                    }
                    patience = Patience::new(stuck, self.threads);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if is_timeout(&error) && !over => {}
                // Full, or broken off, which the next call will tell.
                Err(_) => break,
            }
        }
        self.stream.set_write_timeout(Some(REPLY))?;
        Ok(())
    }

    /// Waits until the program has read all that was sent, so that what is
    /// sent next comes to it in another read; or until it has ended, or too
    /// much time has gone by. Where the kernel does not tell, it waits a while.
    ///
    /// # Errors
    /// `Trouble` if the program was not started.
    pub fn waits_until_read(&self, bench: &mut Bench) -> Result<(), Stop> {
        let until = Instant::now() + REPLY;
        while !bench.has_ended() && Instant::now() < until {
            let pause = match self.under_way_and_unread() {
                Ok((0, 0)) => return Ok(()),
                Ok(_) => Duration::from_millis(1),
                Err(_) => QUIET,
            };
            bench.program()?.wait(Instant::now() + pause);
            if pause == QUIET {
                return Ok(());
            }
        }
        Ok(())
    }

    /// How many bytes are under way to the program, and how many are in its
    /// queue and not read: sock_diag(7).
    fn under_way_and_unread(&self) -> io::Result<(u64, u32)> {
        let (here, there) = (self.stream.local_addr()?, self.stream.peer_addr()?);
        let Some((mine, info)) = wire::diag::connection_info(here, there)? else {
            return Ok((0, 0));
        };
        let Some((theirs, arrived)) = wire::diag::connection_info(there, here)? else {
            return Ok((mine.send_queue.into(), 0));
        };
        // Not by the send queue: what has arrived stays in there if the
        // acknowledgment meets our own queue, and that is full.
        let written = || {
            let once = info.bytes_sent?.checked_sub(info.bytes_retransmitted?)?;
            Some(once + u64::from(info.not_sent_bytes?))
        };
        let under_way = written().zip(arrived.bytes_received);
        let under_way = under_way.map(|(written, arrived)| written.saturating_sub(arrived));
        let under_way = under_way.unwrap_or(mine.send_queue.into());
        Ok((under_way, theirs.receive_queue))
    }

    /// Whether the program's kernel has bytes for this peer that have not
    /// arrived: sock_diag(7). False where it does not tell.
    pub(super) fn is_owed_bytes(&self) -> bool {
        let theirs = || wire::diag::connection(self.stream.peer_addr()?, self.stream.local_addr()?);
        theirs().is_ok_and(|end| end.is_some_and(|end| end.send_queue > 0))
    }
}
