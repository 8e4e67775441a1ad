//! The log as a file for Wireshark and tshark (pcapng, draft-ietf-opsawg-pcapng).
//!
//! Two interfaces, "A side" and "B side": a packet is written where it was sent, with what became
//! of it as a comment, and again on the other side when it got there. So the filter
//! `frame.interface_name == "B side"` shows what B saw.

use std::io::{self, Write};
use std::time::{Duration, SystemTime};

use crate::packet::{Fate, Packet, Side};

/// Writes blocks of a pcapng file, one packet at a time and in the order given.
pub struct Writer<W: Write> {
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

/// Writes a whole file: every packet of a log, on both sides, in the order of time.
///
/// `started` is [`Wire::started`](crate::Wire::started). The result is flushed.
///
/// # Errors
/// Those of `out`.
pub fn write(out: impl Write, started: SystemTime, packets: &[Packet]) -> io::Result<()> {
    let mut writer = Writer::new(out, started)?;
    let mut sightings: Vec<(Duration, Side, &[u8], Option<String>)> = Vec::new();
    for packet in packets {
        if packet.fate != Fate::Forged {
            sightings.push((packet.at, packet.from, &packet.bytes, comment(packet)));
        }
        let changed = packet.altered.is_some() || packet.fate == Fate::Forged;
        for (copy, at) in packet.delivered.iter().enumerate() {
            let bytes = packet.altered.as_ref().unwrap_or(&packet.bytes);
            let note = if changed || copy > 0 {
                comment(packet)
            } else {
                None
            };
            sightings.push((*at, packet.from.other(), bytes, note));
        }
    }
    sightings.sort_by_key(|(at, ..)| *at);
    for (at, side, bytes, note) in sightings {
        writer.packet(at, side, bytes, note.as_deref())?;
    }
    writer.finish().map(drop)
}

impl<W: Write> Writer<W> {
    /// Begins a file; times of packets count from `started`.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn new(out: W, started: SystemTime) -> io::Result<Writer<W>> {
        Writer::named(out, started, &["A side", "B side"])
    }

    /// The same with interfaces of these names; side A is the first of them.
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

    /// Writes a packet as seen on a side at a time since the start, with a comment if there is one.
    ///
    /// # Errors
    /// Those of the file.
    pub fn packet(
        &mut self,
        at: Duration,
        side: Side,
        bytes: &[u8],
        comment: Option<&str>,
    ) -> io::Result<()> {
        let nanos = (self.started + at).as_nanos() as u64;
        let len = bytes.len() as u32;
        let mut body = Vec::with_capacity(bytes.len() + 64);
        body.extend_from_slice(&(side.index() as u32).to_ne_bytes());
        body.extend_from_slice(&((nanos >> 32) as u32).to_ne_bytes());
        body.extend_from_slice(&(nanos as u32).to_ne_bytes());
        // Captured and original length.
        body.extend_from_slice(&len.to_ne_bytes());
        body.extend_from_slice(&len.to_ne_bytes());
        body.extend_from_slice(bytes);
        pad(&mut body);
        if let Some(comment) = comment {
            option(&mut body, OPT_COMMENT, comment.as_bytes());
            end_of_options(&mut body);
        }
        block(&mut self.out, ENHANCED_PACKET, &body)
    }

    /// Flushes, and gives back what was written to.
    ///
    /// # Errors
    /// Those of the file.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.flush()?;
        Ok(self.out)
    }
}

/// What became of a packet, in words; None for one that just passed.
pub fn comment(packet: &Packet) -> Option<String> {
    if packet.fate == Fate::Passed && !packet.held {
        return None;
    }
    let held = if packet.held && packet.fate != Fate::Held {
        "held, then "
    } else {
        ""
    };
    let rule = packet
        .rule
        .as_ref()
        .map(|rule| format!(" by `{rule}`"))
        .unwrap_or_default();
    Some(format!("wire: {held}{}{rule}", packet.fate))
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
