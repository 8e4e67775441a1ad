//! Everything that crosses the loopback interface of our own namespace, into a pcapng file.

use std::io::{self, BufWriter, PipeReader, PipeWriter, Write};
use std::os::fd::AsFd;
use std::thread::{self, JoinHandle};
use std::time::{Duration, SystemTime};

use socket2::{Domain, Socket, Type};

use crate::links::LOOPBACK;
use crate::pcapng::{Sighting, Writer};
use crate::port::{self, ETH_P_ALL};
use crate::refusal::{Refusal, Step};
use crate::sandbox::{Entered, refuse};
use crate::sys::{self, Inbox};

/// A capture of the loopback interface (lo), until it is finished or dropped.
///
/// In a network namespace of one's own, capturing needs no root (packet(7)). Checksums are as lo
/// leaves them: not filled in, because nothing between two sockets of one host could corrupt them.
#[derive(Debug)]
pub struct Capture {
    stop: PipeWriter,
    thread: Option<JoinHandle<io::Result<u64>>>,
}

/// Without it each packet on lo is seen twice, going out and coming in (linux/if_packet.h).
const PACKET_IGNORE_OUTGOING: libc::c_int = 23;
const RECEIVE_BUFFER: usize = 16 << 20;
/// The largest packet of lo, whose MTU is 65,536.
const LARGEST: usize = 66_000;
/// How long packets that were sent before the end may take to be seen.
const SETTLE: Duration = Duration::from_millis(20);

impl Capture {
    /// Begins to write all packets that cross lo from now on.
    ///
    /// # Errors
    /// [`Refusal`] if there is no packet socket or no thread for it.
    pub fn start(_: &Entered, out: impl Write + Send + 'static) -> Result<Capture, Refusal> {
        let socket = listen().map_err(|e| refuse(Step::PacketSocket, &e))?;
        let thread = |e: io::Error| refuse(Step::Thread, &e);
        let (stopped, stop) = io::pipe().map_err(thread)?;
        let write = move || record(&socket, &stopped, out);
        let thread = thread::Builder::new()
            .name("capture".into())
            .spawn(write)
            .map_err(thread)?;
        Ok(Capture {
            stop,
            thread: Some(thread),
        })
    }

    /// Ends the capture and returns how many packets were written.
    ///
    /// # Errors
    /// Those of the file, and `Other` if packets found no room and are missing.
    pub fn finish(mut self) -> io::Result<u64> {
        self.end()
    }

    fn end(&mut self) -> io::Result<u64> {
        let Some(thread) = self.thread.take() else {
            return Ok(0);
        };
        // If this fails the thread has ended already.
        let _ = self.stop.write(&[0]);
        let lost = |_| io::Error::other("the thread that writes the capture ended early");
        thread.join().map_err(lost)?
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        // Whoever wants to know whether it went well calls `finish`.
        let _ = self.end();
    }
}

fn listen() -> io::Result<Socket> {
    // Protocol 0: it hears nothing until it is bound.
    let socket = Socket::new(Domain::PACKET, Type::DGRAM, None)?;
    sys::set_option(&socket, libc::SOL_SOCKET, libc::SO_TIMESTAMPNS, 1)?;
    sys::set_option(&socket, libc::SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)?;
    socket.set_recv_buffer_size(RECEIVE_BUFFER)?;
    socket.bind(&sys::link_address(LOOPBACK, ETH_P_ALL, [0; 6]))?;
    Ok(socket)
}

fn record(socket: &Socket, stopped: &PipeReader, out: impl Write) -> io::Result<u64> {
    let started = SystemTime::now();
    let mut writer = Writer::named(BufWriter::new(out), started, &["lo"])?;
    let mut inbox = Inbox::new(LARGEST);
    let mut written = 0;
    loop {
        let [ready, stop] = sys::readable([socket.as_fd(), stopped.as_fd()], None)?;
        if stop && !ready {
            let [more] = sys::readable([socket.as_fd()], Some(SETTLE))?;
            if !more {
                break;
            }
        }
        inbox.receive(socket)?;
        for (bytes, time) in inbox.packets() {
            let at = time.duration_since(started).unwrap_or_default();
            writer.packet(&Sighting {
                at,
                interface: 0,
                way: None,
                bytes,
                comment: None,
            })?;
            written += 1;
        }
    }
    writer.finish()?.flush()?;
    match port::lost(socket) {
        0 => Ok(written),
        lost => Err(io::Error::other(format!(
            "{lost} packets came faster than they could be written, and are missing"
        ))),
    }
}
