//! Where the stamps of last-writer-wins types come from: the replica's own clock, a Lamport clock, or a
//! hybrid one.
//!
//! A stamp is itself the clock: whoever keeps the one that [`witness`](Stamping::witness) leaves can make
//! the next. The law: an identity that witnesses its own stamps makes none twice. Lamport and hybrid
//! stamps also exceed all that was witnessed; wall-clock stamps do not, which is their point.

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::base::{Hybrid, HybridClock, Lamport, LamportClock, Stamp, Time, Wall};
use crate::model::Source;
use crate::replica::Site;

/// A stamp that knows how to make the next. The default is smaller than every stamp made, and stands for
/// having witnessed none.
pub trait Stamping: Copy + Ord + Default + Debug + Into<Stamp> + Serialize + DeserializeOwned {
    /// Which clock it comes from.
    const SOURCE: Source;

    /// The stamp of an update here, by one who has witnessed `self`.
    ///
    /// # Panics
    /// Where no larger number is left: a forged stamp can bring that about.
    fn next(self, site: Site) -> Self;

    /// Keeps what the next stamp must take note of. Commutative, associative and idempotent; and right
    /// after an own update its stamp is what is kept.
    fn witness(&mut self, stamp: Self);
}

impl Stamping for Wall {
    const SOURCE: Source = Source::OwnClock;

    fn next(self, site: Site) -> Wall {
        // The count goes on from the largest one known, whoever's it is: that is above all own ones, and
        // needs no table of who counted how far.
        let count = self.count.checked_add(1).unwrap_or_else(|| panic!("no count is left after {self}"));
        Wall { reading: site.now.0, identity: site.identity, count }
    }

    #[inline]
    fn witness(&mut self, stamp: Wall) {
        let key = |stamp: &Wall| (stamp.count, stamp.identity, stamp.reading);
        if key(&stamp) > key(self) {
            *self = stamp;
        }
    }
}

impl Stamping for Lamport {
    const SOURCE: Source = Source::Lamport;

    fn next(self, site: Site) -> Lamport {
        let mut clock = LamportClock::new(site.identity);
        clock.witness(self.counter);
        clock.tick()
    }

    #[inline]
    fn witness(&mut self, stamp: Lamport) {
        *self = (*self).max(stamp);
    }
}

impl Stamping for Hybrid {
    const SOURCE: Source = Source::Hybrid;

    fn next(self, site: Site) -> Hybrid {
        HybridClock::new(site.identity).witness(self, Time(site.now.0))
    }

    #[inline]
    fn witness(&mut self, stamp: Hybrid) {
        *self = (*self).max(stamp);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The stamps of one replica whose clock shows these readings, and which witnesses nothing else.
    fn alone<S: Stamping>(readings: [u64; 4]) -> Vec<S> {
        let mut latest = S::default();
        let stamp = |reading| {
            let stamp = latest.next(Site::of(0).at(reading));
            latest.witness(stamp);
            assert_eq!(latest, stamp, "an own stamp is kept");
            stamp
        };
        readings.into_iter().map(stamp).collect()
    }

    #[test]
    fn a_clock_that_stands_still_or_steps_back_makes_no_stamp_twice() {
        let readings = [0, 7, 7, 3];
        let parts = alone::<Wall>(readings).iter().map(|stamp| (stamp.reading, stamp.count)).collect::<Vec<_>>();
        assert_eq!(parts, [(0, 1), (7, 2), (7, 3), (3, 4)], "and says what the clock showed");
        let parts = alone::<Hybrid>(readings).iter().map(|stamp| (stamp.physical, stamp.logical)).collect::<Vec<_>>();
        assert_eq!(parts, [(0, 1), (7, 0), (7, 1), (7, 2)]);
        let parts = alone::<Lamport>(readings).iter().map(|stamp| stamp.counter).collect::<Vec<_>>();
        assert_eq!(parts, [1, 2, 3, 4]);
    }

    /// Whether an answer from a replica whose clock is behind is stamped above the question.
    fn answer_exceeds_question<S: Stamping>() -> bool {
        let question = S::default().next(Site::of(1).at(300));
        let mut latest = S::default();
        latest.witness(question);
        latest.next(Site::of(0).at(2)) > question
    }

    #[test]
    fn stamps_of_causal_clocks_exceed_what_was_witnessed() {
        assert!(answer_exceeds_question::<Lamport>() && answer_exceeds_question::<Hybrid>());
        assert!(!answer_exceeds_question::<Wall>(), "a wall clock that is behind stays behind");
    }
}
