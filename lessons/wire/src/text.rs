//! The headers in one ASCII line, for a terminal or a log.

use std::fmt;

use crate::decode::{Checksum, Decoded, Flags, Icmp, Tcp, Transport};

impl fmt::Display for Decoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.transport {
            Transport::Tcp(tcp) => write!(f, "{} > {} {tcp}", self.source(), self.destination())?,
            Transport::Udp(udp) => {
                let (from, to) = (self.source(), self.destination());
                write!(f, "{from} > {to} UDP len={}", udp.payload_len)?;
            }
            Transport::Icmp(icmp) => write!(f, "{} > {} {icmp}", self.source, self.destination)?,
            Transport::Igmp(kind) => {
                write!(
                    f,
                    "{} > {} IGMP type={kind:#04x}",
                    self.source, self.destination
                )?;
            }
            Transport::Other => {
                let (from, to) = (self.source, self.destination);
                write!(f, "{from} > {to} IP protocol={}", self.protocol)?;
            }
        }
        if let Some(part) = self.fragment {
            let more = if part.more { " more" } else { "" };
            write!(f, " fragment offset={}{more}", part.offset)?;
        }
        match self.checksum {
            Checksum::Bad => f.write_str(" BAD CHECKSUM"),
            Checksum::Good | Checksum::Unchecked => Ok(()),
        }
    }
}

impl fmt::Display for Tcp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seq = self.relative_seq.unwrap_or(self.seq);
        write!(f, "{} seq={seq}", self.flags)?;
        if self.flags.ack {
            write!(f, " ack={}", self.relative_ack.unwrap_or(self.ack))?;
        }
        let window = self.window_bytes.unwrap_or(self.window.into());
        write!(f, " win={window} len={}", self.payload_len)?;
        let options = &self.options;
        if let Some(mss) = options.mss {
            write!(f, " mss={mss}")?;
        }
        if options.sack_permitted {
            f.write_str(" sackOK")?;
        }
        if let Some(shift) = options.window_scale {
            write!(f, " wscale={shift}")?;
        }
        // A SACK block is made relative by the same distance as the acknowledgment number.
        let isn = self
            .relative_ack
            .map_or(0, |relative| self.ack.wrapping_sub(relative));
        for (left, right) in &options.sack {
            write!(
                f,
                " sack={}-{}",
                left.wrapping_sub(isn),
                right.wrapping_sub(isn)
            )?;
        }
        Ok(())
    }
}

impl fmt::Display for Flags {
    /// The names in the order people say them, joined by "+": `SYN+ACK`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = [
            (self.syn, "SYN"),
            (self.fin, "FIN"),
            (self.rst, "RST"),
            (self.psh, "PSH"),
            (self.ack, "ACK"),
            (self.urg, "URG"),
            (self.ece, "ECE"),
            (self.cwr, "CWR"),
        ];
        let names: Vec<&str> = all
            .iter()
            .filter(|(set, _)| *set)
            .map(|(_, name)| *name)
            .collect();
        f.write_str(if names.is_empty() { "-" } else { "" })?;
        f.write_str(&names.join("+"))
    }
}

impl fmt::Display for Icmp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ICMP type={} code={}", self.kind, self.code)?;
        match &self.quoted {
            Some(quoted) => write!(f, " about {} > {}", quoted.source, quoted.destination),
            None => Ok(()),
        }
    }
}
