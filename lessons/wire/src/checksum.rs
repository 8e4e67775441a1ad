//! Whether the checksums of a packet are right (RFC 1071).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use etherparse::LaxIpSlice;

use crate::decode::{Checksum, Decoded, Transport, word};

/// Sums what can be summed. The sum of a right packet and its checksum is 0xffff, so that both
/// ways to write zero (0x0000 and 0xffff; Linux uses the latter for TCP too) are accepted.
pub(crate) fn checksum(
    ip: &LaxIpSlice<'_>,
    decoded: &Decoded,
    content: &[u8],
    whole: bool,
) -> Checksum {
    if let LaxIpSlice::Ipv4(v4) = ip
        && sum(v4.header().slice(), 0) != 0xffff
    {
        return Checksum::Bad;
    }
    if !whole {
        return Checksum::Unchecked;
    }
    let pseudo = pseudo_header(
        decoded.source,
        decoded.destination,
        decoded.protocol,
        content.len(),
    );
    let right = match (decoded.protocol, &decoded.transport) {
        (6, Transport::Tcp(_)) | (58, Transport::Icmp(_)) => sum(content, pseudo) == 0xffff,
        (17, Transport::Udp(_)) => {
            let absent = word(content, 6) == Some(0) && decoded.source.is_ipv4();
            let covered = content.get(..usize::from(word(content, 4).unwrap_or(0)));
            absent || covered.is_some_and(|c| sum(c, pseudo) == 0xffff)
        }
        (1, Transport::Icmp(_)) | (2, Transport::Igmp(_)) => sum(content, 0) == 0xffff,
        _ => return Checksum::Unchecked,
    };
    if right { Checksum::Good } else { Checksum::Bad }
}

/// The ones' complement sum of RFC 1071, not yet inverted.
fn sum(bytes: &[u8], start: u64) -> u16 {
    let (words, rest) = bytes.as_chunks::<4>();
    let mut sum = start
        + words
            .iter()
            .map(|w| u64::from(u32::from_be_bytes(*w)))
            .sum::<u64>();
    let mut last = [0; 4];
    for (to, from) in last.iter_mut().zip(rest) {
        *to = *from;
    }
    sum += u64::from(u32::from_be_bytes(last));
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    sum as u16
}

fn pseudo_header(source: IpAddr, destination: IpAddr, protocol: u8, len: usize) -> u64 {
    let addresses = match (source, destination) {
        (IpAddr::V4(s), IpAddr::V4(d)) => ipv4_sum(s) + ipv4_sum(d),
        (IpAddr::V6(s), IpAddr::V6(d)) => ipv6_sum(s) + ipv6_sum(d),
        _ => 0,
    };
    addresses + u64::from(protocol) + len as u64
}

fn ipv4_sum(address: Ipv4Addr) -> u64 {
    u64::from(u32::from(address))
}

fn ipv6_sum(address: Ipv6Addr) -> u64 {
    address.segments().iter().map(|&s| u64::from(s)).sum()
}
