//! For tests only: histories of three who tell each other all within a limit, with and without collection by age.

use super::{Aged, Tombstones};
use crate::base::{Dot, Span};
use crate::replica::{DataType, DeltaBased, Site, StateBased};
use crate::zoo::trials::{draws, through_bytes};

pub(super) const LIMIT: Span = Span::days(30);

type AgedDelta<T> = <Aged<T> as DeltaBased>::Delta;

/// Three with the layer and without it, and all that was told so far.
struct InTouch<T: Tombstones + DeltaBased> {
    replicas: Vec<(Aged<T>, T)>,
    states: Vec<(Aged<T>, T)>,
    /// In the order in which they were made, so that causes come before effects.
    updates: Vec<(Dot, AgedDelta<T>, T::Delta)>,
}

impl<T: Tombstones + DeltaBased> InTouch<T> {
    fn write(&mut self, at: usize, site: Site, pick: &mut dyn FnMut(u64) -> u64) {
        let (aged, plain) = &mut self.replicas[at];
        let op = plain.propose(pick);
        match (aged.mutate(&op, site), plain.mutate(&op, site)) {
            (Ok(first), Ok(second)) => {
                let dot = Dot::new(site.identity, aged.known().get(site.identity));
                self.updates.push((dot, through_bytes(&first), second));
            }
            (first, second) => assert_eq!(first.err(), second.err(), "{op:?}"),
        }
    }

    /// One learns what it lacks of another, in deltas one by one, in one group, or from the state.
    fn tell(&mut self, from: usize, to: usize, pick: &mut dyn FnMut(u64) -> u64) {
        let (other, others) = self.replicas[from].clone();
        let (aged, plain) = &mut self.replicas[to];
        assert_eq!(aged.admits(&other), Ok(()));
        let lacks = |dot: Dot| other.known().covers(dot) && !aged.known().covers(dot);
        let news = self.updates.iter().filter(|(dot, ..)| lacks(*dot));
        let mut news: Vec<_> = news.map(|(_, first, second)| (first.clone(), second.clone())).collect();
        if pick(2) == 0 {
            let group = news.into_iter().reduce(|mut group, (first, second)| {
                Aged::<T>::combine(&mut group.0, &first);
                T::combine(&mut group.1, &second);
                group
            });
            news = group.into_iter().collect();
        }
        for (first, second) in &news {
            assert_eq!(aged.admits_delta(first), Ok(()));
            assert!(first.fits(aged.known()), "what comes in causal order always fits");
            aged.join(first);
            plain.join(second);
        }
        // What was heard of others since is told by states alone.
        if pick(2) == 0 {
            aged.join(&other.whole());
            plain.join(&others.whole());
        } else {
            aged.merge(&other);
            plain.merge(&others);
        }
    }
}

/// Lives through one history in which all tell each other all within the limit, once with the layer and
/// once without, and compares the views. Old states arrive as well, as long as they are admitted.
pub(super) fn in_touch<T: Tombstones + DeltaBased>(seed: u64, fresh: &T) -> (usize, usize) {
    let mut pick = draws(seed);
    let replicas = vec![(Aged::new(fresh.clone(), LIMIT), fresh.clone()); 3];
    let mut all = InTouch { replicas, states: Vec::new(), updates: Vec::new() };
    let (mut plain_kept, mut kept) = (0, 0);
    for hour in (0u64..24 * 240).step_by(36) {
        let at = pick(3) as usize;
        // Their clocks differ by up to two days.
        let site = |at: usize| Site::of(at as u32).at(Span::hours(hour + 24 * at as u64).0);
        all.replicas[at].0.tick(site(at));
        match pick(4) {
            0 | 1 => all.write(at, site(at), &mut pick),
            2 => all.states.push((through_bytes(&all.replicas[at].0), all.replicas[at].1.clone())),
            _ if all.states.is_empty() => {}
            _ => {
                let (other, others) = &all.states[pick(all.states.len() as u64) as usize];
                let (aged, plain) = &mut all.replicas[at];
                if aged.admits(other).is_ok() {
                    aged.merge(other);
                    plain.merge(others);
                }
            }
        }
        let exchange = hour % (24 * 12) == 0;
        if exchange {
            (0..3).for_each(|at| all.replicas[at].0.tick(site(at)));
            for (from, to) in [(0, 1), (1, 2), (2, 0), (0, 1)] {
                all.tell(from, to, &mut pick);
            }
        }
        for (_, (aged, plain)) in all.replicas.iter().enumerate().filter(|(other, _)| exchange || *other == at) {
            assert_eq!(aged.view(), plain.view(), "seed {seed}: collection is seen");
            plain_kept += plain.graves().len();
            kept += aged.inner().graves().len();
        }
    }
    (plain_kept, kept)
}
