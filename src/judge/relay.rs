//! A road for datagrams that loses, repeats and reorders them, by a seed.
//!
//! What becomes of a datagram follows from the seed and from what it carries,
//! never from the clock: each new content on a road meets the next fate of a
//! shuffled list, and one that was carried before gets through. So a run
//! repeats, every fate comes up, and whoever sends again gets through at last.

use fastrand::Rng;

use super::bench::Bench;

/// What becomes of a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Fate {
    /// It arrives.
    Arrives,
    /// It is lost.
    Lost,
    /// It arrives twice.
    Twice,
    /// It arrives after the next one, whatever that is.
    Late,
}

/// How often each fate comes up in one round of the list.
const ROUND: [Fate; 5] = [
    Fate::Arrives,
    Fate::Lost,
    Fate::Twice,
    Fate::Late,
    Fate::Arrives,
];

/// A road in one direction.
#[derive(Debug)]
pub struct Road {
    random: Rng,
    /// The fates of the rest of this round, the next one last.
    fates: Vec<Fate>,
    carried: Vec<Vec<u8>>,
    late: Option<Vec<u8>>,
}

impl Road {
    /// A road whose fates follow from these random numbers.
    pub fn new(random: &mut Rng) -> Road {
        Road {
            random: random.fork(),
            fates: Vec::new(),
            carried: Vec::new(),
            late: None,
        }
    }

    /// What arrives now that this datagram has set out, in order; the bench
    /// notes what the relay did, with a datagram in the words of `called`.
    pub fn takes(
        &mut self,
        bench: &Bench,
        datagram: &[u8],
        called: fn(&[u8]) -> String,
    ) -> Vec<Vec<u8>> {
        let (arrived, fate) = self.carries(datagram);
        let mut did = format!("the relay {} {}", fate.words(), called(datagram));
        if let Some(late) = arrived.last().filter(|last| *last != datagram) {
            did += &format!(", and then lets {} go", called(late));
        }
        bench.did(did);
        arrived
    }

    /// What arrives, and the fate that the datagram met.
    fn carries(&mut self, datagram: &[u8]) -> (Vec<Vec<u8>>, Fate) {
        let fate = self.fate(datagram);
        let mut arrived = vec![datagram.to_vec(); fate.copies()];
        if fate == Fate::Late {
            // A road has room for one that waits; the one before it goes on.
            arrived.extend(self.late.replace(datagram.to_vec()));
        } else {
            arrived.extend(self.late.take());
        }
        (arrived, fate)
    }

    fn fate(&mut self, datagram: &[u8]) -> Fate {
        if self.carried.iter().any(|before| before == datagram) {
            return Fate::Arrives;
        }
        self.carried.push(datagram.to_vec());
        if self.fates.is_empty() {
            self.fates = ROUND.to_vec();
            self.random.shuffle(&mut self.fates);
        }
        self.fates.pop().unwrap_or(Fate::Arrives)
    }
}

impl Fate {
    /// How many copies of it arrive at once.
    fn copies(self) -> usize {
        match self {
            Fate::Arrives => 1,
            Fate::Twice => 2,
            Fate::Lost | Fate::Late => 0,
        }
    }

    /// What the relay did, in words: `loses`.
    fn words(self) -> &'static str {
        match self {
            Fate::Arrives => "carries",
            Fate::Lost => "loses",
            Fate::Twice => "repeats",
            Fate::Late => "holds back",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn road(seed: u64) -> Road {
        Road::new(&mut Rng::with_seed(seed))
    }

    #[test]
    fn a_seed_makes_the_same_fates_and_another_seed_others() {
        let fates = |seed| {
            let mut road = road(seed);
            (0..50_u8).map(|n| road.carries(&[n]).1).collect::<Vec<_>>()
        };
        assert_eq!(fates(3), fates(3));
        assert_ne!(fates(3), fates(4));
    }

    #[test]
    fn every_fate_comes_up_in_each_round() {
        let mut road = road(9);
        for round in 0..20_u8 {
            let numbers = round * 5..round * 5 + 5;
            let met: HashSet<_> = numbers.map(|n| road.carries(&[n]).1).collect();
            assert_eq!(met.len(), 4, "round {round}: {met:?}");
        }
    }

    #[test]
    fn what_is_sent_again_arrives() {
        let mut road = road(5);
        for n in 0..50_u8 {
            road.carries(&[n]);
            let (arrived, _) = road.carries(&[n]);
            assert!(arrived.contains(&vec![n]), "{n}: {arrived:?}");
        }
    }

    #[test]
    fn what_is_held_back_arrives_after_the_next() {
        let mut road = road(7);
        let mut late = None;
        let mut met = 0;
        for n in 0..50_u8 {
            let (arrived, fate) = road.carries(&[n]);
            if let Some(before) = late.take() {
                assert_eq!(arrived.last(), Some(&vec![before]), "after {n}");
                met += 1;
            }
            late = (fate == Fate::Late).then_some(n);
        }
        assert!(met >= 9, "{met}");
    }
}
