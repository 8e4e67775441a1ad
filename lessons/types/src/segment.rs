//! A TCP header made by hand, without data and without options.

use std::net::Ipv4Addr;

// ANCHOR: segment
/// The fields of a TCP header that this lesson uses, RFC 9293 section 3.1.
pub struct Segment {
    /// The port that it comes from, and the one that it goes to.
    pub ports: (u16, u16),
    /// The sequence number, and the number that it acknowledges.
    pub numbers: (u32, u32),
    pub flags: u8,
}

pub const SYN: u8 = 0b00_0010;
pub const RST: u8 = 0b00_0100;
pub const ACK: u8 = 0b01_0000;

impl Segment {
    pub fn new(ports: (u16, u16), numbers: (u32, u32), flags: u8) -> Segment {
        Segment {
            ports,
            numbers,
            flags,
        }
    }

    /// Its 20 bytes, as they go from `ip` to the same `ip`.
    pub fn bytes(&self, ip: Ipv4Addr) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(20);
        bytes.extend(self.ports.0.to_be_bytes());
        bytes.extend(self.ports.1.to_be_bytes());
        bytes.extend(self.numbers.0.to_be_bytes());
        bytes.extend(self.numbers.1.to_be_bytes());
        bytes.extend([5 << 4, self.flags]); // five words of four bytes
        bytes.extend(1000_u16.to_be_bytes()); // window
        bytes.extend([0; 4]); // checksum, filled in below; urgent pointer
        // The sum also covers the addresses, the protocol and the length.
        let pseudo = [&ip.octets()[..], &ip.octets(), &[0, 6, 0, 20]].concat();
        let sum = checksum(&[&pseudo[..], &bytes].concat());
        bytes[16..18].copy_from_slice(&sum.to_be_bytes());
        bytes
    }

    /// Read back from a whole IP packet, or `None` if it is too short.
    pub fn parse(packet: &[u8]) -> Option<Segment> {
        let header = usize::from(packet.first()? % 16) * 4;
        let tcp: &[u8; 20] = packet.get(header..)?.first_chunk()?;
        let two = |at: usize| u16::from_be_bytes([tcp[at], tcp[at + 1]]);
        let four = |at| u32::from(two(at)) << 16 | u32::from(two(at + 2));
        let (ports, numbers) = ((two(0), two(2)), (four(4), four(8)));
        Some(Segment::new(ports, numbers, tcp[13]))
    }

    /// Whether it ends a connection at once.
    pub fn resets(&self) -> bool {
        self.flags & RST != 0
    }

    /// The names of its flags and its way, seen from the port `own`.
    pub fn told(&self, own: u16) -> String {
        let all = [(SYN, "SYN"), (ACK, "ACK"), (RST, "RST")];
        let set = all.iter().filter(|(flag, _)| self.flags & flag != 0);
        let names: Vec<_> = set.map(|(_, name)| *name).collect();
        let way = match self.ports.0 == own {
            true => "from our port to the server",
            false => "from the server to our port",
        };
        format!("{} {way}", names.join("-"))
    }
}

/// The Internet checksum, RFC 1071: the sum of all pairs, carries added.
fn checksum(bytes: &[u8]) -> u16 {
    let pair = |two: &[u8]| u32::from(u16::from_be_bytes([two[0], two[1]]));
    let mut sum: u32 = bytes.chunks_exact(2).map(pair).sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}
// ANCHOR_END: segment
