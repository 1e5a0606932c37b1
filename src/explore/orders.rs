//! In how many orders the events of a run could have happened without anybody noticing.
//!
//! Replicas are chains of events; what one of them does is after what it heard of, and what comes at its time is after
//! what came at an earlier one. The orders that keep to that are counted through the cuts across those chains.

use std::collections::BTreeMap;

use crate::base::ReplicaId;
use crate::world::Happened;

/// Beyond so many cuts nothing is counted.
const MOST_CUTS: usize = 200_000;

/// The number of orders, of which the one that happened is one. It is never more than there are.
pub fn orders(happened: &[Happened]) -> u128 {
    // What concerns everybody comes after all before it, and before all after it.
    let mut all: u128 = 1;
    let mut begins = 0;
    for (at, event) in happened.iter().enumerate() {
        if event.replica.is_none() {
            all = all.saturating_mul(Stretch::of(happened, begins, at).orders());
            begins = at + 1;
        }
    }
    all.saturating_mul(Stretch::of(happened, begins, happened.len()).orders())
}

/// One event of a stretch: its chain, its place in it from 1, and how far other chains must have come before.
struct Link {
    chain: usize,
    place: u8,
    after: Vec<(usize, u8)>,
}

/// Events that each concern one replica, as they come: what comes at once with what was before it is one of them.
struct Stretch {
    steps: Vec<Vec<Link>>,
    chains: usize,
}

impl Stretch {
    fn of(happened: &[Happened], from: usize, until: usize) -> Stretch {
        let mut chains: Vec<(ReplicaId, u8)> = Vec::new();
        let mut places: BTreeMap<usize, (usize, u8)> = BTreeMap::new();
        let mut steps: Vec<Vec<Link>> = Vec::new();
        let mut passed = None;
        for (at, event) in happened.iter().enumerate().take(until).skip(from) {
            let Some(replica) = event.replica else { continue };
            let chain = chains.iter().position(|(known, _)| *known == replica).unwrap_or_else(|| {
                chains.push((replica, 0));
                chains.len() - 1
            });
            chains[chain].1 = chains[chain].1.saturating_add(1);
            let place = chains[chain].1;
            places.insert(at, (chain, place));
            let before = if event.message { event.cause } else { passed };
            let after = before.and_then(|before| places.get(&before).copied()).into_iter().collect();
            let link = Link { chain, place, after };
            match steps.last_mut() {
                Some(last) if event.at_once && passed == at.checked_sub(1) => last.push(link),
                _ => steps.push(vec![link]),
            }
            if !event.message {
                passed = Some(at);
            }
        }
        Stretch { steps, chains: chains.len() }
    }

    fn orders(&self) -> u128 {
        // How many ways lead to each cut, one step further in each round.
        let mut cuts: BTreeMap<Vec<u8>, u128> = BTreeMap::from([(vec![0; self.chains], 1)]);
        for _ in 0..self.steps.len() {
            let mut next: BTreeMap<Vec<u8>, u128> = BTreeMap::new();
            for (cut, ways) in &cuts {
                for step in &self.steps {
                    if let Some(beyond) = beyond(cut, step) {
                        let sum = next.entry(beyond).or_default();
                        *sum = sum.saturating_add(*ways);
                    }
                }
            }
            if next.len() > MOST_CUTS {
                return 1;
            }
            cuts = next;
        }
        cuts.into_values().next().unwrap_or(1)
    }
}

/// The cut after a step, if the step can come next.
fn beyond(cut: &[u8], step: &[Link]) -> Option<Vec<u8>> {
    let first = step.first()?;
    if cut[first.chain] + 1 != first.place {
        return None;
    }
    let mut cut = cut.to_vec();
    for link in step {
        if cut[link.chain] + 1 != link.place || link.after.iter().any(|(chain, place)| cut[*chain] < *place) {
            return None;
        }
        cut[link.chain] = link.place;
    }
    Some(cut)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Name;

    /// Events as `replica<cause`, with `t` before what comes at its time and `+` before what comes at once.
    fn count(text: &str) -> u128 {
        let event = |(at, word): (usize, &str)| {
            let (at_once, word) = word.strip_prefix('+').map_or((false, word), |word| (true, word));
            let (message, word) = word.strip_prefix('t').map_or((true, word), |word| (false, word));
            let (replica, cause) = word.split_once('<').unwrap_or((word, ""));
            let replica = replica.parse().ok().map(ReplicaId);
            Happened { name: Name(at as u64), replica, cause: cause.parse().ok(), message, at_once }
        };
        orders(&text.split_whitespace().enumerate().map(event).collect::<Vec<_>>())
    }

    #[test]
    fn events_at_one_replica_keep_their_order_and_others_do_not() {
        assert_eq!(count(""), 1);
        assert_eq!(count("0 0 0"), 1);
        assert_eq!(count("0 1 2"), 6);
        assert_eq!(count("0 0 1 1"), 6);
        assert_eq!(count("0 0 0 1 1 1 2 2 2"), 1680);
    }

    #[test]
    fn what_is_caused_comes_after_its_cause() {
        assert_eq!(count("0 1<0 2"), 3);
        assert_eq!(count("t0 t1 t2"), 1, "what comes at its time keeps its order");
        assert_eq!(count("t0 t1 2"), 3);
        assert_eq!(count("t0 +t1 2"), 2, "nothing comes between what comes at once");
    }

    #[test]
    fn what_concerns_everybody_parts_the_events() {
        assert_eq!(count("0 1 t 0 1"), 4);
    }
}
