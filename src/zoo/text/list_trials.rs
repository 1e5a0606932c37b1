//! For tests only: what every list must show, and how words fare that are typed at one place at once.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::list::ListOp;
use crate::replica::{DeltaBased, OpBased, Site};
use crate::zoo::trials::{Update, draws, live};

/// Lives through many histories in which all values differ, and checks all views against the list
/// specification and against an order that is worked out from the known updates some other way.
#[track_caller]
pub(super) fn keeps_the_list_specification<T>(
    fresh: &T,
    seeds: u64,
    steps: u32,
    order: impl Fn(&[Update<T>], &BTreeSet<usize>) -> Vec<u32>,
) where
    T: OpBased<Op = ListOp<u32>, View = Vec<u32>> + DeltaBased,
{
    for seed in 0..seeds {
        let mut value = 0;
        let mut neighbours: BTreeSet<(u32, u32)> = BTreeSet::new();
        let ask = |list: &T, pick: &mut dyn FnMut(u64) -> u64| match list.propose(pick) {
            ListOp::Insert(index, _) => {
                value += 1;
                ListOp::Insert(index, value)
            }
            delete => delete,
        };
        live(seed, fresh, steps, ask, |updates, known, view| {
            let mut content = BTreeSet::new();
            let mut deleted = BTreeSet::new();
            for update in known.iter().map(|update| &updates[*update]) {
                match update.op {
                    ListOp::Insert(_, value) => content.insert(value),
                    ListOp::Delete(index) => deleted.insert(update.before[index as usize]),
                };
            }
            content.retain(|value| !deleted.contains(value));
            let shown: BTreeSet<u32> = view.iter().copied().collect();
            assert_eq!((&shown, view.len()), (&content, content.len()), "seed {seed}: {view:?}");

            let last = updates.last().expect("judged only after one");
            let mut expected = last.before.clone();
            match last.op {
                ListOp::Insert(index, value) => expected.insert(index as usize, value),
                ListOp::Delete(index) => {
                    expected.remove(index as usize);
                }
            }
            assert_eq!(last.after, expected, "seed {seed}: {:?} did something else", last.op);

            let mut expected = order(updates, known);
            expected.retain(|value| !deleted.contains(value));
            assert_eq!(view, &expected, "seed {seed}");
            neighbours.extend(view.windows(2).map(|pair| (pair[0], pair[1])));
        });
        assert!(has_no_cycle(&neighbours), "seed {seed}: no one order agrees with all that was shown: {neighbours:?}");
    }
}

fn has_no_cycle(edges: &BTreeSet<(u32, u32)>) -> bool {
    let mut edges = edges.clone();
    loop {
        let targets: BTreeSet<u32> = edges.iter().map(|(_, to)| *to).collect();
        let before = edges.len();
        edges.retain(|(from, _)| targets.contains(from));
        if edges.len() == before {
            return edges.is_empty();
        }
    }
}

/// How words are typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Typing {
    Forwards,
    Backwards,
    /// Each word is begun by one writer and gone on with by another.
    HandedForwards,
    HandedBackwards,
}

/// In how many of so many tries some word does not stay whole.
pub(super) fn broken<T>(fresh: &T, typing: Typing, tries: u64) -> u64
where
    T: OpBased<Op = ListOp<u32>, View = Vec<u32>> + DeltaBased,
{
    (0..tries).filter(|seed| breaks(fresh, typing, *seed)).count() as u64
}

/// Two or three words are typed at one place of a short text, out of sight of each other.
fn breaks<T>(fresh: &T, typing: Typing, seed: u64) -> bool
where
    T: OpBased<Op = ListOp<u32>, View = Vec<u32>> + DeltaBased,
{
    let mut pick = draws(seed);
    let words = 2 + pick(2) as u32;
    let handed = matches!(typing, Typing::HandedForwards | Typing::HandedBackwards);
    let writers = if handed { 2 * words } else { words };
    let mut sites: Vec<u32> = (0..writers).collect();
    for last in (1..sites.len()).rev() {
        sites.swap(last, pick(last as u64 + 1) as usize);
    }

    let mut start = fresh.clone();
    for letter in 0..pick(6) as u32 {
        let len = start.view().len() as u64;
        let op = if len > 0 && pick(4) == 0 {
            ListOp::Delete(pick(len) as u32)
        } else {
            ListOp::Insert(pick(len + 1) as u32, letter)
        };
        start.apply(&op, Site::of(sites[pick(u64::from(writers)) as usize])).expect("in range");
    }
    let place = pick(start.view().len() as u64 + 1) as u32;

    let mut end = start.clone();
    for word in 0..words {
        let mut text = start.clone();
        let letters = 2 + pick(4) as u32;
        let first_half = 1 + pick(u64::from(letters) - 1) as u32;
        for letter in 0..letters {
            let index = match typing {
                Typing::Forwards | Typing::HandedForwards => place + letter,
                Typing::Backwards | Typing::HandedBackwards => place,
            };
            let writer = if handed { 2 * word + u32::from(letter >= first_half) } else { word };
            let op = ListOp::Insert(index, 100 * (word + 1) + letter);
            text.apply(&op, Site::of(sites[writer as usize])).expect("in range");
        }
        end.merge(&text);
    }

    let mut places: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (index, value) in end.view().into_iter().enumerate().filter(|(_, value)| *value >= 100) {
        places.entry(value / 100).or_default().push(index);
    }
    places.values().any(|places| places.windows(2).any(|pair| pair[1] != pair[0] + 1))
}
