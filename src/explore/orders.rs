//! In how many orders the events of a run could have happened without anybody noticing.
//!
//! Replicas are chains of events; what one of them does is after what it heard of, and what comes at its time is after
//! what came at an earlier one. The orders that keep to that are counted through the cuts across those chains.

use crate::base::ReplicaId;
use crate::world::Happened;

/// Beyond so many cuts, across more chains than this, nothing is counted.
const MOST_CUTS: usize = 200_000;
const MOST_CHAINS: usize = 16;

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

/// One event of a stretch: its chain, its place in it from 0, and how far another chain must have come before.
#[derive(Clone, Copy)]
struct Link {
    chain: usize,
    place: u8,
    after: Option<(usize, u8)>,
}

/// Events that each concern one replica, as they come: what comes at once with what was before it is one of them.
struct Stretch {
    steps: Vec<Vec<Link>>,
    /// For each event of each chain, the step that it begins.
    begins: Vec<Vec<Option<usize>>>,
}

impl Stretch {
    fn of(happened: &[Happened], from: usize, until: usize) -> Stretch {
        let mut chains: Vec<ReplicaId> = Vec::new();
        let mut begins: Vec<Vec<Option<usize>>> = Vec::new();
        let mut links: Vec<Option<Link>> = Vec::new();
        let mut steps: Vec<Vec<Link>> = Vec::new();
        let mut passed: Option<usize> = None;
        for (at, event) in happened.iter().enumerate().take(until).skip(from) {
            let Some(replica) = event.replica else { continue };
            let chain = chains.iter().position(|known| *known == replica).unwrap_or_else(|| {
                chains.push(replica);
                begins.push(Vec::new());
                chains.len() - 1
            });
            let before = if event.message { event.cause } else { passed };
            let before = before.and_then(|before| *links.get(before.checked_sub(from)?)?);
            let after = before.map(|before: Link| (before.chain, before.place + 1));
            let link = Link { chain, place: begins[chain].len().min(254) as u8, after };
            links.push(Some(link));
            let joins = event.at_once && at > from && passed == Some(at - 1);
            match steps.last_mut() {
                Some(last) if joins => {
                    last.push(link);
                    begins[chain].push(None);
                }
                _ => {
                    begins[chain].push(Some(steps.len()));
                    steps.push(vec![link]);
                }
            }
            if !event.message {
                passed = Some(at);
            }
        }
        Stretch { steps, begins }
    }

    fn orders(&self) -> u128 {
        let widths: Vec<usize> = self.begins.iter().map(|chain| chain.len() + 1).collect();
        let cuts = widths.iter().try_fold(1usize, |cuts, width| cuts.checked_mul(*width)).unwrap_or(usize::MAX);
        if cuts > MOST_CUTS || widths.len() > MOST_CHAINS {
            return 1;
        }
        // How many ways lead to each cut. A cut's number is greater than that of every cut before it.
        let mut ways: Vec<u128> = vec![0; cuts];
        ways[0] = 1;
        for number in 0..cuts {
            if ways[number] == 0 {
                continue;
            }
            let mut cut = [0; MOST_CHAINS];
            let mut rest = number;
            for (come, width) in cut.iter_mut().zip(&widths) {
                (*come, rest) = ((rest % width) as u8, rest / width);
            }
            for (chain, begins) in self.begins.iter().enumerate() {
                let Some(Some(step)) = begins.get(usize::from(cut[chain])) else { continue };
                let Some(beyond) = beyond(cut, &self.steps[*step]) else { continue };
                let places = beyond.iter().zip(&widths).rev();
                let next = places.fold(0, |next, (come, width)| next * width + usize::from(*come));
                ways[next] = ways[next].saturating_add(ways[number]);
            }
        }
        ways[cuts - 1]
    }
}

/// The cut after a step, if the step can come next.
fn beyond(mut cut: [u8; MOST_CHAINS], step: &[Link]) -> Option<[u8; MOST_CHAINS]> {
    for link in step {
        if cut[link.chain] != link.place || link.after.is_some_and(|(chain, place)| cut[chain] < place) {
            return None;
        }
        cut[link.chain] = link.place + 1;
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
