//! The decoder and the file writer take any bytes.

use proptest::collection::vec;
use proptest::prelude::*;
use wire::decode::{Checksum, Transport, decode};
use wire::forge::{self, Segment};

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..Default::default() })]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in vec(any::<u8>(), 0..200)) {
        let _ = decode(&bytes).map(|d| d.to_string());
    }

    /// Arbitrary bytes rarely begin like an IP header: these do, for every protocol.
    #[test]
    fn arbitrary_content_never_panics(
        six in any::<bool>(),
        protocol in prop_oneof![Just(1u8), Just(2), Just(6), Just(17), Just(44), Just(58), any::<u8>()],
        fragment in prop_oneof![Just(0u16), any::<u16>()],
        len in prop_oneof![Just(None), any::<u16>().prop_map(Some)],
        content in vec(any::<u8>(), 0..120),
    ) {
        let total = content.len() as u16;
        let mut bytes = Vec::new();
        if six {
            bytes.extend_from_slice(&[0x60, 0, 0, 0]);
            bytes.extend_from_slice(&len.unwrap_or(total).to_be_bytes());
            bytes.extend_from_slice(&[protocol, 64]);
            bytes.extend_from_slice(&[0xfd; 32]);
        } else {
            bytes.extend_from_slice(&[0x45, 0]);
            bytes.extend_from_slice(&len.unwrap_or(total + 20).to_be_bytes());
            bytes.extend_from_slice(&[0, 1]);
            bytes.extend_from_slice(&fragment.to_be_bytes());
            bytes.extend_from_slice(&[64, protocol, 0, 0]);
            bytes.extend_from_slice(&[10, 0, 0, 1, 10, 0, 0, 2]);
        }
        bytes.extend_from_slice(&content);
        if let Ok(decoded) = decode(&bytes) {
            let _ = decoded.to_string();
            prop_assert!(bytes.get(decoded.payload.clone()).is_some());
        }
    }

    #[test]
    fn what_was_forged_is_read_back(
        seq in any::<u32>(),
        ack in proptest::option::of(any::<u32>()),
        window in any::<u16>(),
        six in any::<bool>(),
        flags in any::<[bool; 3]>(),
        payload in vec(any::<u8>(), 0..100),
        flip in any::<proptest::sample::Index>(),
    ) {
        let (source, destination) = match six {
            true => ("[fd00::1]:5000", "[fd00::2]:4242"),
            false => ("10.0.0.1:5000", "10.0.0.2:4242"),
        };
        let segment = Segment {
            source: source.parse().unwrap(),
            destination: destination.parse().unwrap(),
            seq,
            ack,
            window,
            syn: flags[0],
            fin: flags[1],
            rst: flags[2],
            payload: &payload,
        };
        let bytes = forge::tcp(&segment).unwrap();
        let decoded = decode(&bytes).unwrap();
        prop_assert_eq!(decoded.checksum, Checksum::Good);
        prop_assert_eq!(decoded.source(), segment.source);
        prop_assert_eq!(decoded.destination(), segment.destination);
        prop_assert_eq!(&bytes[decoded.payload.clone()], &payload[..]);
        let Transport::Tcp(tcp) = &decoded.transport else { panic!("not TCP") };
        prop_assert_eq!((tcp.seq, tcp.window, tcp.payload_len), (seq, window, payload.len()));
        prop_assert_eq!((tcp.flags.syn, tcp.flags.fin, tcp.flags.rst), (flags[0], flags[1], flags[2]));
        prop_assert_eq!(tcp.flags.ack.then_some(tcp.ack), ack);
        // One bit anywhere in the segment makes the checksum bad, or the header unreadable.
        let header = if six { 40 } else { 20 };
        let mut broken = bytes.clone();
        let at = header + flip.index(bytes.len() - header);
        broken[at] ^= 0x10;
        let read = decode(&broken).unwrap();
        prop_assert!(read.checksum != Checksum::Good, "flipped byte {}", at);
    }
}

/// The eight bytes of the extension header of IPv6 are no bytes of the datagram.
#[test]
fn a_fragment_is_as_long_as_its_part_of_the_datagram() {
    let part = [7; 16];
    let mut four = vec![0x45, 0, 0, 36, 0, 1, 0, 5, 64, 17, 0, 0];
    four.extend_from_slice(&[10, 0, 0, 1, 10, 0, 0, 2]);
    let mut six = vec![0x60, 0, 0, 0, 0, 24, 44, 64];
    six.extend_from_slice(&[0xfd; 32]);
    // Next header, reserved, offset 40 with no more to come, identification.
    six.extend_from_slice(&[17, 0, 0, 40, 0, 0, 0, 1]);
    for mut bytes in [four, six] {
        bytes.extend_from_slice(&part);
        let fragment = decode(&bytes).unwrap().fragment.unwrap();
        assert_eq!((fragment.offset, fragment.length), (40, 16));
        assert!(!fragment.more);
    }
}
