//! The log as a file for Wireshark and tshark (pcapng, draft-ietf-opsawg-pcapng).
//!
//! One [`View`] a file. Wireshark takes a packet that it finds twice for a retransmission, also if
//! the two were captured on two interfaces, so no file has a packet twice that was there once.

use std::io::{self, Write};
use std::time::{Duration, SystemTime};

use crate::packet::{Fate, Packet, Side};

/// Writes blocks of a pcapng file, one packet at a time and in the order given.
pub(crate) struct Writer<W: Write> {
    out: W,
    started: Duration,
}

const LINKTYPE_RAW: u16 = 101;
const SECTION_HEADER: u32 = 0x0a0d_0d0a;
const INTERFACE_DESCRIPTION: u32 = 1;
const ENHANCED_PACKET: u32 = 6;
const OPT_COMMENT: u16 = 1;
const IF_NAME: u16 = 2;
const IF_TSRESOL: u16 = 9;
const SHB_USERAPPL: u16 = 4;
const EPB_FLAGS: u16 = 2;

/// From where the packets of a file were seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// On the wire: each packet once, when and as it was sent, on the interface of its sender and
    /// with what became of it as a comment. A forged one is on the interface it seems to come from.
    Wire,
    /// At one host, as its own capture would be: what it sent, and what arrived, when and as it
    /// arrived. What was dropped on its way there is missing, what was duplicated is there twice.
    Host(Side),
}

/// Writes a whole file: the packets of a log from one point of view, in the order of time.
///
/// `started` is [`Wire::started`](crate::Wire::started). The result is flushed. Returns how many
/// packets were written.
///
/// # Errors
/// Those of `out`.
pub fn write(
    out: impl Write,
    started: SystemTime,
    packets: &[Packet],
    view: View,
) -> io::Result<usize> {
    let mut writer = Writer::new(out, started)?;
    let mut sightings: Vec<Sighting<'_>> = match view {
        View::Wire => packets.iter().map(on_the_wire).collect(),
        View::Host(side) => packets.iter().flat_map(|p| at_host(p, side)).collect(),
    };
    // Stable: what was seen at the same time stays in the order of the log.
    sightings.sort_by_key(|seen| seen.at);
    for seen in &sightings {
        writer.packet(seen)?;
    }
    writer.finish()?;
    Ok(sightings.len())
}

/// A packet as it is written: when, where, which bytes.
pub(crate) struct Sighting<'a> {
    /// Since the start.
    pub(crate) at: Duration,
    /// The interface: 0 is the first of those named.
    pub(crate) interface: u32,
    pub(crate) way: Option<Way>,
    pub(crate) bytes: &'a [u8],
    pub(crate) comment: Option<String>,
}

/// Which way a packet crossed an interface, as the option epb_flags says it.
#[derive(Clone, Copy)]
pub(crate) enum Way {
    In = 1,
    Out = 2,
}

fn on_the_wire(packet: &Packet) -> Sighting<'_> {
    Sighting {
        at: packet.at,
        interface: packet.from.index() as u32,
        way: None,
        bytes: &packet.bytes,
        comment: comment(packet),
    }
}

/// What this host has seen of a packet: one that it sent, or each copy that arrived.
fn at_host(packet: &Packet, side: Side) -> Vec<Sighting<'_>> {
    let interface = side.index() as u32;
    if packet.from == side {
        // The host itself knows nothing of a packet that was forged in its name.
        let sent = (packet.fate != Fate::Forged).then(|| Sighting {
            way: Some(Way::Out),
            comment: None,
            ..on_the_wire(packet)
        });
        return sent.into_iter().collect();
    }
    let bytes = packet.altered.as_ref().unwrap_or(&packet.bytes);
    let arrived = |at: &Duration| Sighting {
        at: *at,
        interface,
        way: Some(Way::In),
        bytes,
        comment: None,
    };
    packet.delivered.iter().map(arrived).collect()
}

impl<W: Write> Writer<W> {
    /// Begins a file; times of packets count from `started`.
    ///
    /// # Errors
    /// Those of `out`.
    fn new(out: W, started: SystemTime) -> io::Result<Writer<W>> {
        Writer::named(out, started, &["host A", "host B"])
    }

    /// The same with interfaces of these names.
    pub(crate) fn named(mut out: W, started: SystemTime, names: &[&str]) -> io::Result<Writer<W>> {
        // Byte order magic, version 1.0, section length unknown.
        let mut section = vec![];
        section.extend_from_slice(&0x1a2b_3c4d_u32.to_ne_bytes());
        section.extend_from_slice(&1u16.to_ne_bytes());
        section.extend_from_slice(&0u16.to_ne_bytes());
        section.extend_from_slice(&u64::MAX.to_ne_bytes());
        option(&mut section, SHB_USERAPPL, b"Socket Workbook");
        end_of_options(&mut section);
        block(&mut out, SECTION_HEADER, &section)?;
        for name in names {
            let mut interface = vec![];
            interface.extend_from_slice(&LINKTYPE_RAW.to_ne_bytes());
            // Reserved; then a snapshot length of 0, no limit.
            interface.extend_from_slice(&0u16.to_ne_bytes());
            interface.extend_from_slice(&0u32.to_ne_bytes());
            option(&mut interface, IF_NAME, name.as_bytes());
            // Timestamps in units of 10 to the minus ninth second.
            option(&mut interface, IF_TSRESOL, &[9]);
            end_of_options(&mut interface);
            block(&mut out, INTERFACE_DESCRIPTION, &interface)?;
        }
        let started = started
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        Ok(Writer { out, started })
    }

    /// Writes a packet.
    ///
    /// # Errors
    /// Those of the file.
    pub(crate) fn packet(&mut self, seen: &Sighting<'_>) -> io::Result<()> {
        let nanos = (self.started + seen.at).as_nanos() as u64;
        let len = seen.bytes.len() as u32;
        let mut body = Vec::with_capacity(seen.bytes.len() + 64);
        body.extend_from_slice(&seen.interface.to_ne_bytes());
        body.extend_from_slice(&((nanos >> 32) as u32).to_ne_bytes());
        body.extend_from_slice(&(nanos as u32).to_ne_bytes());
        // Captured and original length.
        body.extend_from_slice(&len.to_ne_bytes());
        body.extend_from_slice(&len.to_ne_bytes());
        body.extend_from_slice(seen.bytes);
        pad(&mut body);
        if let Some(way) = seen.way {
            option(&mut body, EPB_FLAGS, &(way as u32).to_ne_bytes());
        }
        if let Some(comment) = &seen.comment {
            option(&mut body, OPT_COMMENT, comment.as_bytes());
        }
        if seen.way.is_some() || seen.comment.is_some() {
            end_of_options(&mut body);
        }
        block(&mut self.out, ENHANCED_PACKET, &body)
    }

    /// Flushes, and gives back what was written to.
    ///
    /// # Errors
    /// Those of the file.
    pub(crate) fn finish(mut self) -> io::Result<W> {
        self.out.flush()?;
        Ok(self.out)
    }
}

/// What became of a packet, in words; None for one that just passed.
fn comment(packet: &Packet) -> Option<String> {
    if packet.fate == Fate::Passed && !packet.held {
        return None;
    }
    let rule = packet
        .rule
        .as_ref()
        .map(|rule| format!(" by `{rule}`"))
        .unwrap_or_default();
    Some(format!("wire: {}{rule}", packet.fate_in_words()))
}

fn block(out: &mut impl Write, kind: u32, body: &[u8]) -> io::Result<()> {
    let len = (body.len() + 12) as u32;
    out.write_all(&kind.to_ne_bytes())?;
    out.write_all(&len.to_ne_bytes())?;
    out.write_all(body)?;
    out.write_all(&len.to_ne_bytes())
}

fn option(body: &mut Vec<u8>, code: u16, value: &[u8]) {
    let value = &value[..value.len().min(u16::MAX.into())];
    body.extend_from_slice(&code.to_ne_bytes());
    body.extend_from_slice(&(value.len() as u16).to_ne_bytes());
    body.extend_from_slice(value);
    pad(body);
}

fn end_of_options(body: &mut Vec<u8>) {
    body.extend_from_slice(&[0; 4]);
}

fn pad(body: &mut Vec<u8>) {
    body.resize(body.len().next_multiple_of(4), 0);
}
