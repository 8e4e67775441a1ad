//! Packets on their way to the screen, which may be slower than the wire.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender, TrySendError};
use std::thread;
use std::time::Duration;

use wire::Packet;

use super::Happening;

/// How many packets wait to be shown before some are left out.
const BACKLOG: usize = 10_000;

/// Passes on each packet that the wire tells of; where they come faster than
/// they are shown, counts those that are left out.
pub fn pass_on(packets: Receiver<Packet>, to: SyncSender<Happening>) {
    let (room, waiting) = mpsc::sync_channel(BACKLOG);
    thread::spawn(move || {
        for happening in waiting {
            if to.send(happening).is_err() {
                return;
            }
        }
    });
    thread::spawn(move || {
        let mut waiting = Room { room, left_out: 0 };
        loop {
            match packets.recv_timeout(Duration::from_millis(50)) {
                Ok(packet) => {
                    let held = packet.held;
                    let packet = Box::new(lab::shown(&packet));
                    if !waiting.put(Happening::Seen { packet, held }, held) {
                        return;
                    }
                }
                Err(RecvTimeoutError::Timeout) => drop(waiting.count()),
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    });
}

/// Where packets wait, and how many found no room since that was last told.
struct Room {
    room: SyncSender<Happening>,
    left_out: u64,
}

impl Room {
    /// Puts a packet where it waits, or leaves it out; one that must be shown
    /// waits for room. False if nobody shows any more.
    fn put(&mut self, packet: Happening, must: bool) -> bool {
        if must {
            return self.room.send(packet).is_ok();
        }
        if !self.count() {
            self.left_out += 1;
            return true;
        }
        match self.room.try_send(packet) {
            Ok(()) => true,
            Err(TrySendError::Full(_)) => {
                self.left_out += 1;
                true
            }
            Err(TrySendError::Disconnected(_)) => false,
        }
    }

    /// Tells how many were left out, in their place; false if there is no room
    /// for that either.
    fn count(&mut self) -> bool {
        if self.left_out > 0
            && self
                .room
                .try_send(Happening::LeftOut(self.left_out))
                .is_ok()
        {
            self.left_out = 0;
        }
        self.left_out == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(number: u64) -> Happening {
        let text = format!(
            r#"{{"number":{number},"at_us":0,"from":"A","source":"","destination":"",
            "protocol":"udp","flags":"","length":0,"info":"","fate":"passed"}}"#
        );
        let packet = serde_json::from_str(&text).expect("a packet");
        let packet = Box::new(packet);
        Happening::Seen {
            packet,
            held: false,
        }
    }

    /// The numbers of the packets shown, and 0 with the count of those left out.
    fn told(from: &Receiver<Happening>) -> Vec<(u64, u64)> {
        let told = |happening| match happening {
            Happening::Seen { packet, .. } => (packet.number, 0),
            Happening::LeftOut(count) => (0, count),
            _ => panic!("neither a packet nor a count"),
        };
        from.try_iter().map(told).collect()
    }

    #[test]
    fn a_packet_without_room_is_counted_in_its_place() {
        let (room, shown) = mpsc::sync_channel(2);
        let mut waiting = Room { room, left_out: 0 };
        for number in 1..=5 {
            assert!(waiting.put(packet(number), false));
        }
        assert_eq!(told(&shown), [(1, 0), (2, 0)]);
        assert!(waiting.put(packet(6), false));
        assert_eq!(told(&shown), [(0, 3), (6, 0)]);
        assert!(waiting.put(packet(7), false));
        assert_eq!(told(&shown), [(7, 0)]);
    }

    #[test]
    fn one_that_somebody_decides_about_waits_for_room() {
        let (room, shown) = mpsc::sync_channel(1);
        let mut waiting = Room { room, left_out: 0 };
        assert!(waiting.put(packet(1), true));
        let waits = thread::spawn(move || waiting.put(packet(2), true));
        let both: Vec<_> = (0..2)
            .map(|_| shown.recv().expect("both are told"))
            .collect();
        assert_eq!(both.len(), 2);
        assert!(waits.join().expect("it does not panic"));
    }
}
